import { createHash } from "node:crypto";
import { uuidv7 } from "../../clock.ts";
import { Problem } from "../../core/problem.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { noteArrival, noteEmptyFile } from "../completeness/note-arrival.ts";
import { noteRows } from "../completeness/note-rows.ts";
import { RecordNumbers } from "../completeness/record-numbers.ts";
import type { Database } from "../db/database.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { countFates } from "./arrived-row.ts";
import type { Turn } from "./batch-source.ts";
import { CutOffRows } from "./cut-off-rows.ts";
import { advanceFile, closePass, openPass, type SourceFile } from "./file-store.ts";
import { nameUnpacked } from "./gzip.ts";
import { type NonBillableReason, NonBillableTally } from "./non-billable-tally.ts";
import { type OpenedSource, openSource } from "./open-source.ts";
import { lockParts } from "./part-store.ts";
import { fileChanged, importBusy } from "./problems.ts";
import type { QuarantineReason } from "./quarantine-store.ts";
import { chunksOf, digestOf, requireRecords } from "./read-file.ts";
import { ReasonTally } from "./reason-tally.ts";
import { type RowBatch, RowBatcher } from "./row-batcher.ts";
import type { Source } from "./source.ts";
import { type StoredBatch, storeBatch } from "./store-batch.ts";

export interface ImportRequest {
  readonly source: Source;
  readonly path: string;
  readonly receivedAt: EpochMs;
  /** Keeps prices from one file to the next; without it they are loaded for this one. */
  readonly rating?: LiveRatingContext;
  /** Rows in one transaction; {@link BATCH_ROWS} when not given. */
  readonly batchRows?: number;
  /** Called after every stored batch with how many of the file's bytes are done. */
  readonly onProgress?: (progress: { readonly bytesDone: number; readonly sizeBytes: number }) => void;
}

/** A file that was imported to its end. */
export interface ImportedFile extends SourceFile {
  /**
   * Why calls that were stored before have no price by the settings of today: they keep the one they have, and count as
   * duplicates. Of the rows that this import read: one that goes on after a kill tells of the rest alone.
   */
  readonly unpriced: readonly QuarantineReason[];
  /** Why rows that this import read are no calls to be paid. */
  readonly nonBillable: readonly NonBillableReason[];
}

/** Rows in one transaction: larger batches post fewer journals, smaller ones lose less work to a kill. */
const BATCH_ROWS = 40_000;

/**
 * Imports one file: at least once read, exactly once stored. A killed import goes on where it stopped, a file that was
 * imported before is read again and stores nothing new, and a setting that was corrected since corrects what it stored.
 * A file that has grown since ends the wait of a row that it was cut off in.
 *
 * Errors: Problems `file-unreadable`, `file-empty`, `file-not-text`, `file-not-export`, `file-other-format`,
 * `packed-file-too-large`, `file-changed`, `import-busy`,
 * and those of the source's settings and the database.
 */
export async function importFile(db: Database, request: ImportRequest): Promise<ImportedFile> {
  const { source, path } = request;
  const name = nameUnpacked(path);
  const { tenantId, id: sourceId } = source;
  // Before anything is written: of a file that can't be read nothing is kept, but that an empty one came.
  await requireRecords(path, source).catch(async (error: unknown) => {
    const arrival = { tenantId, sourceId, name, arrivedAt: request.receivedAt };
    if (error instanceof Problem && error.code === "file-empty")
      await db.transaction("ingest", {}, (tx) => noteEmptyFile(tx, arrival));
    throw error;
  });
  const digest = await digestOf(path);
  const live = request.rating ?? new LiveRatingContext();
  const openAt = async (receivedAt: EpochMs) => {
    const rating = await db.transaction("app", { tenantId }, (tx) => live.current(tx, tenantId));
    return openSource(source, rating, receivedAt);
  };
  const { format, settings } = await openAt(request.receivedAt);
  format.open(settings); // as are settings that don't fit the format
  const arrived = { tenantId, sourceId, id: uuidv7(), name, receivedAt: request.receivedAt, ...digest };
  const file = await db.bulk("ingest", {}, async (tx) => {
    await lockParts(tx, sourceId); // a batch of another file may be about to move this one's counts
    const opened = await openPass(tx, arrived);
    const arrival = { tenantId, sourceId, name, fileId: opened.id, arrivedAt: request.receivedAt };
    await noteArrival(tx, arrival, { isFromStart: opened.rowsDone === 0 });
    return opened;
  });
  const cutOff = await CutOffRows.find(db, source, { path, sizeBytes: digest.sizeBytes });
  const told = { unpriced: new ReasonTally(), nonBillable: new NonBillableTally() };
  const numbers = new RecordNumbers(source.config.completeness, file.receivedAt);
  const sha256 = await importRows(db, {
    request,
    file,
    cutOff,
    numbers,
    told,
    open: () => openAt(file.receivedAt),
  });
  if (sha256 !== digest.sha256) throw fileChanged({ name });
  const imported = await db.transaction("ingest", {}, async (tx) => {
    await cutOff.release(tx);
    await numbers.save(tx, { tenantId, sourceId, fileId: file.id });
    return closePass(tx, file);
  });
  if (imported === undefined) throw importBusy({ source: source.name });
  return { ...imported, unpriced: told.unpriced.list(), nonBillable: told.nonBillable.list() };
}

