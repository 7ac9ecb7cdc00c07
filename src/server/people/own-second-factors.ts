import { now, uuidv7 } from "../../clock.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { makeSecretsKey } from "../secrets/secrets-key.ts";
import { auditUser } from "./audit-user.ts";
import type { KnownSession } from "./known-session.ts";
import { readLogInSettings } from "./log-in-settings-store.ts";
import { type OpenedSession, openSession, type Whereabouts } from "./open-session.ts";
import type { People } from "./people.ts";
import { logInOver, secondFactorNeeded, secondFactorRefused, secondFactorUnknown } from "./problems.ts";
import { makeRecoveryCodes } from "./recovery-codes.ts";
import {
  countRecoveryCodes,
  deleteSecondFactors,
  insertTotp,
  listSecondFactors,
  replaceRecoveryCodes,
} from "./second-factor-store.ts";
import { requirePassword } from "./set-password.ts";
import type { SecondFactor } from "./shown-second-factor.ts";
import { countTry, giveTryBack, secretOf } from "./throttled-try.ts";
import { isTotpCode, newTotp, sealTotp } from "./totp.ts";
import { userActor } from "./user-actor.ts";
import { deleteSessions } from "./user-session-store.ts";

type Surroundings = Pick<People, "db" | "secretsKeyFile">;

/** One's own second factors, and how many recovery codes are left. */
export const findSecondFactors = (
  db: Database,
  { user }: Pick<KnownSession, "user">,
): Promise<{ readonly factors: readonly SecondFactor[]; readonly recoveryCodes: number }> =>
  db.transaction("app", { tenantId: user.tenantId }, async (tx) => ({
    factors: await listSecondFactors(tx, user.id),
    recoveryCodes: await countRecoveryCodes(tx, user.id),
  }));

/**
 * Begins to set up an app for codes. It counts for nothing until a code of it was shown ({@link confirmTotp}); one that
 * was begun before and never confirmed is forgotten. The secret is shown this once.
 *
 * Errors: Problem `password-wrong`, `log-in-throttled`.
 */
export async function beginTotp(
  { db, secretsKeyFile }: Surroundings,
  { user }: KnownSession,
  wanted: { readonly name: string; readonly password: string | undefined; readonly issuer: string },
): Promise<{ readonly id: string; readonly secret: string; readonly uri: string }> {
  await requirePassword(db, user, wanted.password);
  const key = await makeSecretsKey(secretsKeyFile);
  const id = uuidv7();
  const { secret, uri } = newTotp(wanted.issuer, user.email);
  await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    await deleteSecondFactors(tx, user.id, null, "unconfirmed");
    await insertTotp(tx, user, { id, name: wanted.name, sealed: sealTotp(key, user, { id, secret }) });
  });
  return { id, secret, uri };
}

/** What somebody gets who has shown that the app works. */
export interface Enrolled {
  /** With the first second factor: new recovery codes, shown this once. */
  readonly recoveryCodes: readonly string[];
  /** The session under its new token. */
  readonly session: OpenedSession;
}

/**
 * Ends the set-up by a code of the app: from now on it is asked for. The session goes on under another token, as a full
 * one if it was open for this alone; the others end.
 *
 * Errors: Problem `second-factor-refused`, `second-factor-unknown`, `log-in-throttled`, `log-in-over`.
 */
export async function confirmTotp(
  { db, secretsKeyFile }: Surroundings,
  { user, session }: KnownSession,
  shown: Whereabouts & { readonly factorId: string; readonly code: string },
): Promise<Enrolled> {
  const secretsKey = await makeSecretsKey(secretsKeyFile);
  const tried = secretOf(user.id, "second-factor");
  await countTry(db, [tried]);
  const enrolled = await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    const factors = await listSecondFactors(tx, user.id);
    const factor = factors.find(({ id, confirmedAt }) => id === shown.factorId && confirmedAt === null);
    if (factor === undefined) throw secondFactorUnknown();
    const { factorId, code } = shown;
    if (!(await isTotpCode(tx, user, code, { secretsKey, now: now(), factorId }))) throw secondFactorRefused();
    const isFirst = factors.every(({ confirmedAt }) => confirmedAt === null);
    return await enrol(tx, { user, session }, { whereabouts: shown, factor, isFirst });
  });
  await giveTryBack(db, tried);
  return enrolled;
}

/**
 * What follows from a second factor that has shown that it works: recovery codes with the first one, a word in the
 * audit, and one session in the place of all. Errors: Problem `log-in-over`.
 */
export async function enrol(
  tx: Tx,
  { user, session }: Pick<KnownSession, "user" | "session">,
  {
    whereabouts,
    factor: { kind, name },
    isFirst,
  }: {
    readonly whereabouts: Whereabouts;
    readonly factor: Pick<SecondFactor, "kind" | "name">;
    readonly isFirst: boolean;
  },
): Promise<Enrolled> {
  const recoveryCodes = isFirst ? await makeRecoveryCodes(tx, user) : [];
  await auditUser(tx, userActor(user, whereabouts.address), "user.second-factor-added", {
    user,
    after: { kind, name },
  });
  return { recoveryCodes, session: await beginAgain(tx, { user, session }, whereabouts) };
}

/** Ends all sessions, and begins a full one in this browser. */
async function beginAgain(
  tx: Tx,
  { user, session }: Pick<KnownSession, "user" | "session">,
  whereabouts: Whereabouts,
): Promise<OpenedSession> {
  if ((await deleteSessions(tx, user.id, { only: session.id })) === 0) throw logInOver();
  await deleteSessions(tx, user.id);
  return await openSession(tx, user, "full", whereabouts);
}

/**
 * Removes one's own second factor, and with the last one the recovery codes.
 *
 * Errors: Problem `password-wrong`, `log-in-throttled`, `second-factor-unknown`, `second-factor-needed`.
 */
export async function removeSecondFactor(
  { db }: Surroundings,
  { user }: KnownSession,
  asked: { readonly factorId: string; readonly password: string | undefined; readonly address: string },
): Promise<void> {
  await requirePassword(db, user, asked.password);
  await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    const factors = await listSecondFactors(tx, user.id);
    const factor = factors.find(({ id }) => id === asked.factorId);
    if (factor === undefined) throw secondFactorUnknown();
    const isLast = factors.every(({ id, confirmedAt }) => id === factor.id || confirmedAt === null);
    const { secondFactorRequired } = await readLogInSettings(tx, user.tenantId);
    if (isLast && factor.confirmedAt !== null && secondFactorRequired) throw secondFactorNeeded();
    await deleteSecondFactors(tx, user.id, factor.id);
    if (isLast) await replaceRecoveryCodes(tx, user, []);
    await auditUser(tx, userActor(user, asked.address), "user.second-factor-removed", {
      user,
      before: { kind: factor.kind, name: factor.name },
    });
  });
}

/** Makes new recovery codes of one's own. Errors: Problem `password-wrong`, `log-in-throttled`. */
export async function renewRecoveryCodes(
  { db }: Surroundings,
  { user }: KnownSession,
  asked: { readonly password: string | undefined; readonly address: string },
): Promise<readonly string[]> {
  await requirePassword(db, user, asked.password);
  return await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    await auditUser(tx, userActor(user, asked.address), "user.recovery-codes-made", { user });
    return await makeRecoveryCodes(tx, user);
  });
}
