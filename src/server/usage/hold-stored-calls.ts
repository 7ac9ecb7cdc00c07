import type { Tx } from "../db/tx.ts";

/**
 * Keeps the archive from taking stored calls of a tenant away until `tx` ends: for whoever adds to what is stored of
 * them. It is asked for before they are looked at. While the archive is taking a month away, this waits, for minutes at
 * most.
 */
export const holdStoredCalls = (tx: Tx, tenantId: string): Promise<void> =>
  locked(tx, `pg_advisory_xact_lock_shared(${KEY})`, tenantId);

/** The archive's side of {@link holdStoredCalls}: nobody adds to what is stored until `tx` ends. */
export const takeStoredCalls = (tx: Tx, tenantId: string): Promise<void> =>
  locked(tx, `pg_advisory_xact_lock(${KEY})`, tenantId);

const KEY = "hashtext('tollwright.archive'), hashtext($1)";

async function locked(tx: Tx, lock: string, tenantId: string): Promise<void> {
  await tx.query("set local lock_timeout = '15min'");
  await tx.query(`select ${lock}`, [tenantId]);
  await tx.query("set local lock_timeout = '60s'");
}
