import { invariant } from "../../core/invariant.ts";
import { type EpochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import type { Tx } from "./tx.ts";

/** A month (UTC), whose rows are in one partition. */
export interface PartitionMonth {
  /** "2026-03". */
  readonly text: string;
  /** Half-open. */
  readonly from: EpochMs;
  readonly until: EpochMs;
}

/** Finds the months of times. Neighbours are mostly of one month, which is then not worked out again. */
export function monthFinder(): (at: EpochMs) => PartitionMonth {
  let last: PartitionMonth | undefined;
  return (at) => {
    if (last === undefined || at < last.from || at >= last.until) last = monthOf(at);
    return last;
  };
}

function monthOf(at: EpochMs): PartitionMonth {
  const start = toInstant(at).toZonedDateTimeISO("UTC").with({ day: 1 }).startOfDay();
  return {
    text: start.toPlainDate().toPlainYearMonth().toString(),
    from: fromInstant(start.toInstant()),
    until: fromInstant(start.add({ months: 1 }).toInstant()),
  };
}

/** The name that `ensure_partition` gives to the partition of a month ("2026-03"): `usage_events_2026_03`. */
export function partitionName(table: string, month: string): string {
  invariant(/^\d{4}-\d{2}$/.test(month), `${month} is a month`);
  return `${table}_${month.replace("-", "_")}`;
}

/** Months that one call may ask for: twenty-five years are a unit mistake, not a request. */
const MONTHS_MAX = 300;

/**
 * Makes the monthly partitions (UTC) of `table` that cover `[fromDate, untilDate)`, where they are missing.
 *
 * Any number of sessions may ask at once; needs role `ingest` or `owner`. Best in a transaction of its own before the
 * load: new partitions keep a lock until the commit, for which other sessions that need new ones wait.
 * The range reaches from 2000-01 to next month: what lies outside is the caller's to refuse (quarantine), and an
 * error from the database here.
 */
export async function ensurePartitions(
  tx: Tx,
  table: string,
  { fromDate, untilDate }: { readonly fromDate: Temporal.PlainDate; readonly untilDate: Temporal.PlainDate },
): Promise<void> {
  const firstMonth = fromDate.with({ day: 1 });
  const months = Math.ceil(firstMonth.until(untilDate, { largestUnit: "days" }).days / 28);
  invariant(months <= MONTHS_MAX, `partitions of ${table} for ${fromDate} to ${untilDate} are too many`);
  await tx.query(
    `select tollwright.ensure_partition($1::regclass, month::date)
     from generate_series($2::date::timestamp, $3::date::timestamp - interval '1 day', '1 month') as month
     order by month`,
    [table, firstMonth.toString(), untilDate.toString()],
  );
}
