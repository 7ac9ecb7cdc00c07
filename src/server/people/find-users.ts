import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { userUnknown } from "./problems.ts";
import type { User } from "./user.ts";
import { listUsers, readUser, type UserFilter } from "./user-store.ts";

/** Users that somebody sees, by e-mail address. */
export const findUsers = (db: Database, actor: Actor, filter: UserFilter): Promise<readonly User[]> =>
  db.transaction("app", scopeOf(actor), (tx) => listUsers(tx, actor.tenantId, filter));

/** One of them. Errors: Problem `user-unknown`. */
export async function findUser(db: Database, actor: Actor, id: string): Promise<User> {
  const user = await db.transaction("app", scopeOf(actor), (tx) => readUser(tx, { tenantId: actor.tenantId, id }));
  if (user === undefined) throw userUnknown();
  return user;
}
