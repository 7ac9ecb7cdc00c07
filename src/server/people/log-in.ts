import { parseMailAddress } from "../../core/access/mail-address.ts";
import type { Problem } from "../../core/problem.ts";
import type { AddressLists } from "../access/address-lists.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import type { StoredTenant } from "../tenancy/party.ts";
import { auditUser } from "./audit-user.ts";
import { isDeviceKnown } from "./device-store.ts";
import { hashPassword, isHashOutdated, isPasswordOf } from "./hash-password.ts";
import { type OpenedSession, openSession, stageOf, type Whereabouts } from "./open-session.ts";
import { readPasswordHash, replacePasswordHash } from "./password-store.ts";
import { logInRefused } from "./problems.ts";
import { rememberDevice } from "./remember-device.ts";
import { tokenHash } from "./secret-token.ts";
import { countTry, giveTryBack, passwordOf, passwordOnDevice, triesFrom } from "./throttled-try.ts";
import type { User } from "./user.ts";
import { strangerActor, userActor } from "./user-actor.ts";
import { deleteSessionByHash } from "./user-session-store.ts";
import { readUser, readUserByEmail } from "./user-store.ts";

/** What somebody who logs in says. */
export interface LogInAttempt extends Whereabouts {
  /** The operator's name; null: the only one there is. */
  readonly tenant: string | null;
  readonly email: string;
  readonly password: string;
  /** What the browser has from the last time; undefined: nothing. */
  readonly deviceToken: string | undefined;
  /** A session that this browser has had so far: it ends. */
  readonly sessionToken: string | undefined;
}

export interface LoggedIn {
  readonly user: User;
  readonly session: OpenedSession;
  /** By which this browser is known from now on; null: not before the second factor was shown. */
  readonly deviceToken: string | null;
}

/**
 * Lets somebody in by e-mail address and password, as far as the second factor. Whoever is refused gets the same answer
 * for the same work, whatever was wrong; the audit has what it was.
 *
 * Errors: Problem `log-in-refused`, `log-in-throttled`, `log-in-overloaded`.
 */
export async function logIn(db: Database, lists: AddressLists, attempt: LogInAttempt): Promise<LoggedIn> {
  const tenant = await tenantOf(db, attempt.tenant);
  const found = tenant === undefined ? NOBODY : await lookUp(db, tenant, attempt);
  const tried = found.isDeviceKnown
    ? passwordOnDevice(tokenHash(attempt.deviceToken ?? ""))
    : passwordOf(tenant?.id ?? attempt.tenant ?? "", attempt.email);
  const fromHere = triesFrom(attempt.address, "password");
  await countTry(db, [tried, fromHere]);
  const isRight = await isPasswordOf(found.hash, attempt.password);
  const { user } = found;
  if (tenant === undefined) throw logInRefused();
  if (user === undefined || !isRight || user.state !== "active")
    throw await refused(db, { tenantId: tenant.id, user, attempt, why: isRight ? "state" : "password" });
  if (!(await lists.admit(userActor(user, attempt.address)))) throw logInRefused();
  const newHash = isHashOutdated(found.hash ?? "") ? await hashPassword(attempt.password) : null;
  const loggedIn = await db.transaction("app", { tenantId: tenant.id }, async (tx) => {
    if (newHash !== null) await replacePasswordHash(tx, user.id, { from: found.hash ?? "", to: newHash });
    return await letIn(tx, user, attempt);
  });
  await giveTryBack(db, tried, [fromHere]);
  return loggedIn;
}

interface Found {
  readonly user: User | undefined;
  readonly hash: string | null;
  readonly isDeviceKnown: boolean;
}

const NOBODY: Found = { user: undefined, hash: null, isDeviceKnown: false };
/** Stands for the id of a user that there is not, so that the same statements run. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** The operator of that name, or the only one; undefined: none, or it is not clear which. */
async function tenantOf(db: Database, name: string | null): Promise<StoredTenant | undefined> {
  const tenants = await findTenants(db);
  if (name === null) return tenants.length === 1 ? tenants[0] : undefined;
  return tenants.find((tenant) => tenant.name.toLowerCase() === name.toLowerCase());
}

async function lookUp(db: Database, { id: tenantId }: StoredTenant, attempt: LogInAttempt): Promise<Found> {
  const email = parseMailAddress(attempt.email);
  return await db.transaction("app", { tenantId }, async (tx) => {
    const user = email && (await readUserByEmail(tx, { tenantId, email }));
    const userId = user?.id ?? NO_ID;
    const hash = await readPasswordHash(tx, userId);
    return { user, hash, isDeviceKnown: await isDeviceKnown(tx, userId, tokenHash(attempt.deviceToken ?? "")) };
  });
}

async function letIn(tx: Tx, asRead: User, attempt: LogInAttempt): Promise<LoggedIn> {
  // Read again under its lock: what was disabled while the password was checked stays outside.
  const user = await readUser(tx, asRead, "for update");
  if (user?.state !== "active") throw logInRefused();
  if (attempt.sessionToken !== undefined) await deleteSessionByHash(tx, tokenHash(attempt.sessionToken));
  const stage = await stageOf(tx, user);
  const session = await openSession(tx, user, stage, attempt);
  const deviceToken = stage === "second-factor" ? null : await rememberDevice(tx, user, attempt.deviceToken);
  await auditUser(tx, userActor(user, attempt.address), "user.logged-in", { user, after: { stage } });
  return { user, session, deviceToken };
}

/** Writes down why, and answers what the stranger hears. */
async function refused(
  db: Database,
  { tenantId, user, attempt, why }: { tenantId: string; user: User | undefined; attempt: LogInAttempt; why: string },
): Promise<Problem> {
  const name = user?.email ?? parseMailAddress(attempt.email) ?? "no e-mail address";
  const reason = user === undefined ? "unknown" : why === "state" ? user.state : "password";
  await db.transaction("app", { tenantId }, (tx) =>
    recordAudit(tx, strangerActor(tenantId, attempt.address), [
      {
        action: "user.log-in-refused",
        object: { kind: "user", id: user?.id ?? null, name },
        before: null,
        after: { why: reason },
        reason: null,
        isSecurity: true,
        accountId: user?.accountId ?? null,
      },
    ]),
  );
  return logInRefused();
}
