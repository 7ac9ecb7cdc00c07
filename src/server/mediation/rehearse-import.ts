import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Database } from "../db/database.ts";
import { loadRatingContext } from "../rating/rating-context.ts";
import { findContents } from "../usage/stored-usage.ts";
import { assemble, partOf, type ReadPart } from "./assemble-calls.ts";
import { type NonBillableReason, NonBillableTally } from "./non-billable-tally.ts";
import { type OpenedSource, openSource } from "./open-source.ts";
import { type CallRecord, prepareCall } from "./prepare-call.ts";
import type { QuarantineReason } from "./quarantine-store.ts";
import { chunksOf, requireRecords } from "./read-file.ts";
import { ReasonTally } from "./reason-tally.ts";
import { NO_ROWS, type RowCounts } from "./row-counts.ts";
import type { Source } from "./source.ts";

export interface RehearsalRequest {
  readonly source: Source;
  /** In the order in which they would be imported. */
  readonly paths: readonly string[];
  readonly receivedAt: EpochMs;
  /** Called now and then with how many bytes of all files are done. */
  readonly onProgress?: (progress: { readonly bytesDone: number }) => void;
}

/** What an import of a file would do. */
export interface Rehearsal {
  readonly counts: RowCounts;
  /** Why rows would be put into quarantine, the most frequent reason first. */
  readonly reasons: readonly QuarantineReason[];
  /** Why records are no calls to be paid, the most frequent reason first. */
  readonly nonBillable: readonly NonBillableReason[];
  /** Why calls that are stored would keep the price they have. */
  readonly unpriced: readonly QuarantineReason[];
}

/** Calls that are looked up at a time. */
const LOOKUP_CALLS = 10_000;

/**
 * Reads, normalises and prices files as {@link importFile} would one after the other, and stores nothing; answers one
 * rehearsal a file. Only these files and the calls that are stored by now are looked at: a half whose other half was
 * imported earlier counts as open, and a row that waits in quarantine already as quarantined.
 *
 * Memory: the identities of the files' calls, and the halves of calls. Errors: those of reading the files and of the
 * source's settings.
 */
export async function rehearseImports(db: Database, request: RehearsalRequest): Promise<readonly Rehearsal[]> {
  const { source, paths } = request;
  const { tenantId } = source;
  const rating = await db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null));
  const opened = openSource(source, rating, request.receivedAt);
  const tally = new Tally(db, opened);
  const files: FileTally[] = [];
  let bytesBefore = 0;
  for (const path of paths) {
    const sizeBytes = await requireRecords(path, source);
    const file = new FileTally();
    files.push(file);
    const decoder = opened.format.open(opened.settings);
    for await (const chunk of chunksOf(path)) {
      const rows = decoder.push(chunk);
      await tally.add(file, rows);
      request.onProgress?.({ bytesDone: bytesBefore + (rows.at(-1)?.endOffset ?? 0) });
    }
    await tally.add(file, decoder.end());
    bytesBefore += sizeBytes;
  }
  await tally.end();
  return files.map((file) => file.rehearsal());
}

/** A dry run corrects nothing: what is stored is a duplicate. */
type Fate = Exclude<keyof RowCounts, "rows" | "corrected">;

/** What would become of the rows of one file. */
class FileTally {
  readonly reasons = new ReasonTally();
  readonly unpriced = new ReasonTally();
  readonly #counts = { ...NO_ROWS };
  readonly #nonBillable = new NonBillableTally();

  count(fate: Fate): void {
    this.#counts.rows += 1;
    this.#counts[fate] += 1;
  }

  countNonBillable(why: string): void {
    this.count("nonBillable");
    this.#nonBillable.add(why);
  }

