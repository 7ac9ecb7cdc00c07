import type { Sighting } from "../../core/completeness/clock-offset.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { Period } from "./finding.ts";

/** Answered calls that are compared: more make the estimate no better. */
const CALLS_MAX = 5_000;
/** The widest mistake in a time zone, and some. */
const AROUND = "interval '27 hours'";

/** Answered calls that two sources may both have seen, by what both write alike. */
export interface PairSightings {
  readonly ofSource: readonly Sighting[];
  readonly ofPartner: readonly Sighting[];
}

/**
 * Loads a sample of the first source's answered calls (ids are hashes, so the first of them are any) and all of the
 * partner's that lie around them between the same numbers. The key is the two numbers, by their last nine digits:
 * national and international forms meet there.
 */
export async function loadSightings(
  tx: Tx,
  { sourceId, partnerId, period }: { readonly sourceId: string; readonly partnerId: string; readonly period: Period },
): Promise<PairSightings> {
  const { rows } = await tx.query<{ ours: boolean; key: string; at: EpochMs }>(
    `with ours as materialized (
       select right(calling, 9) || ' ' || right(called, 9) as key, answered_at as at
       from usage_events
       where source_id = $1 and started_at >= $3 and started_at < $4 and answered_at is not null
       order by id limit ${CALLS_MAX}),
     span as (select min(at) - ${AROUND} as from_at, max(at) + ${AROUND} as until_at from ours),
     theirs as (
       select right(calling, 9) || ' ' || right(called, 9) as key, answered_at as at
       from usage_events, span
       where source_id = $2 and started_at >= span.from_at and started_at < span.until_at and answered_at is not null)
     select true as ours, key, at from ours
     union all select false, key, at from theirs where key in (select key from ours)`,
    [sourceId, partnerId, timestampToSql(period.from), timestampToSql(period.until)],
  );
  const of = (ours: boolean) => rows.filter((row) => row.ours === ours).map(({ key, at }) => ({ key, at }));
  return { ofSource: of(true), ofPartner: of(false) };
}
