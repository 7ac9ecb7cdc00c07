import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { ensurePartitions, monthFinder } from "../db/partitions.ts";
import type { PreparedCall } from "./prepare-call.ts";

/** Months whose partitions this process has seen, by database. */
const monthsMade = new WeakMap<Database, Set<string>>();

/** Makes the partitions that usage of these times needs, each in a transaction of its own. */
export async function makePartitions(db: Database, times: Iterable<EpochMs>): Promise<void> {
  const made = monthsMade.get(db) ?? new Set();
  monthsMade.set(db, made);
  const monthOf = monthFinder();
  const missing = new Set<string>();
  for (const at of times) {
    const { text } = monthOf(at);
    if (!made.has(text)) missing.add(text);
  }
  for (const month of [...missing].sort()) {
    const fromDate = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 });
    const range = { fromDate, untilDate: fromDate.add({ months: 1 }) };
    await db.transaction("ingest", {}, async (tx) => {
      await ensurePartitions(tx, "usage_events", range);
      await ensurePartitions(tx, "charges", range);
    });
    made.add(month);
  }
}

/** The times of calls by which partitions are found. */
export const timesOf = (prepared: readonly PreparedCall[]): EpochMs[] =>
  prepared.flatMap((item) => {
    if (item.kind !== "priced") return [];
    const { startedAt, answeredAt } = item.call.event;
    return answeredAt === null ? [startedAt] : [startedAt, answeredAt];
  });
