import type { EpochMs } from "../../core/time/epoch.ts";
import type { BulkTx } from "../db/tx.ts";
import { type ArchivedRows, partsBetween } from "./archived-rows.ts";
import { ARCHIVED_TABLES, type ArchivedTable } from "./archived-tables.ts";
import { presentArchives } from "./find-archives.ts";
import { openBookStage } from "./rows-store.ts";

/** What stands for each table in SQL: itself, or itself with rows of the archive beside it. */
export type TablesInSql = Readonly<Record<ArchivedTable, string>>;

/** The tables alone. */
export const TABLES: TablesInSql = { usage_events: "usage_events", charges: "charges", usage_history: "usage_history" };

/** A call is answered in the month of its start, or soon after. */
const RINGS_MS_MAX = 32 * 86_400_000;

/**
 * Copies what the archive has of a book, for charges answered in a time, to temporary tables of `tx`, which must be
 * allowed to write. Answers what stands for each table then.
 *
 * @throws Problem `archive-unavailable`, `archive-damaged`.
 */
export async function stageBook(
  tx: BulkTx,
  archive: ArchivedRows,
  wanted: { readonly tenantId: string; readonly bookId: string; readonly from: EpochMs; readonly until: EpochMs },
): Promise<TablesInSql> {
  const { tenantId, bookId, from, until } = wanted;
  const parts = partsBetween(await presentArchives(tx, tenantId), { from: from - RINGS_MS_MAX, until });
  if (parts.length === 0) return TABLES;
  for (const table of ARCHIVED_TABLES) {
    const statement = await openBookStage(tx, table);
    await archive.copyBook(tx, parts, { table, bookId, statement });
  }
  const both = (table: ArchivedTable): string => `(select * from ${table} union all select * from archived_${table})`;
  return { usage_events: both("usage_events"), charges: both("charges"), usage_history: both("usage_history") };
}
