import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** What is known of the failures of one key. */
export interface Failures {
  readonly key: Buffer;
  readonly failures: number;
  readonly failedAt: EpochMs;
  readonly waitsUntil: EpochMs;
}

/**
 * Locks the failures of keys until the transaction ends; a key without any has a row of 0 in the answer and none in the
 * table. Answers the database's time, too. An advisory lock and not one of rows, which are not there the first time.
 */
export async function lockFailures(
  tx: Tx,
  keys: readonly Buffer[],
): Promise<{ readonly nowMs: EpochMs; readonly failures: readonly Failures[] }> {
  const sorted = [...keys].sort(Buffer.compare); // one order everywhere: no deadlocks
  for (const key of sorted)
    await tx.query("select pg_advisory_xact_lock(hashtext('tollwright.log-in'), $1)", [key.readInt32BE()]);
  const { rows } = await tx.query<{
    key: Buffer;
    failures: number;
    failed_at: EpochMs;
    waits_until: EpochMs;
    now: EpochMs;
  }>(
    `select k.key, coalesce(f.failures, 0) as failures, coalesce(f.failed_at, '-infinity') as failed_at,
       coalesce(f.waits_until, '-infinity') as waits_until, clock_timestamp() as now
     from unnest($1::bytea[]) k(key) left join log_in_failures f on f.key = k.key`,
    [keys],
  );
  return {
    nowMs: rows[0]?.now as EpochMs,
    failures: rows.map((row) => ({
      ...{ key: row.key, failures: row.failures, failedAt: row.failed_at, waitsUntil: row.waits_until },
    })),
  };
}

export async function saveFailures(tx: Tx, { key, failures, failedAt, waitsUntil }: Failures): Promise<void> {
  if (failures === 0) await tx.query("delete from log_in_failures where key = $1", [key]);
  else
    await tx.query(
      `insert into log_in_failures (key, failures, failed_at, waits_until) values ($1, $2, $3, $4)
       on conflict (key) do update set failures = excluded.failures, failed_at = excluded.failed_at,
         waits_until = excluded.waits_until`,
      [key, failures, timestampToSql(failedAt), timestampToSql(waitsUntil)],
    );
}

/** Forgets what is older than any throttle remembers. */
export async function deleteOldFailures(tx: Tx, keptS: number): Promise<void> {
  await tx.query("delete from log_in_failures where failed_at < clock_timestamp() - make_interval(secs => $1)", [
    keptS,
  ]);
}
