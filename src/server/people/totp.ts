import { Secret, TOTP } from "otpauth";
import type { Tx } from "../db/tx.ts";
import { openSecret, type SealedSecret, sealSecret } from "../secrets/sealed-secret.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";
import { readTotps, type StoredTotp, takeTotpStep } from "./second-factor-store.ts";
import type { User } from "./user.ts";

/** RFC 6238 as every app has it. */
const KIND = { algorithm: "SHA1", digits: 6, period: 30 } as const;
const SECRET_OCTETS = 20;
/** A code of the step before and of the one after is taken too: clocks differ (RFC 6238 §5.2). */
const WINDOW = 1;

/** What proofs are checked with. */
export interface ProofChecks {
  /** Under which secrets are sealed; undefined: none was ever sealed. */
  readonly secretsKey: SecretsKey | undefined;
  readonly now: Temporal.Instant;
}

/** A new secret, and the address with it that an app scans. */
export function newTotp(issuer: string, email: string): { readonly secret: string; readonly uri: string } {
  const secret = new Secret({ size: SECRET_OCTETS });
  return { secret: secret.base32, uri: new TOTP({ ...KIND, issuer, label: email, secret }).toString() };
}

const ownerOf = ({ tenantId, id }: Pick<User, "tenantId" | "id">, factorId: string): readonly string[] => [
  ...["second factor", tenantId, id, factorId],
];

export const sealTotp = (
  key: SecretsKey,
  user: Pick<User, "tenantId" | "id">,
  { id, secret }: { readonly id: string; readonly secret: string },
): SealedSecret => sealSecret(key, secret, ownerOf(user, id));

/**
 * Whether it is the code of one of somebody's apps at this moment, or, with `factorId`, of that one, which then has
 * shown that it works. A code counts once.
 */
export async function isTotpCode(
  tx: Tx,
  user: Pick<User, "tenantId" | "id">,
  code: string,
  { secretsKey, now, factorId }: ProofChecks & { readonly factorId?: string },
): Promise<boolean> {
  const factors = (await readTotps(tx, user.id)).filter(({ id, confirmedAt }) =>
    factorId === undefined ? confirmedAt !== null : id === factorId,
  );
  if (secretsKey === undefined) return false;
  for (const factor of factors) {
    const step = stepOf(code, { factor, user, secretsKey, now });
    if (step !== null && (await takeTotpStep(tx, factor.id, step))) return true;
  }
  return false;
}

interface Shown {
  readonly factor: StoredTotp;
  readonly user: Pick<User, "tenantId" | "id">;
  readonly secretsKey: SecretsKey;
  readonly now: Temporal.Instant;
}

/** The step that a code is of; null: of none that is taken. */
function stepOf(code: string, { factor, user, secretsKey, now }: Shown): number | null {
  const what = `secret of second factor ${factor.name}`;
  const secret = openSecret(secretsKey, factor.sealed, { boundTo: ownerOf(user, factor.id), what });
  const timestamp = now.epochMilliseconds;
  const delta = new TOTP({ ...KIND, secret }).validate({ token: code.replaceAll(" ", ""), window: WINDOW, timestamp });
  return delta === null ? null : Math.floor(timestamp / 1_000 / KIND.period) + delta;
}
