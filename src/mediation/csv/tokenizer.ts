import { RAW_TEXT_MAX } from "../decoder.ts";
import { decodeBytewise, decodeText, type Encoding } from "../text/encoding.ts";
import type { CsvDialect } from "./dialect.ts";
import { CsvRecord, type RecordFault } from "./record.ts";
import { afterLineEnd, findLineEnd, RecordScanner } from "./scanner.ts";

export interface CsvLimits {
  /** A longer record is set aside, and its bytes are passed over without being kept. */
  readonly recordBytesMax: number;
  /** A quoted field that goes on over more lines was never closed. */
  readonly recordLinesMax: number;
}

export const CSV_LIMITS: CsvLimits = { recordBytesMax: 1_048_576, recordLinesMax: 64 };

const BOM = [0xef, 0xbb, 0xbf] as const;

/**
 * Cuts a stream of bytes into records, whatever the chunks: LF, CR LF and CR end a line, mixed in one file. Memory
 * stays flat: what is kept between chunks is one unfinished record of at most `recordBytesMax`.
 *
 * A quote that is never closed costs one line, not the file: when a record runs over its limits, over the end of the
 * file, or over several lines into a wrong number of fields, its first line alone is given out as `broken-quoting` and
 * reading goes on with the second. Speed: about 200 MB/s on one core; see bench/decode.bench.ts.
 */
export class CsvTokenizer {
  /** How many fields a record must have, when known; used only to tell a broken quote from a field of several lines. */
  expectedFields: number | null = null;

  readonly #scanner: RecordScanner;
  readonly #record: CsvRecord;
  readonly #encoding: Encoding;
  readonly #limits: CsvLimits;
  readonly #onRecord: (record: CsvRecord) => void;
  /** Bytes since the end of the last record, in `#pending[0, #pendingLength)`. */
  #pending = new Uint8Array(0);
  #pendingLength = 0;
  /** File offset of the first byte that no record has accounted for. */
  #offset = 0;
  #line = 1;
  /** The start of a record that is too long, while the rest of it is passed over. */
  #overlong: string | null = null;

  constructor(
    dialect: CsvDialect,
    encoding: Encoding,
    onRecord: (record: CsvRecord) => void,
    limits: CsvLimits = CSV_LIMITS,
  ) {
    this.#scanner = new RecordScanner(dialect, limits.recordLinesMax);
    this.#record = new CsvRecord(this.#scanner, dialect.quoting, encoding);
    this.#encoding = encoding;
    this.#onRecord = onRecord;
    this.#limits = limits;
  }

  /** Gives out every record that ends in `chunk`. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): void {
    this.#take(chunk, false);
  }

  /** The file is over: gives out what is left. */
  end(): void {
    this.#take(new Uint8Array(0), true);
  }

  /** Bytes of the file that records have accounted for: its size, after {@link end}. */
  get offset(): number {
    return this.#offset;
  }

  /** Line that the next record would start on. */
  get line(): number {
    return this.#line;
  }

  #take(chunk: Uint8Array, final: boolean): void {
    // Without a line end no record can end here: wait, so that a long line is scanned once and not at every chunk.
    const waits = !final && !chunk.includes(0x0a) && !chunk.includes(0x0d) && !this.#endsInCr();
    const bytes = this.#pendingLength === 0 && !waits ? chunk : this.#append(chunk);
    if (waits && !this.#isOverlong(bytes.length)) return;
    this.#record.attach(bytes, decodeBytewise(bytes));
    const used = this.#drain(bytes, final);
    if (used === 0 && bytes !== chunk) return;
    this.#keep(bytes, used);
  }

