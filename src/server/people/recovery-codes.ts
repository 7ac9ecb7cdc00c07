import { createHash, randomBytes } from "node:crypto";
import type { Tx } from "../db/tx.ts";
import { replaceRecoveryCodes, takeRecoveryCode } from "./second-factor-store.ts";
import type { User } from "./user.ts";

const CODES = 10;
/** 80 bits: SHA-256 of it can't be guessed back, and it fits on paper. */
const CODE_OCTETS = 10;
/** Crockford's: nothing in it is taken for something else. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const GROUP = 4;

/** Gives somebody new recovery codes, shown this once: `k3fq-8z1m-02bv-xwt9`. Those from before are good no more. */
export async function makeRecoveryCodes(
  tx: Tx,
  user: Pick<User, "tenantId" | "accountId" | "id">,
): Promise<readonly string[]> {
  const codes = Array.from({ length: CODES }, () => codeText(randomBytes(CODE_OCTETS)));
  await replaceRecoveryCodes(tx, user, codes.map(codeHash));
  return codes;
}

/** Whether it is one of somebody's codes, however it is written; it is good no more then. */
export const isRecoveryCode = (tx: Tx, { id }: Pick<User, "id">, code: string): Promise<boolean> =>
  takeRecoveryCode(tx, id, codeHash(code));

function codeText(octets: Buffer): string {
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, "0")).join("");
  const characters = bits.match(/.{5}/g)?.map((five) => ALPHABET[Number.parseInt(five, 2)]) ?? [];
  return characters.join("").replaceAll(new RegExp(`(.{${GROUP}})(?=.)`, "g"), "$1-");
}

/** As people copy them: O is 0, I and L are 1, and neither case nor signs matter. */
function codeHash(code: string): Buffer {
  const plain = code
    .toLowerCase()
    .replaceAll("o", "0")
    .replaceAll(/[il]/g, "1")
    .replaceAll(/[^0-9a-z]/g, "");
  return createHash("sha256").update(plain).digest();
}
