import { noteSigns } from "../completeness/note-arrival.ts";
import { noteRows } from "../completeness/note-rows.ts";
import { RecordNumbers } from "../completeness/record-numbers.ts";
import type { Database } from "../db/database.ts";
import { retrying } from "../db/retrying.ts";
import type { BulkTx } from "../db/tx.ts";
import { type ArrivedRow, countFates, type RowFate } from "./arrived-row.ts";
import { reserveLines } from "./daily-file-store.ts";
import { recount } from "./file-store.ts";
import type { OpenedSource } from "./open-source.ts";
import type { Source } from "./source.ts";
import { ALONE, type Batch, storeBatch } from "./store-batch.ts";

/** Rows that came by another way than in a file: posted, read from a table, sent as messages. */
export interface LooseBatch {
  readonly source: Source;
  readonly opened: OpenedSource;
  /** How they came, as the name of their file begins: "push", "sql acc", "syslog". */
  readonly way: string;
  readonly kind: "import" | "push";
  /** Header rows that came with them. */
  readonly preamble: string;
  /** Their lines are numbered anew, as those of the day's file. */
  readonly rows: readonly ArrivedRow[];
  readonly sizeBytes: number;
  /** Runs in the transaction that stores the rows: what says how far their way in has come. */
  readonly alongside?: (tx: BulkTx) => Promise<void>;
}

/** What became of the rows, one fate a row in order; in their file they are numbered from `firstLine`. */
export interface StoredLooseRows {
  readonly fates: readonly RowFate[];
  readonly fileId: string;
  readonly firstLine: number;
}

/** Stores rows in the day's file of their way in, in one transaction with what `alongside` writes. */
export async function storeLooseRows(db: Database, loose: LooseBatch): Promise<StoredLooseRows> {
  const { batch, firstLine } = await inDailyFile(db, loose);
  // An import of the same source may want the same rows in another order.
  const { fates } = await retrying(() => storeBatch(db, batch));
  return { fates, fileId: batch.fileId, firstLine };
}

/** The rows as a batch of the day's file of their way in, numbered from `firstLine`. */
async function inDailyFile(
  db: Database,
  { source, opened, way, kind, preamble, rows, sizeBytes, alongside }: LooseBatch,
): Promise<{ readonly batch: Batch; readonly firstLine: number }> {
  const { tenantId, id: sourceId, config } = source;
  const { receivedAt } = opened.settings;
  const loose = { tenantId, sourceId, way, preamble, receivedAt, rows: rows.length, sizeBytes };
  const { fileId, firstLine } = await db.transaction("ingest", {}, (tx) => reserveLines(tx, loose));
  const numbered = rows.map((row, index) => ({ ...row, line: firstLine + index }));
  const numbers = new RecordNumbers(config.completeness, receivedAt);
  for (const row of numbered) numbers.see(row);
  const onFates = async (tx: BulkTx, fates: readonly RowFate[]): Promise<void> => {
    await recount(tx, new Map([[fileId, countFates(fates)]]));
    await noteRows(tx, [{ file: { tenantId, sourceId, fileId }, rows, fates }]);
    await numbers.add(tx, { tenantId, sourceId, fileId });
    await noteSigns(tx, [{ tenantId, sourceId, at: receivedAt }]);
    await alongside?.(tx);
  };
  return { batch: { source, opened, fileId, kind, rows: numbered, turn: ALONE, onFates }, firstLine };
}
