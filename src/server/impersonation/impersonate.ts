import { uuidv7 } from "../../clock.ts";
import type { Json } from "../../core/canonical-json.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { activeUser } from "../people/active-user.ts";
import { type Impersonation, impersonationJson, permissionsInName } from "./impersonation.ts";
import {
  codeOfAccount,
  findOwn,
  insertImpersonation,
  listImpersonations,
  readImpersonation,
  setEnded,
} from "./impersonation-store.ts";
import { impersonationInvalid, impersonationOver, impersonationUnknown } from "./problems.ts";

/** In whose name, why and for how long. */
export interface WantedImpersonation {
  /** An account below; null: that of the user. */
  readonly accountId: string | null;
  /** One of its users; null: the account itself. */
  readonly userId: string | null;
  readonly reason: string;
  readonly minutes: number;
}

/**
 * Begins to act as an account below one's own, or as one of its users: never upward, sideways or as one's own people.
 * It changes nothing until requests name it.
 *
 * Errors: Problem `impersonation-unknown`, `impersonation-invalid`, `impersonation-refused`.
 */
export async function beginImpersonation(
  db: Database,
  actor: Actor,
  { accountId, userId, reason, minutes }: WantedImpersonation,
): Promise<Impersonation> {
  requireOwnHands(actor);
  const { kind, id: byId, name: byName, tenantId } = actor;
  if (kind !== "user" || byId === null) throw impersonationInvalid({ fault: "Only people act in another's name." });
  if (reason.trim() === "") throw impersonationInvalid({ fault: "Whoever is acted for may know why." });
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const wanted = userId === null ? accountId : ((await activeUser(tx, tenantId, userId))?.accountId ?? null);
    if (wanted === null || (accountId !== null && accountId !== wanted)) throw impersonationUnknown();
    await requireBelow(tx, actor, wanted);
    const id = uuidv7();
    await insertImpersonation(tx, { ...{ tenantId, id, accountId: wanted, userId, byId, byName, reason, minutes } });
    const begun = await readImpersonation(tx, id);
    if (begun === undefined) throw impersonationUnknown();
    await audit(tx, actor, "impersonation.begun", begun);
    return begun;
  });
}

/**
 * Ends an impersonation: one's own, or, as who manages users, one of an account that they see. One that is over stays
 * so.
 *
 * Errors: Problem `impersonation-unknown`.
 */
export async function endImpersonation(db: Database, actor: Actor, id: string): Promise<Impersonation> {
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const found = await readImpersonation(tx, id);
    if (found === undefined || !mayEnd(actor, found)) throw impersonationUnknown();
    if (!(await setEnded(tx, id))) return found;
    await audit(tx, actor, "impersonation.ended", found);
    return (await readImpersonation(tx, id)) ?? found;
  });
}

const mayEnd = ({ id, impersonator, permissions }: Actor, { byId }: Impersonation): boolean =>
  byId === (impersonator?.id ?? id) || permissions.has("users:write");

/** Who acted and acts in the name of accounts that somebody sees, the newest first. */
export const findImpersonations = (
  db: Database,
  actor: Actor,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly Impersonation[]> =>
  db.transaction("app", scopeOf(actor), (tx) => listImpersonations(tx, actor.tenantId, page));

/**
 * Who somebody is while they act in another's name: the account's or the user's rights as far as they are their own, and
 * their own name beside it. What has changed since it began counts: an account that was moved away, a right that was
 * taken. Errors: Problem `impersonation-over`.
 */
export async function actInName(db: Database, actor: Actor, id: string): Promise<Actor> {
  const byId = actor.id;
  if (actor.kind !== "user" || byId === null || !actor.permissions.has("impersonation:write"))
    throw impersonationOver();
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const found = await findOwn(tx, id, byId);
    if (found === undefined || found.accountId === actor.accountId) throw impersonationOver();
    const { tenantId, address, permissions, name } = actor;
    const { accountId, accountCode, userId } = found;
    const shared = { kind: "user", tenantId, accountId, address, impersonator: { id: byId, name } } as const;
    if (userId === null)
      return { ...shared, id: null, name: `account:${accountCode}`, permissions: permissionsInName(permissions) };
    const user = await activeUser(tx, tenantId, userId);
    if (user === undefined || user.accountId !== accountId) throw impersonationOver();
    const both = permissionsInName(permissions, new Set(user.permissions));
    return { ...shared, id: user.id, name: `user:${user.email}`, permissions: both };
  });
}

/** Errors: Problem `impersonation-unknown`. */
async function requireBelow(tx: Tx, actor: Actor, accountId: string): Promise<void> {
  const isSeen = (await codeOfAccount(tx, accountId)) !== undefined;
  if (!isSeen || accountId === actor.accountId) throw impersonationUnknown();
}

/** In the audit of whoever is acted for, too. */
const audit = (tx: Tx, actor: Actor, action: string, one: Impersonation): Promise<void> => {
  const after: Json = { ...impersonationJson(one) };
  const object = { kind: "impersonation", id: one.id, name: one.accountCode };
  const { reason, accountId } = one;
  return recordAudit(tx, actor, [{ action, object, before: null, after, reason, isSecurity: true, accountId }]);
};
