import { invariant } from "../../core/invariant.ts";
import { endRecorded } from "../charging/recorded-sessions.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import { traced } from "../tracing/traced.ts";
import { ChargeSums } from "../usage/charge-sums.ts";
import { postCharges } from "../usage/post-charges.ts";
import type { ArrivedRow, RowFate } from "./arrived-row.ts";
import type { BatchSource, Turn } from "./batch-source.ts";
import { insertBatches } from "./batch-store.ts";
import { recount } from "./file-store.ts";
import { importBatch, type UnpricedCall } from "./import-batch.ts";
import { makePartitions } from "./make-partitions.ts";
import type { OpenedSource } from "./open-source.ts";
import type { Source } from "./source.ts";
import { tellStored } from "./stored-rows.ts";

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
  const { source, rows, kind } = batch;
  const attributes = { "tollwright.source": source.name, "tollwright.rows": rows.length, "tollwright.kind": kind };
  const stored = await traced("import.batch", attributes, () => storeInOne(db, batch));
  tellStored({ source, fates: stored.fates });
  return stored;
}

function storeInOne(db: Database, batch: Batch): Promise<StoredBatch> {
  return db.bulk("ingest", {}, async (tx) => {
    const { source, opened, fileId, rows } = batch;
    const [inserted] = await insertBatches(tx, [batch]);
    invariant(inserted, "a batch is inserted");
    const origin: BatchSource = {
      tenantId: source.tenantId,
      sourceId: source.id,
      fileId,
      batchId: inserted.batchId,
      ...opened,
      retrying: batch.kind === "retry",
      makePartitions: (times) => makePartitions(db, times),
    };
    const { moved, entries, ...stored } = await importBatch(tx, origin, rows, batch.turn);
    await batch.onFates(tx, stored.fates);
    if (moved.size > 0) await recount(tx, moved);
    const sums = entries instanceof ChargeSums ? entries : ChargeSums.of(entries);
    const released = await endRecorded(tx, {
      ...{ tenantId: source.tenantId, sourceId: source.id, accountIds: sums.list().map(({ accountId }) => accountId) },
      records: () => rows.flatMap(({ outcome }, at) => (isStored(stored.fates[at]) ? callOf(outcome) : [])),
    });
    const { accounts } = opened.desk.rating;
    await postCharges(tx, { ...inserted, bookedBy: "ingest", memo: "", accounts, entries: sums, released });
    return stored;
  });
}

const isStored = (fate: RowFate | undefined): boolean => fate === "stored" || fate === "corrected";

const callOf = (outcome: ArrivedRow["outcome"]) => (outcome.kind === "call" ? [outcome.call] : []);
