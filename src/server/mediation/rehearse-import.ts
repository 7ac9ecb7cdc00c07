import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Database } from "../db/database.ts";
import { loadRatingContext } from "../rating/rating-context.ts";
import { findContents } from "../usage/stored-usage.ts";
import { assemble, partOf, type ReadPart } from "./assemble-calls.ts";
import { NO_ROWS, type RowCounts } from "./file-store.ts";
import { type OpenedSource, openSource } from "./open-source.ts";
import { type CallRecord, prepareCall } from "./prepare-call.ts";
import type { QuarantineReason } from "./quarantine-store.ts";
import { chunksOf, inspectFile } from "./read-file.ts";
import { ReasonTally } from "./reason-tally.ts";
import type { Source } from "./source.ts";

export interface RehearsalRequest {
  readonly source: Source;
  readonly path: string;
  readonly receivedAt: EpochMs;
  readonly onProgress?: (progress: { readonly bytesDone: number; readonly sizeBytes: number }) => void;
}

/** What an import of a file would do. */
export interface Rehearsal {
  readonly counts: RowCounts;
  /** Why rows would be put into quarantine, the most frequent reason first. */
  readonly reasons: readonly QuarantineReason[];
  /** Why calls that are stored would keep the price they have. */
  readonly unpriced: readonly QuarantineReason[];
}

/** Calls that are looked up at a time. */
const LOOKUP_CALLS = 10_000;

/**
 * Reads, normalises and prices a file as {@link importFile} would, and stores nothing. Only the file itself and what is
 * stored by now are looked at: a half whose other half came in an earlier file counts as open, and a row that waits in
 * quarantine already as quarantined.
 *
 * Memory: the identities of the file's calls, and the halves of calls. Errors: Problems `file-unreadable`,
 * `file-empty`, `file-not-text`, and those of the source's settings.
 */
export async function rehearseImport(db: Database, request: RehearsalRequest): Promise<Rehearsal> {
  const { source, path } = request;
  const { sizeBytes } = await inspectFile(path);
  const { tenantId } = source;
  const rating = await db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null));
  const opened = openSource(source, rating, request.receivedAt);
  const decoder = opened.format.open(opened.settings);
  const tally = new Tally(db, opened);
  for await (const chunk of chunksOf(path)) {
    const rows = decoder.push(chunk);
    await tally.add(rows);
    request.onProgress?.({ bytesDone: rows.at(-1)?.endOffset ?? 0, sizeBytes });
  }
  await tally.add(decoder.end());
  return tally.end();
}

/** A call that is stored, or waits for the reason given, unless its identity is stored by now. */
interface Unsure extends CallRecord {
  /** The lines of its rows: one, but for a call made of parts. */
  readonly lines: readonly number[];
  readonly reject: Reject | null;
}

/** A dry run corrects nothing: what is stored is a duplicate. */
type Fate = Exclude<keyof RowCounts, "rows" | "corrected">;

/** Gives rows the fates that an import would. */
class Tally {
  readonly #db: Database;
  readonly #opened: OpenedSource;
  readonly #reasons = new ReasonTally();
  readonly #unpriced = new ReasonTally();
  readonly #parts = new Map<string, ReadPart[]>();
  readonly #seen = new Set<string>();
  readonly #counts = { ...NO_ROWS };
  #unsure: Unsure[] = [];

  constructor(db: Database, opened: OpenedSource) {
    this.#db = db;
    this.#opened = opened;
  }

  async add(rows: readonly DecodedRow[]): Promise<void> {
    for (const row of rows) this.#addRow(row);
    if (this.#unsure.length >= LOOKUP_CALLS) await this.#settleUnsure();
  }

  async end(): Promise<Rehearsal> {
    for (const [key, parts] of this.#parts) this.#addParts(key, parts);
    await this.#settleUnsure();
    return { counts: this.#counts, reasons: this.#reasons.list(), unpriced: this.#unpriced.list() };
  }

  #addRow(row: DecodedRow): void {
    const { outcome, line } = row;
    const part = partOf(outcome, row);
    if (part !== null) {
      const ofCall = this.#parts.get(part.key);
      if (ofCall === undefined) this.#parts.set(part.key, [part]);
      else ofCall.push(part);
    } else if (outcome.kind === "call") this.#addCall(outcome.call, row.raw, [line]);
    else if (outcome.kind === "reject") this.#reject(outcome.reject, [line]);
    else if (outcome.kind === "non-billable") this.#count("nonBillable");
  }

  #addParts(key: string, parts: readonly ReadPart[]): void {
    const { call, used } = assemble(key, parts);
    const lines = new Map(parts.filter(({ raw }) => used.has(raw)).map(({ raw, line }) => [raw, line]));
    this.#count("duplicate", parts.length - lines.size);
    if (call === null) this.#count("open", lines.size);
    else this.#addCall(call, key, [...lines.values()]);
  }

  #addCall(call: SwitchCall, content: string, lines: readonly number[]): void {
    const prepared = prepareCall(this.#opened.desk, { call, content, line: lines[0] ?? 0 });
    if (prepared.kind === "non-billable") this.#count("nonBillable", lines.length);
    else if (prepared.kind === "priced") this.#addIdentified({ ...prepared.call, lines, reject: null });
    else if (prepared.record === null) this.#reject(prepared.reject, lines);
    else this.#addIdentified({ ...prepared.record, lines, reject: prepared.reject });
  }

  #addIdentified({ id, contentHash, lines, reject }: Unsure): void {
    if (reject === null && this.#seen.has(id)) {
      this.#count("duplicate", lines.length);
      return;
    }
    if (reject === null) this.#seen.add(id);
    this.#unsure.push({ id, contentHash, lines, reject });
  }

  async #settleUnsure(): Promise<void> {
    const unsure = this.#unsure;
    this.#unsure = [];
    const ids = unsure.map(({ id }) => uuidText(id));
    const stored = await this.#db.bulk("ingest", {}, (tx) => findContents(tx, ids));
    for (const { id, contentHash, lines, reject } of unsure) {
      const content = stored.get(uuidText(id));
      if (reject !== null && content !== contentHash) {
        this.#reject(reject, lines);
        continue;
      }
      this.#count(content === undefined ? "stored" : "duplicate", lines.length);
      if (reject !== null) this.#unpriced.add(reject, lines[0] ?? 0);
    }
  }

  #reject(reject: Reject, lines: readonly number[]): void {
    this.#count("quarantined", lines.length);
    this.#reasons.add(reject, lines[0] ?? 0, lines.length);
  }

  #count(fate: Fate, rows = 1): void {
    this.#counts.rows += rows;
    this.#counts[fate] += rows;
  }
}
