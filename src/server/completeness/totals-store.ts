import type { Totals } from "../../core/completeness/switch-totals.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { CountedBy } from "./counted-by.ts";
import type { Period } from "./finding.ts";

/** What a switch says that it counted. */
export interface StatedTotals extends Totals, Period {
  readonly countedBy: CountedBy;
  /** "": all trunks. */
  readonly side: "" | "ingress" | "egress";
  readonly trunk: string;
}

/** Stores totals; those of the same period and trunk take the place of what was said before. */
export async function saveTotals(
  tx: Tx,
  origin: { readonly tenantId: string; readonly sourceId: string; readonly statedBy: string },
  totals: readonly StatedTotals[],
): Promise<void> {
  await tx.query(
    `insert into switch_totals (tenant_id, source_id, stated_by, from_at, until_at, counted_by, side, trunk, calls,
       answered, talked_s)
     select $1::uuid, $2::uuid, $3::text, t.*
     from unnest($4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
       $11::bigint[]) as t
     on conflict (source_id, from_at, until_at, counted_by, side, trunk) do update set
       calls = excluded.calls, answered = excluded.answered, talked_s = excluded.talked_s,
       stated_by = excluded.stated_by, stated_at = now()`,
    [
      ...[origin.tenantId, origin.sourceId, origin.statedBy],
      totals.map(({ from }) => timestampToSql(from)),
      totals.map(({ until }) => timestampToSql(until)),
      totals.map(({ countedBy }) => countedBy),
      totals.map(({ side }) => side),
      totals.map(({ trunk }) => trunk),
      totals.map(({ calls }) => calls),
      totals.map(({ answered }) => answered),
      totals.map(({ talkedS }) => talkedS),
    ],
  );
}

/** Totals of whole periods within the one asked for, by source, the oldest first. */
export async function listTotals(
  tx: Tx,
  { tenantId, period }: { readonly tenantId: string; readonly period: Period },
): Promise<readonly (StatedTotals & { readonly sourceId: string })[]> {
  const { rows } = await tx.query<{
    source_id: string;
    from_at: EpochMs;
    until_at: EpochMs;
    counted_by: CountedBy;
    side: StatedTotals["side"];
    trunk: string;
    calls: string | null;
    answered: string | null;
    talked_s: string | null;
  }>(
    `select source_id, from_at, until_at, counted_by, side, trunk, calls, answered, talked_s from switch_totals
     where tenant_id = $1 and from_at >= $2 and until_at <= $3
     order by source_id, from_at, until_at, counted_by, side, trunk`,
    [tenantId, timestampToSql(period.from), timestampToSql(period.until)],
  );
  const count = (text: string | null) => (text === null ? null : Number(text));
  return rows.map((row) => ({
    sourceId: row.source_id,
    from: row.from_at,
    until: row.until_at,
    countedBy: row.counted_by,
    side: row.side,
    trunk: row.trunk,
    calls: count(row.calls),
    answered: count(row.answered),
    talkedS: count(row.talked_s),
  }));
}

/** Stored calls of one source within one step of time, on one pair of trunks. */
export interface StepCounts {
  readonly at: EpochMs;
  readonly ingress: string;
  readonly egress: string;
  readonly calls: number;
  readonly answered: number;
  readonly talkedS: number;
}

const MOMENTS = { start: "started_at", answer: "answered_at", end: "ended_at" } as const satisfies Record<
  CountedBy,
  string
>;

/** How long before its answer or end a call may have begun: usage is kept by its start. */
const LONGEST_CALL = "interval '7 days'";

/** Counts a source's calls by steps of `stepMs`, in one pass. */
export async function loadStepCounts(
  tx: Tx,
  args: { readonly sourceId: string; readonly countedBy: CountedBy; readonly period: Period; readonly stepMs: number },
): Promise<readonly StepCounts[]> {
  const moment = MOMENTS[args.countedBy];
  const { rows } = await tx.query<{
    at: EpochMs;
    ingress: string;
    egress: string;
    calls: string;
    answered: string;
    talked_s: string;
  }>(
    `select date_bin(make_interval(secs => $4), ${moment}, '2000-01-01Z') as at, coalesce(ingress_trunk, '') as ingress,
       coalesce(egress_trunk, '') as egress, count(*) as calls, count(answered_at) as answered,
       sum(talked_s) as talked_s
     from usage_events
     where source_id = $1 and started_at >= $2::timestamptz - ${args.countedBy === "start" ? "interval '0'" : LONGEST_CALL}
       and started_at < $3 and ${moment} >= $2 and ${moment} < $3
     group by 1, 2, 3`,
    [args.sourceId, timestampToSql(args.period.from), timestampToSql(args.period.until), args.stepMs / 1_000],
  );
  return rows.map(({ at, ingress, egress, calls, answered, talked_s }) => {
    return { at, ingress, egress, calls: Number(calls), answered: Number(answered), talkedS: Number(talked_s) };
  });
}
