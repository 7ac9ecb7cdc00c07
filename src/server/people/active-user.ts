import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";
import { readUser } from "./user-store.ts";

/** A user who may log in, of those whom the transaction sees; undefined: there is none of that id. */
export async function activeUser(tx: Tx, tenantId: string, id: string): Promise<User | undefined> {
  const user = await readUser(tx, { tenantId, id });
  return user?.state === "active" ? user : undefined;
}
