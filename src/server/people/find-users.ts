import { parseMailAddress } from "../../core/access/mail-address.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { userUnknown } from "./problems.ts";
import type { User } from "./user.ts";
import { listUsers, readUser, readUserByEmail, type UserFilter } from "./user-store.ts";

/** Users that somebody sees, by e-mail address. */
export const findUsers = (db: Database, actor: Actor, filter: UserFilter): Promise<readonly User[]> =>
  db.transaction("app", scopeOf(actor), (tx) => listUsers(tx, actor.tenantId, filter));

/** One of them. Errors: Problem `user-unknown`. */
export async function findUser(db: Database, actor: Actor, id: string): Promise<User> {
  const user = await db.transaction("app", scopeOf(actor), (tx) => readUser(tx, { tenantId: actor.tenantId, id }));
  if (user === undefined) throw userUnknown();
  return user;
}

/** The one of an address, however it is written. Errors: Problem `user-unknown`. */
export async function findUserByEmail(db: Database, actor: Actor, text: string): Promise<User> {
  const email = parseMailAddress(text);
  const { tenantId } = actor;
  const user = email && (await db.transaction("app", scopeOf(actor), (tx) => readUserByEmail(tx, { tenantId, email })));
  if (user === undefined) throw userUnknown();
  return user;
}
