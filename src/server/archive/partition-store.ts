import pg from "pg";
import { invariant } from "../../core/invariant.ts";
import { partitionName } from "../db/partitions.ts";
import type { Tx } from "../db/tx.ts";
import { type Figure, figuresSql } from "./archived-tables.ts";
import type { Month } from "./month.ts";

/** The partitions of one month, by their names. */
export interface MonthPartitions {
  readonly usage_events: string;
  readonly charges: string;
}

/** The partitions of a month; null: they are not both there. */
export async function findPartitions(tx: Tx, { text }: Month): Promise<MonthPartitions | null> {
  const partitions = { usage_events: partitionName("usage_events", text), charges: partitionName("charges", text) };
  const { rows } = await tx.query<{ there: boolean }>(
    "select to_regclass($1) is not null and to_regclass($2) is not null as there",
    [partitions.usage_events, partitions.charges],
  );
  return rows[0]?.there === true ? partitions : null;
}

const LOCK_TRIES_MAX = 10;

/**
 * Locks both partitions until `tx` ends: `share` against who writes, `access exclusive` against who reads as well, and
 * then `archives` too, by which readers keep their rows (`db/steady-snapshot.ts`). Whoever comes after waits behind
 * this, so each try is short. Events first, as imports take them. Answers whether it has the locks.
 */
export async function lockPartitions(
  tx: Tx,
  { usage_events, charges }: MonthPartitions,
  mode: "share" | "access exclusive",
): Promise<boolean> {
  const archives = mode === "share" ? [] : ["archives"];
  for (let tries = 1; tries <= LOCK_TRIES_MAX; tries += 1) {
    await tx.query("savepoint locking");
    await tx.query("set local lock_timeout = '2s'");
    try {
      for (const table of [...archives, usage_events, charges]) await tx.query(`lock table ${table} in ${mode} mode`);
      await tx.query("set local lock_timeout = '60s'");
      return true;
    } catch (error) {
      if (!isInUse(error)) throw error;
      await tx.query("rollback to savepoint locking");
    }
  }
  return false;
}

/** Whether anything of another tenant is in the partitions; quick where there is, for it stops there. */
export async function hasOtherTenants(
  tx: Tx,
  { usage_events, charges }: MonthPartitions,
  tenantId: string,
): Promise<boolean> {
  const { rows } = await tx.query<{ others: boolean }>(
    `select exists (select from ${usage_events} where tenant_id <> $1)
       or exists (select from ${charges} where tenant_id <> $1) as others`,
    [tenantId],
  );
  return rows[0]?.others === true;
}

/** What all rows of a partition come to, whosever they are. */
export async function partitionFigures(
  tx: Tx,
  table: keyof MonthPartitions,
  partitions: MonthPartitions,
): Promise<readonly Figure[]> {
  const { rows } = await tx.query<Figure>(figuresSql(table, partitions[table], "postgres"));
  return rows;
}

/** Empties partitions that {@link lockPartitions} keeps everybody out of. */
export const truncatePartitions = async (tx: Tx, { usage_events, charges }: MonthPartitions): Promise<void> => {
  await tx.query(`truncate ${usage_events}, ${charges}`);
};

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
