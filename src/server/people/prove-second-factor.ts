import { now } from "../../clock.ts";
import type { Tx } from "../db/tx.ts";
import { readSecretsKey } from "../secrets/secrets-key.ts";
import { auditUser } from "./audit-user.ts";
import type { KnownSession } from "./known-session.ts";
import type { LoggedIn } from "./log-in.ts";
import { openSession, type Whereabouts } from "./open-session.ts";
import type { People } from "./people.ts";
import { queueRecoveryCodeUsed } from "./people-mails.ts";
import { logInOver, secondFactorRefused } from "./problems.ts";
import { rememberDevice } from "./remember-device.ts";
import { checkProof, type SecondFactorProof } from "./second-factor.ts";
import { countRecoveryCodes } from "./second-factor-store.ts";
import { countTry, giveTryBack, secretOf } from "./throttled-try.ts";
import type { ProofChecks } from "./totp.ts";
import { userActor } from "./user-actor.ts";
import { deleteSessions } from "./user-session-store.ts";

/** What is shown, and in which browser. */
export interface Proving extends Whereabouts {
  readonly proof: SecondFactorProof;
  readonly deviceToken: string | undefined;
}

/**
 * Makes a session whose password was right a full one, under another token.
 *
 * Errors: Problem `second-factor-refused`, `log-in-throttled`, `log-in-over`, `secret-sealed-otherwise`.
 */
export async function proveSecondFactor(
  { db, secretsKeyFile }: Pick<People, "db" | "secretsKeyFile">,
  known: KnownSession,
  proving: Proving,
): Promise<LoggedIn> {
  const { tenantId, id } = known.user;
  const tried = secretOf(id, "second-factor");
  const checks = { secretsKey: await readSecretsKey(secretsKeyFile), now: now() };
  await countTry(db, [tried]);
  const loggedIn = await db.transaction("app", { tenantId }, (tx) => prove(tx, known, proving, checks));
  if (loggedIn === null) throw secondFactorRefused();
  await giveTryBack(db, tried);
  return loggedIn;
}

/** Null: it is not right, which is written down. */
async function prove(
  tx: Tx,
  { user, session }: KnownSession,
  proving: Proving,
  checks: ProofChecks,
): Promise<LoggedIn | null> {
  const { proof, address } = proving;
  const actor = userActor(user, address);
  if (!(await checkProof(tx, user, proof, checks))) {
    await auditUser(tx, actor, "user.second-factor-refused", { user, after: { kind: proof.kind } });
    return null;
  }
  // Of two answers to one question one counts, or the recovery codes of a browser's double click would all be used up.
  if ((await deleteSessions(tx, user.id, { only: session.id })) === 0) throw logInOver();
  const full = await openSession(tx, user, "full", proving);
  const deviceToken = await rememberDevice(tx, user, proving.deviceToken);
  await auditUser(tx, actor, "user.logged-in", { user, after: { stage: "full", secondFactor: proof.kind } });
  if (proof.kind === "recovery-code") await queueRecoveryCodeUsed(tx, user, await countRecoveryCodes(tx, user.id));
  return { user, session: full, deviceToken };
}
