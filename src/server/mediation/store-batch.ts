import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { LockedUnits } from "../allowance/locked-units.ts";
import type { Database } from "../db/database.ts";
import { ensurePartitions, monthFinder } from "../db/partitions.ts";
import type { BulkTx } from "../db/tx.ts";
import { type ChargeBatch, postCharges } from "../usage/post-charges.ts";
import type { ArrivedRow, RowFate } from "./arrived-row.ts";
import type { BatchSource, Turn } from "./batch-source.ts";
import { recount } from "./file-store.ts";
import { importBatch, type UnpricedCall } from "./import-batch.ts";
import type { OpenedSource } from "./open-source.ts";
import type { Source } from "./source.ts";

/** One batch of rows, and what else its transaction does. */
export interface Batch {
  readonly source: Source;
  readonly opened: OpenedSource;
  readonly fileId: string;
  readonly kind: "import" | "retry" | "push";
  readonly rows: readonly ArrivedRow[];
  readonly turn: Turn;
  /** Runs last but one, when the fates are known: the file's progress. */
  readonly onFates: (tx: BulkTx, fates: readonly RowFate[]) => Promise<void>;
  /** As of {@link BatchSource}. */
  readonly units?: LockedUnits;
}

/** A batch that waits for nobody: the only one of its import. */
export const ALONE: Turn = { mayClaim: Promise.resolve(), onClaimed: () => undefined, mayFinish: Promise.resolve() };

/** What became of a batch. */
export interface StoredBatch {
  /** One a row, in order. */
  readonly fates: readonly RowFate[];
  readonly unpriced: readonly UnpricedCall[];
  readonly nonBillable: readonly string[];
}

/** Stores a batch of rows, its charges and their ledger postings in one transaction. */
export async function storeBatch(db: Database, batch: Batch): Promise<StoredBatch> {
  return db.bulk("ingest", {}, async (tx) => {
    const { charges, ...stored } = await storeRows(db, tx, batch);
    await postCharges(tx, charges);
    return stored;
  });
}

/** A batch that is stored but for the postings of its charges, which come last in their transaction. */
export interface UnpostedBatch extends StoredBatch {
  readonly charges: ChargeBatch;
}

/** Stores a batch of rows and its charges in the transaction `tx`; the caller posts the charges. */
export async function storeRows(db: Database, tx: BulkTx, batch: Batch): Promise<UnpostedBatch> {
  const { source, opened, fileId, rows } = batch;
  const { batchId, bookedAt } = await insertBatch(tx, batch);
  const origin: BatchSource = {
    tenantId: source.tenantId,
    sourceId: source.id,
    fileId,
    batchId,
    ...opened,
    retrying: batch.kind === "retry",
    ...(batch.units && { units: batch.units }),
    makePartitions: (times) => makePartitions(db, times),
  };
  const { fates, moved, entries, ...told } = await importBatch(tx, origin, rows, batch.turn);
  await batch.onFates(tx, fates);
  if (moved.size > 0) await recount(tx, moved);
  const { accounts } = opened.desk.rating;
  return { fates, ...told, charges: { batchId, bookedAt, bookedBy: "ingest", memo: "", accounts, entries } };
}

async function insertBatch(
  tx: BulkTx,
  { source, fileId, kind }: Batch,
): Promise<{ batchId: bigint; bookedAt: EpochMs }> {
  const { rows } = await tx.query<{ id: string; booked_at: EpochMs }>(
    "insert into batches (tenant_id, source_id, file_id, kind) values ($1, $2, $3, $4) returning id, booked_at",
    [source.tenantId, source.id, fileId, kind],
  );
  const [row] = rows;
  invariant(row, "an inserted batch has an id");
  return { batchId: BigInt(row.id), bookedAt: row.booked_at };
}

/** Months whose partitions this process has seen, by database. */
const monthsMade = new WeakMap<Database, Set<string>>();

/** Makes the partitions that usage of these times needs, each in a transaction of its own. */
async function makePartitions(db: Database, times: Iterable<EpochMs>): Promise<void> {
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
