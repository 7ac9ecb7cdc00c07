import type { Currency } from "../../core/money/currency.ts";
import { nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { ChargeEntry } from "../usage/priced-call.ts";
import type { RunPosition } from "./call-store.ts";
import type { ReratingRequest } from "./selection.ts";
import { KEPT_EXAMPLES_MAX, type KeptTotal, type ReratingTotals, type SideTotal, Tally } from "./tally.ts";

/** One re-rating that was begun. */
export interface ReratingRun {
  readonly id: string;
  readonly request: ReratingRequest;
  readonly state: "running" | "done" | "cancelled";
  readonly author: string;
  readonly reason: string;
  readonly tariffEpoch: number;
  readonly settingsFingerprint: string;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs | null;
  readonly position: RunPosition | null;
  readonly looked: number;
  readonly changed: number;
  readonly moved: number;
}

interface RunRow {
  readonly id: string;
  readonly request: ReratingRequest;
  readonly state: ReratingRun["state"];
  readonly author: string;
  readonly reason: string;
  readonly tariff_epoch: string;
  readonly settings_fingerprint: string;
  readonly started_at: EpochMs;
  readonly ended_at: EpochMs | null;
  readonly position_book_id: string | null;
  readonly position_answered_at: EpochMs | null;
  readonly position_usage_id: string | null;
  readonly looked: string;
  readonly changed: string;
  readonly moved: string;
}

const runOf = (row: RunRow): ReratingRun => ({
  id: row.id,
  request: row.request,
  state: row.state,
  author: row.author,
  reason: row.reason,
  tariffEpoch: Number(row.tariff_epoch),
  settingsFingerprint: row.settings_fingerprint,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  position: positionOf(row),
  looked: Number(row.looked),
  changed: Number(row.changed),
  moved: Number(row.moved),
});

function positionOf(row: RunRow): RunPosition | null {
  const { position_book_id: bookId, position_answered_at: answeredAt, position_usage_id: usageId } = row;
  return bookId === null || answeredAt === null || usageId === null ? null : { bookId, answeredAt, usageId };
}

/** A run as it is begun. */
export type NewRun = Pick<
  ReratingRun,
  "id" | "request" | "author" | "reason" | "tariffEpoch" | "settingsFingerprint"
> & {
  readonly requestHash: string;
};

/** Begins a run, unless one of the same request is under way; two that begin at once become one. */
export async function insertRun(tx: Tx, run: NewRun): Promise<void> {
  await tx.query(
    `insert into rerate_runs (tenant_id, id, request_hash, request, state, author, reason, tariff_epoch,
       settings_fingerprint)
     values ($1, $2, $3, $4, 'running', $5, $6, $7, $8)
     on conflict (tenant_id, request_hash) where state = 'running' do nothing`,
    [
      run.request.tenantId,
      run.id,
      run.requestHash,
      JSON.stringify(run.request),
      run.author,
      run.reason,
      run.tariffEpoch,
      run.settingsFingerprint,
    ],
  );
}

/** The newest run of a request that was not cancelled. */
export async function findRunOf(tx: Tx, tenantId: string, requestHash: string): Promise<ReratingRun | undefined> {
  const { rows } = await tx.query<RunRow>(
    `select * from rerate_runs where tenant_id = $1 and request_hash = $2 and state <> 'cancelled'
     order by started_at desc, id desc limit 1`,
    [tenantId, requestHash],
  );
  return rows.map(runOf)[0];
}

/** A run, locked until `tx` ends: of several processes that work at it, one at a time goes on from its position. */
export async function lockRun(tx: Tx, tenantId: string, id: string): Promise<ReratingRun | undefined> {
  const { rows } = await tx.query<RunRow>("select * from rerate_runs where tenant_id = $1 and id = $2 for update", [
    tenantId,
    id,
  ]);
  return rows.map(runOf)[0];
}

/** The newest runs of a tenant, newest first. */
export async function listRuns(tx: Tx, tenantId: string, limit: number): Promise<readonly ReratingRun[]> {
  const { rows } = await tx.query<RunRow>(
    "select * from rerate_runs where tenant_id = $1 order by started_at desc, id desc limit $2",
    [tenantId, limit],
  );
  return rows.map(runOf);
}

/** Ends a run. */
export async function endRun(tx: Tx, id: string, state: "done" | "cancelled"): Promise<void> {
  await tx.query("update rerate_runs set state = $2, ended_at = now() where id = $1", [id, state]);
}

/** Adds a page to a run, and moves its position behind it. */
export async function saveProgress(
  tx: Tx,
  { id, request }: ReratingRun,
  position: RunPosition,
  totals: ReratingTotals,
): Promise<void> {
  await tx.query(
    `update rerate_runs set position_book_id = $2, position_answered_at = $3, position_usage_id = $4,
       looked = looked + $5, changed = changed + $6, moved = moved + $7 where id = $1`,
    [
      id,
      position.bookId,
      timestampToSql(position.answeredAt),
      position.usageId,
      totals.looked,
      totals.changed,
      totals.moved,
    ],
  );
  await addSides(tx, request.tenantId, id, totals.sides);
  await addKept(tx, request.tenantId, id, totals.kept);
}

async function addSides(tx: Tx, tenantId: string, runId: string, sides: readonly SideTotal[]): Promise<void> {
  if (sides.length === 0) return;
  await tx.query(
    `insert into rerate_totals as t (tenant_id, run_id, account_id, side, currency, cause, looked, changed, was,
       should_be)
     select $1::uuid, $2::uuid, * from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[],
       $8::bigint[], $9::numeric[], $10::numeric[])
     on conflict (run_id, account_id, side, currency, cause) do update
       set looked = t.looked + excluded.looked, changed = t.changed + excluded.changed, was = t.was + excluded.was,
         should_be = t.should_be + excluded.should_be`,
    [
      tenantId,
      runId,
      sides.map(({ accountId }) => accountId),
      sides.map(({ side }) => side),
      sides.map(({ currency }) => currency),
      sides.map(({ cause }) => cause),
      sides.map(({ looked }) => looked),
      sides.map(({ changed }) => changed),
      sides.map(({ was }) => nanosToSql(was)),
      sides.map(({ shouldBe }) => nanosToSql(shouldBe)),
    ],
  );
}

/** Adds what a month that was priced again has written, in the transaction that wrote it. */
export async function addInTurn(
  tx: Tx,
  { id, request }: Pick<ReratingRun, "id" | "request">,
  entries: readonly ChargeEntry[],
): Promise<void> {
  const tally = new Tally();
  for (const [, ofSide] of Map.groupBy(entries, ({ usageId, charge }) => `${usageId} ${charge.accountId}`)) {
    const [was, due] = [ofSide.find(isReversal), ofSide.find((entry) => !isReversal(entry))];
    if (was !== undefined && due !== undefined)
      tally.replay({ ...was.charge, amount: nanos(-was.charge.amount) }, due.charge);
  }
  await addSides(tx, request.tenantId, id, tally.totals.sides);
}

const isReversal = ({ reversesEntryNo }: ChargeEntry): boolean => reversesEntryNo !== null;

async function addKept(tx: Tx, tenantId: string, runId: string, kept: readonly KeptTotal[]): Promise<void> {
  for (const { code, calls, examples } of kept)
    await tx.query(
      `insert into rerate_kept as k (tenant_id, run_id, code, calls, examples) values ($1, $2, $3, $4, $5)
       on conflict (run_id, code) do update set calls = k.calls + excluded.calls,
         examples = case when jsonb_array_length(k.examples) < $6::integer
           then jsonb_path_query_array(k.examples || excluded.examples,
             ('$[0 to ' || ($6::integer - 1) || ']')::jsonpath)
           else k.examples end`,
      [tenantId, runId, code, calls, JSON.stringify(examples), KEPT_EXAMPLES_MAX],
    );
}

/** What a run has come to so far. */
export async function loadTotals(tx: Tx, { id, looked, changed, moved }: ReratingRun): Promise<ReratingTotals> {
  const sides = await tx.query<{
    account_id: string;
    side: SideTotal["side"];
    currency: string;
    cause: SideTotal["cause"];
    looked: string;
    changed: string;
    was: string;
    should_be: string;
  }>("select * from rerate_totals where run_id = $1 order by account_id, side, currency, cause", [id]);
  const kept = await tx.query<{ code: KeptTotal["code"]; calls: string; examples: KeptTotal["examples"] }>(
    "select code, calls, examples from rerate_kept where run_id = $1 order by code",
    [id],
  );
  return {
    ...{ looked, changed, moved },
    sides: sides.rows.map((row) => ({
      accountId: row.account_id,
      side: row.side,
      currency: row.currency as Currency,
      cause: row.cause,
      looked: Number(row.looked),
      changed: Number(row.changed),
      was: nanosFromSql(row.was),
      shouldBe: nanosFromSql(row.should_be),
    })),
    kept: kept.rows.map(({ code, calls, examples }) => ({ code, calls: Number(calls), examples })),
  };
}

/** The batch of a page that has something to write. */
export async function insertRunBatch(
  tx: Tx,
  { id, request }: ReratingRun,
): Promise<{ readonly batchId: bigint; readonly bookedAt: EpochMs }> {
  const { rows } = await tx.query<{ id: string; booked_at: EpochMs }>(
    "insert into batches (tenant_id, kind, rerate_run_id) values ($1, 'rerate', $2) returning id, booked_at",
    [request.tenantId, id],
  );
  return { batchId: BigInt(rows[0]?.id ?? 0), bookedAt: rows[0]?.booked_at as EpochMs };
}
