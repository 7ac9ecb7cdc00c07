import { join } from "node:path";
import { invariant } from "../../core/invariant.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { ensurePartitions } from "../db/partitions.ts";
import type { BulkTx } from "../db/tx.ts";
import type { Archive } from "./archive.ts";
import { withArchiveLock } from "./archive-lock.ts";
import { endArchives } from "./archive-store.ts";
import { digestOf, type Figure } from "./archived-tables.ts";
import { clearLeftovers } from "./clear-leftovers.ts";
import { type Duck, withDuck } from "./duck.ts";
import { findArchives } from "./find-archives.ts";
import { firstDay, type Month } from "./month.ts";
import { copyIn, tableFigures, toCsv } from "./parquet-store.ts";
import { archiveDamaged, archiveUnknown } from "./problems.ts";
import { openStage, stagedMonths, unstageRows } from "./rows-store.ts";
import { deleteSums } from "./sums-store.ts";
import { faultOf } from "./verify-archive.ts";

/** A month that is to be in the tables again. */
export interface RestoreOrder {
  readonly tenantId: string;
  readonly month: Month;
  readonly archiveDir: string;
  readonly actor: Actor;
}

export interface RestoredMonth {
  readonly parts: number;
  readonly calls: number;
  readonly charges: number;
}

/**
 * Puts all archived parts of a month back into the tables, exactly as they were, in one transaction; each file is
 * checked before, and what went in is compared with what was taken away. The files are removed after.
 *
 * @throws Problem `archive-unknown`, `archive-damaged`, `archive-busy`, `archive-unavailable`.
 */
export async function restoreMonth(db: Database, order: RestoreOrder): Promise<RestoredMonth> {
  return await withArchiveLock(db, async () => {
    const parts = (await findArchives(db, order.tenantId)).filter(
      ({ state, month }) => state === "archived" && month === order.month.text,
    );
    if (parts.length === 0) throw archiveUnknown({ month: order.month.text });
    await withDuck(async (duck) => {
      for (const file of parts.flatMap(({ files }) => files)) {
        const fault = await faultOf(duck, order.archiveDir, file);
        if (fault !== null) throw archiveDamaged({ file: join(order.archiveDir, file.file), reason: fault });
      }
      await makePartitions(db, order);
      await db.bulk("owner", {}, (tx) => putBack(tx, duck, order, parts));
    });
    await clearLeftovers(db, order);
    const rows = (table: string) =>
      parts.reduce((sum, { files }) => sum + (files.find((file) => file.table === table)?.rows ?? 0), 0);
    return { parts: parts.length, calls: rows("usage_events"), charges: rows("charges") };
  });
}

/** A calls' charges may have been answered in the month after; others make theirs in {@link putBack}. */
async function makePartitions(db: Database, { month }: RestoreOrder): Promise<void> {
  const fromDate = Temporal.PlainDate.from(firstDay(month));
  const range = { fromDate, untilDate: fromDate.add({ months: 1 }) };
  await db.transaction("owner", {}, (tx) => ensurePartitions(tx, "usage_events", range));
}

async function putBack(tx: BulkTx, duck: Duck, order: RestoreOrder, parts: readonly Archive[]): Promise<void> {
  const object = { kind: "archive", id: null, name: order.month.text };
  const after = { parts: parts.length };
  await recordAudit(tx, order.actor, [{ action: "month.restored", object, before: null, after, reason: null }]);
  const ids = parts.map(({ id }) => id);
  const ended = await endArchives(tx, { ids, state: "restored", endedBy: order.actor.name });
  invariant(ended === parts.length, "nobody else ends parts while the archive is locked");
  for (const table of ["usage_events", "charges", "usage_history"] as const) {
    const files = parts.flatMap((part) => part.files.filter((file) => file.table === table));
    const statement = await openStage(tx, table);
    const expected: Figure[] = [];
    for (const { file, figures } of files) {
      const path = join(order.archiveDir, file);
      expected.push(...(await tableFigures(duck, table, { path, written: figures })));
      const csv = `${path}.csv.part`;
      await toCsv(duck, { table, path, csv });
      await copyIn(tx, csv, statement);
    }
    if (table === "charges")
      for (const day of await stagedMonths(tx)) {
        const fromDate = Temporal.PlainDate.from(day);
        await ensurePartitions(tx, "charges", { fromDate, untilDate: fromDate.add({ months: 1 }) });
      }
    const back = await unstageRows(tx, table);
    invariant(digestOf(back) === digestOf(expected), `${table} came back as it went`);
  }
  await deleteSums(tx, ids);
}
