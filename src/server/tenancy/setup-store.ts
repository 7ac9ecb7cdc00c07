import type { Tx } from "../db/tx.ts";

/**
 * Waits until no other setup of the tenant is being applied, so that two of a new tenant do not both create it; the
 * lock is held until `tx` ends. `name` is in lower case: a tenant that is to be made has no id yet.
 */
export async function lockSetup(tx: Tx, name: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tollwright.setup'), hashtext($1))", [name]);
}
