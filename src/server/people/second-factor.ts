import type { Tx } from "../db/tx.ts";
import { isRecoveryCode } from "./recovery-codes.ts";
import type { RelyingParty } from "./relying-party.ts";
import { isTotpCode, type ProofChecks } from "./totp.ts";
import type { User } from "./user.ts";
import { isSignedBy, type SignedChallenge } from "./webauthn.ts";

/** What somebody shows beside the password. */
export type SecondFactorProof =
  | { readonly kind: "totp"; readonly code: string }
  | { readonly kind: "recovery-code"; readonly code: string }
  | { readonly kind: "webauthn"; readonly signed: SignedChallenge; readonly site: RelyingParty };

/** Whether a proof is right; what was shown once is used up with the transaction. */
export async function checkProof(
  tx: Tx,
  user: Pick<User, "id" | "tenantId">,
  proof: SecondFactorProof,
  checks: ProofChecks,
): Promise<boolean> {
  switch (proof.kind) {
    case "totp":
      return await isTotpCode(tx, user, proof.code, checks);
    case "recovery-code":
      return await isRecoveryCode(tx, user, proof.code);
    case "webauthn":
      return await isSignedBy(tx, user, proof.signed, proof.site);
    default:
      return proof satisfies never;
  }
}
