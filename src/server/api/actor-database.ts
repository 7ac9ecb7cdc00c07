import { invariant } from "../../core/invariant.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Role, Scopes, Tx } from "../db/tx.ts";

/**
 * The database as somebody may see it: whatever scope a use case names, a transaction of the role `app` sees their own
 * tenant and subtree. The roles that see more are for the operator's own people; a route that needs them for others
 * must not admit them, and one that does by mistake fails.
 */
export const databaseOf = (db: Database, actor: Actor): Database => narrowed(db, actor, scopeOf(actor));

/** The same, but that transactions of the role `app` see the whole tenant: for writes to what was seen by the other. */
export const wholeTenantOf = (db: Database, actor: Actor): Database =>
  narrowed(db, actor, { tenantId: actor.tenantId, accountId: null });

/** `db`, with every transaction of the role `app` as a part of `tx`: all of them are done, or none is. */
export const joined = (db: Database, tx: Tx): Database => ({
  ...db,
  transaction: (role, scope, work) => (role === "app" ? work(tx) : db.transaction(role, scope, work)),
});

function narrowed(db: Database, { tenantId, accountId }: Actor, scope: Scopes["app"]): Database {
  const scopeIn = <R extends Role>(role: R, asked: Scopes[R]): Scopes[R] => {
    if (role !== "app") {
      invariant(accountId === null, `who acts for an account does not work as ${role}`);
      return asked;
    }
    invariant((asked as Scopes["app"]).tenantId === tenantId, "a request works in its actor's tenant");
    return scope as Scopes[R];
  };
  return {
    ...db,
    transaction: (role, asked, work) => db.transaction(role, scopeIn(role, asked), work),
    bulk: (role, asked, work) => db.bulk(role, scopeIn(role, asked), work),
    urgent: (role, asked, work) => db.urgent(role, scopeIn(role, asked), work),
  };
}