  rehearsal(): Rehearsal {
    const nonBillable = this.#nonBillable.list();
    return { counts: this.#counts, reasons: this.reasons.list(), nonBillable, unpriced: this.unpriced.list() };
  }
}

/** Where a row stands. */
interface Place {
  readonly file: FileTally;
  readonly line: number;
}

/** A call that is stored, or waits for the reason given, unless its identity is stored by now. */
interface Unsure extends CallRecord {
  /** Of its rows: one, but for a call made of parts. */
  readonly places: readonly Place[];
  readonly reject: Reject | null;
}

/** Gives rows the fates that imports would. */
class Tally {
  readonly #db: Database;
  readonly #opened: OpenedSource;
  readonly #parts = new Map<string, (ReadPart & Place)[]>();
  readonly #seen = new Set<string>();
  #unsure: Unsure[] = [];

  constructor(db: Database, opened: OpenedSource) {
    this.#db = db;
    this.#opened = opened;
  }

  async add(file: FileTally, rows: readonly DecodedRow[]): Promise<void> {
    for (const row of rows) this.#addRow(file, row);
    if (this.#unsure.length >= LOOKUP_CALLS) await this.#settleUnsure();
  }

  /** Decides what only the last row of the last file could. */
  async end(): Promise<void> {
    for (const [key, parts] of this.#parts) this.#addParts(key, parts);
    await this.#settleUnsure();
  }

  #addRow(file: FileTally, row: DecodedRow): void {
    const { outcome, line } = row;
    const part = partOf(outcome, row);
    if (part !== null) {
      const placed = { ...part, file };
      const ofCall = this.#parts.get(part.key);
      if (ofCall === undefined) this.#parts.set(part.key, [placed]);
      else ofCall.push(placed);
    } else if (outcome.kind === "call") this.#addCall(outcome.call, row.raw, [{ file, line }]);
    else if (outcome.kind === "reject") reject(outcome.reject, [{ file, line }]);
    else if (outcome.kind === "non-billable") file.countNonBillable(outcome.why);
  }

  #addParts(key: string, parts: readonly (ReadPart & Place)[]): void {
    const { call, used } = assemble(key, parts);
    const places = new Map<string, Place>();
    for (const part of parts) {
      if (used.has(part.raw) && !places.has(part.raw)) places.set(part.raw, part);
      else part.file.count("duplicate");
    }
    if (call === null) count("open", [...places.values()]);
    else this.#addCall(call, key, [...places.values()]);
  }

  #addCall(call: SwitchCall, content: string, places: readonly Place[]): void {
    const prepared = prepareCall(this.#opened.desk, { call, content, line: places[0]?.line ?? 0 });
    if (prepared.kind === "non-billable") for (const { file } of places) file.countNonBillable(prepared.why);
    else if (prepared.kind === "priced") this.#addIdentified({ ...prepared.call, places, reject: null });
    else if (prepared.record === null) reject(prepared.reject, places);
    else this.#addIdentified({ ...prepared.record, places, reject: prepared.reject });
  }

  #addIdentified({ id, contentHash, places, reject: refused }: Unsure): void {
    if (refused === null && this.#seen.has(id)) {
      count("duplicate", places);
      return;
    }
    if (refused === null) this.#seen.add(id);
    this.#unsure.push({ id, contentHash, places, reject: refused });
  }

  async #settleUnsure(): Promise<void> {
    const unsure = this.#unsure;
    this.#unsure = [];
    const ids = unsure.map(({ id }) => uuidText(id));
    const stored = await this.#db.bulk("ingest", {}, (tx) => findContents(tx, ids));
    for (const { id, contentHash, places, reject: refused } of unsure) {
      const content = stored.get(uuidText(id));
      if (refused !== null && content !== contentHash) {
        reject(refused, places);
        continue;
      }
      count(content === undefined ? "stored" : "duplicate", places);
      const [first] = places;
      if (refused !== null) first?.file.unpriced.add(refused, first.line);
    }
  }
}

function count(fate: Fate, places: readonly Place[]): void {
  for (const { file } of places) file.count(fate);
}

function reject(reason: Reject, places: readonly Place[]): void {
  count("quarantined", places);
  for (const { file, line } of places) file.reasons.add(reason, line);
}
