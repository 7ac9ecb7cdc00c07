import pg from "pg";
import { invariant } from "../../core/invariant.ts";
import type { Tx } from "../db/tx.ts";

/** Partitions of archived months that take space and may have no row. */
export async function listEmptiedPartitions(tx: Tx): Promise<readonly string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `select c.relname as name
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent in ('usage_events'::regclass, 'charges'::regclass) and pg_relation_size(c.oid) > 0
       and exists (select from archives a where a.state <> 'restored'
         and to_date(right(c.relname, 7), 'YYYY_MM') in (a.month, a.month + interval '1 month'))
     order by 1`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Empties a partition that has no row. Truncating is not seen by snapshots that were taken before, so whoever reads
 * under one locks `archives` first (`db/steady-snapshot.ts`), and this waits, not for long, or fails.
 */
export async function truncateIfEmpty(tx: Tx, partition: string): Promise<void> {
  invariant(/^(usage_events|charges)_\d{4}_\d{2}$/.test(partition), `${partition} is a partition`);
  await tx.query("set local lock_timeout = '2s'");
  await tx.query("lock table archives in access exclusive mode");
  await tx.query(`lock table ${partition} in access exclusive mode`);
  const { rows } = await tx.query(`select from ${partition} limit 1`);
  if (rows.length === 0) await tx.query(`truncate ${partition}`);
}

const LOCK_NOT_AVAILABLE = "55P03";

/** Whether {@link truncateIfEmpty} failed because the partition, or the archive, is in use. */
export const isInUse = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
