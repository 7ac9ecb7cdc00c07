import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { uuidBytes } from "../db/binary-copy.ts";
import { insertRows, type TableRows } from "../db/insert-rows.ts";
import type { Tx } from "../db/tx.ts";
import type { Source } from "./source.ts";

/** A batch of rows of one file, as it begins. */
export interface NewBatch {
  readonly source: Pick<Source, "tenantId" | "id">;
  readonly fileId: string;
  readonly kind: "import" | "retry" | "push";
}

/** A batch that has its number. */
export interface NumberedBatch {
  readonly batchId: bigint;
  readonly bookedAt: EpochMs;
}

const BATCHES: TableRows<NewBatch> = {
  table: "batches",
  columns: "tenant_id, source_id, file_id, kind",
  write: (sink, { source, fileId, kind }) => {
    sink.row(4);
    sink.uuid(uuidBytes(source.tenantId));
    sink.uuid(uuidBytes(source.id));
    sink.uuid(uuidBytes(fileId));
    sink.text(kind);
  },
};

/** Begins batches of different sources; answers them in their order. */
export async function insertBatches(tx: Tx, batches: readonly NewBatch[]): Promise<readonly NumberedBatch[]> {
  const { rows } = await insertRows<NewBatch, { id: string; source_id: string; booked_at: EpochMs }>(
    tx,
    BATCHES,
    batches,
    "returning id, source_id, booked_at",
  );
  const bySource = new Map(rows.map((row) => [row.source_id, row]));
  return batches.map(({ source }) => {
    const row = bySource.get(source.id);
    invariant(row, "an inserted batch has an id");
    return { batchId: BigInt(row.id), bookedAt: row.booked_at };
  });
}