  #endsInCr(): boolean {
    return this.#pendingLength > 0 && this.#pending[this.#pendingLength - 1] === 0x0d;
  }

  #isOverlong(length: number): boolean {
    return this.#overlong !== null || length > this.#limits.recordBytesMax + 1; // 1: the CR of a line end
  }

  #append(chunk: Uint8Array): Uint8Array {
    const length = this.#pendingLength + chunk.length;
    if (length > this.#pending.length) {
      const larger = new Uint8Array(Math.max(length, this.#pending.length * 2));
      larger.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = larger;
    }
    this.#pending.set(chunk, this.#pendingLength);
    this.#pendingLength = length;
    return this.#pending.subarray(0, length);
  }

  #keep(bytes: Uint8Array, used: number): void {
    const rest = bytes.subarray(used);
    if (rest.length > this.#pending.length) this.#pending = new Uint8Array(rest.length);
    this.#pending.set(rest);
    this.#pendingLength = rest.length;
  }

  /** Gives out the records in `bytes`; returns how many bytes they and passed-over ones took. */
  #drain(bytes: Uint8Array, final: boolean): number {
    const until = bytes.length;
    let at = 0;
    while (at < until || (final && this.#overlong !== null)) {
      const used = this.#overlong === null ? this.#next(bytes, at, until, final) : this.#pass(bytes, at, until, final);
      if (used < 0) break;
      at += used;
    }
    return at;
  }

  /** One record from `start`; returns its bytes, or -1 when it is not complete. */
  #next(bytes: Uint8Array, start: number, until: number, final: boolean): number {
    const from = this.#offset === 0 ? start + bomLength(bytes, start, until) : start;
    const scanner = this.#scanner;
    const result = scanner.scan(bytes, from, until, final);
    const length = (result === "record" ? scanner.contentEnd : until) - from;
    if (result === "record" && length <= this.#limits.recordBytesMax && !this.#isWronglyJoined()) {
      const fault = scanner.hasNul ? "not-text" : null;
      this.#give(start, from, scanner.contentEnd, scanner.next, { fault, lines: scanner.lines });
      return scanner.next - start;
    }
    const isTooMuch = result === "record" ? length > this.#limits.recordBytesMax : this.#isOverlong(length);
    if (result === "incomplete" && !isTooMuch) return -1;
    return this.#firstLine(bytes, start, from, until, final);
  }

  /** Several lines, but not the fields of one record: the quote that joined them was never meant to be open. */
  #isWronglyJoined(): boolean {
    const { lines, fieldCount } = this.#scanner;
    return lines > 1 && this.expectedFields !== null && fieldCount !== this.expectedFields;
  }

  /** Gives out the first line of a record that cannot be read as one. */
  #firstLine(bytes: Uint8Array, start: number, from: number, until: number, final: boolean): number {
    const lineEnd = findLineEnd(bytes, from, until);
    const next = lineEnd < until || final ? afterLineEnd(bytes, lineEnd, until, final) : -1;
    const isTooLong = lineEnd - from > this.#limits.recordBytesMax;
    if (next < 0 && !isTooLong) return -1;
    if (next < 0) {
      this.#overlong = this.#beginning(bytes, from);
      return this.#pass(bytes, start, until, final);
    }
    if (isTooLong)
      this.#give(start, from, lineEnd, next, { fault: "record-too-long", lines: 1 }, this.#beginning(bytes, from));
    else this.#give(start, from, lineEnd, next, { fault: "broken-quoting", lines: 1 });
    return next - start;
  }

  /** What is kept of a record that is too long. */
  #beginning(bytes: Uint8Array, from: number): string {
    const length = Math.min(RAW_TEXT_MAX, this.#limits.recordBytesMax);
    return decodeText(bytes.subarray(from, from + length), this.#encoding);
  }

  /** Passes over the rest of an overlong line; gives it out when its end is reached. */
  #pass(bytes: Uint8Array, start: number, until: number, final: boolean): number {
    const lineEnd = findLineEnd(bytes, start, until);
    const next = lineEnd < until || final ? afterLineEnd(bytes, lineEnd, until, final) : -1;
    if (next < 0) {
      this.#offset += lineEnd - start;
      return lineEnd === start ? -1 : lineEnd - start;
    }
    const kept = this.#overlong;
    this.#overlong = null;
    this.#give(start, start, lineEnd, next, { fault: "record-too-long", lines: 1 }, kept);
    return next - start;
  }

  #give(
    start: number,
    from: number,
    contentEnd: number,
    next: number,
    { fault, lines }: { fault: RecordFault | null; lines: number },
    kept: string | null = null,
  ): void {
    const record = this.#record;
    this.#offset += next - start;
    record.line = this.#line;
    record.endOffset = this.#offset;
    record.fieldCount = fault === "broken-quoting" || fault === "record-too-long" ? 0 : this.#scanner.fieldCount;
    record.fault = fault;
    record.isEnded = next > contentEnd;
    record.place(from, contentEnd, kept);
    this.#line += lines;
    this.#onRecord(record);
  }
}

function bomLength(bytes: Uint8Array, at: number, until: number): number {
  return until - at >= 3 && BOM.every((byte, index) => bytes[at + index] === byte) ? 3 : 0;
}
