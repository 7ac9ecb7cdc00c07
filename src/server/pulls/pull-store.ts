import { Problem } from "../../core/problem.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";

/** How far a pull has come. */
export interface StoredPull {
  readonly id: string;
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  /** The process that runs it now. */
  readonly holder: string | null;
  readonly startedAt: EpochMs | null;
  readonly succeededAt: EpochMs | null;
  readonly nextAt: EpochMs;
  readonly isDue: boolean;
  /** Runs that failed since the last that did not. */
  readonly failures: number;
  readonly problem: StoredProblem | null;
  /** Where a pull that reads a table or a stream reads on. */
  readonly cursor: unknown;
  /** The server's key, where it was trusted on first use. */
  readonly pinned: string | null;
}

export interface StoredProblem {
  /** null: a bug. */
  readonly code: string | null;
  readonly text: string;
}

/** An error as it is kept. */
export const storedProblem = (error: unknown): StoredProblem =>
  error instanceof Problem
    ? { code: error.code, text: error.message }
    : { code: null, text: error instanceof Error ? error.message : String(error) };

interface PullRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly source_id: string;
  readonly name: string;
  readonly holder: string | null;
  readonly started_at: EpochMs | null;
  readonly succeeded_at: EpochMs | null;
  readonly next_at: EpochMs;
  readonly is_due: boolean;
  readonly failures: number;
  readonly problem_code: string | null;
  readonly problem_text: string | null;
  readonly cursor: unknown;
  readonly pinned: string | null;
}

const COLUMNS = `id, tenant_id, source_id, name, case when held_until > now() then holder end as holder, started_at,
  succeeded_at, next_at, next_at <= now() as is_due, failures, problem_code, problem_text, cursor, pinned`;

const pullOf = (row: PullRow): StoredPull => ({
  id: row.id,
  tenantId: row.tenant_id,
  sourceId: row.source_id,
  name: row.name,
  holder: row.holder,
  startedAt: row.started_at,
  succeededAt: row.succeeded_at,
  nextAt: row.next_at,
  isDue: row.is_due,
  failures: row.failures,
  problem: row.problem_text === null ? null : { code: row.problem_code, text: row.problem_text },
  cursor: row.cursor,
  pinned: row.pinned,
});

export async function listPulls(tx: Tx, tenantId: string): Promise<readonly StoredPull[]> {
  const { rows } = await tx.query<PullRow>(`select ${COLUMNS} from pulls where tenant_id = $1`, [tenantId]);
  return rows.map(pullOf);
}

/** The pull of that name, which is new when it runs for the first time. */
export async function ensurePull(
  tx: Tx,
  pull: Pick<StoredPull, "id" | "tenantId" | "sourceId" | "name">,
): Promise<StoredPull> {
  await tx.query(
    "insert into pulls (tenant_id, id, source_id, name) values ($1, $2, $3, $4) on conflict (source_id, name) do nothing",
    [pull.tenantId, pull.id, pull.sourceId, pull.name],
  );
  const { rows } = await tx.query<PullRow>(`select ${COLUMNS} from pulls where source_id = $1 and name = $2`, [
    ...[pull.sourceId, pull.name],
  ]);
  return pullOf(rows[0] as PullRow);
}

/** Takes the pull for `holder`, if nobody holds it or only `dead` does; answers whether it did. */
export async function takePull(
  tx: Tx,
  id: string,
  { holder, dead, forS }: { readonly holder: string; readonly dead: string | null; readonly forS: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update pulls set holder = $2, held_until = now() + make_interval(secs => $4), started_at = now()
     where id = $1 and (holder is null or held_until <= now() or holder = $3)`,
    [id, holder, dead, forS],
  );
  return rowCount === 1;
}

/** Says that the holder still works on it; false when another has taken it meanwhile. */
export async function keepPull(
  tx: Tx,
  id: string,
  { holder, forS }: { readonly holder: string; readonly forS: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    "update pulls set held_until = now() + make_interval(secs => $3) where id = $1 and holder = $2",
    [id, holder, forS],
  );
  return rowCount === 1;
}

/** Ends a run: null when it went well, else what went wrong. `nextAt` null leaves the next run where it was. */
export async function endRun(
  tx: Tx,
  id: string,
  run: { readonly holder: string; readonly nextInS: number; readonly problem: StoredProblem | null },
): Promise<void> {
  await tx.query(
    `update pulls set holder = null, held_until = null, next_at = now() + make_interval(secs => $3),
       failures = case when $5::text is null then 0 else failures + 1 end,
       problem_code = $4, problem_text = $5,
       succeeded_at = case when $5::text is null then now() else succeeded_at end
     where id = $1 and holder = $2`,
    [id, run.holder, run.nextInS, run.problem?.code ?? null, run.problem?.text ?? null],
  );
}

/** Lets go of a pull whose run was broken off by the process's end: it is due again at once. */
export async function releasePull(tx: Tx, id: string, holder: string): Promise<void> {
  await tx.query("update pulls set holder = null, held_until = null, next_at = now() where id = $1 and holder = $2", [
    ...[id, holder],
  ]);
}

/** Remembers where the pull reads on: in the transaction that stored what it read, or after it. */
export async function saveCursor(tx: Tx, id: string, cursor: object): Promise<void> {
  await tx.query("update pulls set cursor = $2 where id = $1", [id, JSON.stringify(cursor)]);
}

/** Remembers the server's key, unless one was pinned meanwhile; answers the one that is. */
export async function pinKey(tx: Tx, id: string, key: string): Promise<string> {
  const { rows } = await tx.query<{ pinned: string }>(
    "update pulls set pinned = coalesce(pinned, $2) where id = $1 returning pinned",
    [id, key],
  );
  return rows[0]?.pinned ?? key;
}
