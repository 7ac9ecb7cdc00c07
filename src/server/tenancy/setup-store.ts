import type { Tx } from "../db/tx.ts";

/** Advisory lock key: one setup is applied at a time, so that two of a new tenant do not both create it. */
const SETUP_KEY = 74_011_802;

/** Waits until no other setup is being applied; the lock is held until `tx` ends. */
export async function lockSetup(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [SETUP_KEY]);
}