/**
 * Decodes and stores all rows, a few batches at a time; answers the digest of what was read. The source is opened anew
 * for each batch, because what was published meanwhile prices the rest of a long file.
 */
async function importRows(
  db: Database,
  args: {
    readonly request: ImportRequest;
    readonly file: SourceFile;
    readonly cutOff: CutOffRows;
    readonly numbers: RecordNumbers;
    readonly told: { readonly unpriced: ReasonTally; readonly nonBillable: NonBillableTally };
    readonly open: () => Promise<OpenedSource>;
  },
): Promise<string> {
  const { request, file, cutOff, numbers, told, open } = args;
  const hash = createHash("sha256");
  const { format, settings } = await open();
  const decoder = format.open(settings);
  const batcher = new RowBatcher(file.id, { size: request.batchRows ?? BATCH_ROWS, skip: file.rowsDone });
  const line = new BatchLine(async (batch, turn) => {
    const stored = await storeRows(db, { request, file, opened: await open(), batch, turn });
    for (const call of stored.unpriced) told.unpriced.add(call.reject, call.line);
    for (const why of stored.nonBillable) told.nonBillable.add(why);
    request.onProgress?.({ bytesDone: batch.bytesDone, sizeBytes: file.sizeBytes });
  });
  const take = async (rows: readonly DecodedRow[]) => {
    for (const row of rows) {
      cutOff.see(row);
      numbers.see(row);
      const batch = batcher.add(row);
      if (batch !== undefined) await line.add(batch);
    }
  };
  try {
    for await (const chunk of chunksOf(request.path)) {
      hash.update(chunk);
      await take(decoder.push(chunk));
    }
    await take(decoder.end());
    const last = batcher.end();
    if (last !== undefined) await line.add(last);
  } finally {
    await line.finish();
  }
  return hash.digest("hex");
}

/** One that is written, one whose identities are taken, and one that is read and priced meanwhile. */
const BATCHES_UNDER_WAY = 3;

/** Lets batches overlap as {@link Turn} describes, and keeps the reader from running further ahead. */
class BatchLine {
  readonly #store: (batch: RowBatch, turn: Turn) => Promise<void>;
  readonly #underWay: Promise<void>[] = [];
  #claimed = Promise.resolve();

  constructor(store: (batch: RowBatch, turn: Turn) => Promise<void>) {
    this.#store = store;
  }

  async add(batch: RowBatch): Promise<void> {
    if (this.#underWay.length === BATCHES_UNDER_WAY) await this.#underWay.shift();
    const claimed = Promise.withResolvers<void>();
    const mayFinish = this.#underWay.at(-1) ?? Promise.resolve();
    const turn = { mayClaim: this.#claimed, onClaimed: claimed.resolve, mayFinish };
    // A batch that fails never claims; the next one then fails at its end, where it waits for this one.
    const stored = this.#store(batch, turn).finally(claimed.resolve);
    stored.catch(() => undefined);
    this.#underWay.push(stored);
    this.#claimed = claimed.promise;
  }

  /** Waits for the batches under way. Errors: the first batch's that failed. */
  async finish(): Promise<void> {
    for (const stored of this.#underWay) await stored;
  }
}

async function storeRows(
  db: Database,
  args: {
    readonly request: ImportRequest;
    readonly file: SourceFile;
    readonly opened: OpenedSource;
    readonly batch: RowBatch;
    readonly turn: Turn;
  },
): Promise<StoredBatch> {
  const { request, file, opened, batch, turn } = args;
  return await storeBatch(db, {
    source: request.source,
    opened,
    fileId: file.id,
    kind: "import",
    rows: batch.rows,
    turn,
    onFates: async (tx, fates) => {
      const advanced = await advanceFile(tx, file, { ...batch, counts: countFates(fates) });
      if (!advanced) throw importBusy({ source: request.source.name });
      const { tenantId, id: sourceId } = request.source;
      await noteRows(tx, [{ file: { tenantId, sourceId, fileId: file.id }, rows: batch.rows, fates }]);
    },
  });
}
