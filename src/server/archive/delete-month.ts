import type { Tx } from "../db/tx.ts";
import type { ArchiveFile } from "./archive.ts";
import { type ArchivedTable, type Figure, sameFigures, sumFigures } from "./archived-tables.ts";
import { deleteRows, findDays, findRows, type MonthOfTenant } from "./rows-store.ts";

/**
 * Deletes a tenant's rows of a month, a day's calls after the other: each step takes the space of a day. Answers
 * whether they were those in the files; if not, `tx` is to be rolled back.
 */
export async function deleteMonth(tx: Tx, order: MonthOfTenant, files: readonly ArchiveFile[]): Promise<boolean> {
  const gone: Record<ArchivedTable, (readonly Figure[])[]> = { usage_events: [], charges: [], usage_history: [] };
  for (const span of await findDays(tx, order)) {
    const day = await findRows(tx, { tenantId: order.tenantId, span });
    for (const table of ["charges", "usage_history", "usage_events"] as const)
      gone[table].push(await deleteRows(tx, table, day));
  }
  return files.every(({ table, figures }) => sameFigures(sumFigures(gone[table]), figures));
}
