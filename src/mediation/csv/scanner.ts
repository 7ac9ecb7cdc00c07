import type { CsvDialect } from "./dialect.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The field has bytes outside ASCII: its text must be decoded. */
export const FIELD_HIGH = 1;
/** The field has escapes, which must be taken out. */
export const FIELD_ESCAPED = 2;

/** More fields than any switch writes; further ones are counted, not kept. */
export const FIELDS_MAX = 4_096;

/** Equal to no byte: the delimiter of files whose lines are one field. */
const NO_BYTE = -1;

const INCOMPLETE = -1;
const BROKEN = -2;

/** `incomplete`: the bytes end before the record does. `broken`: the quoting makes no sense; no field is to be used. */
export type ScanResult = "record" | "incomplete" | "broken";

/**
 * Finds the fields of one record in bytes, by look-up of byte classes: no text is made here. What it found stays in its
 * own arrays until the next scan. Rescanning from the same start gives the same answer, however many bytes follow.
 */
export class RecordScanner {
  readonly starts = new Int32Array(FIELDS_MAX);
  readonly ends = new Int32Array(FIELDS_MAX);
  readonly flags = new Uint8Array(FIELDS_MAX);
  /** Fields of the record, those beyond {@link FIELDS_MAX} included. */
  fieldCount = 0;
  /** Physical lines of the record: more than 1 when a quoted field goes on over a line end. */
  lines = 1;
  /** Where the record's content ends, before its line end. */
  contentEnd = 0;
  /** Where the next record starts. */
  next = 0;
  hasHigh = false;
  hasNul = false;

  readonly #dialect: CsvDialect;
  readonly #linesMax: number;
  readonly #delimiter: number;
  readonly #quotes: boolean;
  readonly #plainOutside: Uint8Array;
  readonly #plainInside: Uint8Array;

  constructor(dialect: CsvDialect, linesMax: number) {
    this.#dialect = dialect;
    this.#linesMax = dialect.newlinesInQuotes ? linesMax : 1;
    this.#delimiter = dialect.delimiter === "" ? NO_BYTE : dialect.delimiter.charCodeAt(0);
    this.#quotes = dialect.quoting !== "none" && dialect.quoting !== "escaped";
    const escapes = dialect.quoting === "backslash" || dialect.quoting === "escaped" ? [BACKSLASH] : [];
    this.#plainOutside = plainBytes([this.#delimiter, ...escapes].filter((byte) => byte !== NO_BYTE));
    this.#plainInside = plainBytes([QUOTE, ...escapes]);
  }

  /** Scans the record that starts at `from`. `final`: the file ends at `until`, so that ends a record too. */
  scan(bytes: Uint8Array, from: number, until: number, final: boolean): ScanResult {
    this.fieldCount = 0;
    this.lines = 1;
    this.hasHigh = false;
    this.hasNul = false;
    for (let at = from; ; at++) {
      at = this.#field(bytes, at, until, final);
      if (at < 0) return at === INCOMPLETE ? "incomplete" : "broken";
      if (at < until && bytes[at] === this.#delimiter) continue;
      this.contentEnd = at;
      this.next = afterLineEnd(bytes, at, until, final);
      return this.next < 0 ? "incomplete" : "record";
    }
  }

  /** Scans one field; returns where its delimiter or line end stands. */
  #field(bytes: Uint8Array, from: number, until: number, final: boolean): number {
    const at = this.#dialect.trim ? this.#skipSpaces(bytes, from, until) : from;
    if (at < until && bytes[at] === QUOTE && this.#quotes) return this.#quoted(bytes, at + 1, until, final);
    return this.#unquoted(bytes, at, until, final);
  }

  #unquoted(bytes: Uint8Array, from: number, until: number, final: boolean): number {
    const plain = this.#plainOutside;
    let flags = 0;
    let at = from;
    for (; ; at++) {
      while (at < until && plain[bytes[at] as number] === 1) at++;
      if (at >= until) {
        if (!final) return INCOMPLETE;
        break;
      }
      const byte = bytes[at] as number;
      if (byte === this.#delimiter || byte === LF || byte === CR) break;
      if (byte >= 0x80) flags |= FIELD_HIGH;
      else if (byte === 0) this.hasNul = true;
      else {
        flags |= FIELD_ESCAPED; // a backslash: what follows is text, unless it is the line end
        if (at + 1 >= until && !final) return INCOMPLETE;
        if (at + 1 < until && !isLineEnd(bytes[at + 1] as number)) at++;
        if ((bytes[at] as number) >= 0x80) flags |= FIELD_HIGH;
      }
    }
    let end = at;
    if (this.#dialect.trim) while (end > from && isSpace(bytes[end - 1] as number)) end--;
    this.#add(from, end, flags);
    return at;
  }

  #quoted(bytes: Uint8Array, from: number, until: number, final: boolean): number {
    const plain = this.#plainInside;
    let flags = 0;
    for (let at = from; ; ) {
      while (at < until && plain[bytes[at] as number] === 1) at++;
      if (at >= until) return final ? BROKEN : INCOMPLETE;
      const byte = bytes[at] as number;
      if (byte >= 0x80) {
        flags |= FIELD_HIGH;
        at++;
      } else if (byte === QUOTE) {
        const close = this.#close(bytes, at, until, final);
        if (close !== 0) {
          if (close > 0) this.#add(from, at, flags);
          return close;
        }
        if (this.#dialect.quoting === "doubled") flags |= FIELD_ESCAPED;
        at += this.#dialect.quoting === "doubled" ? 2 : 1;
      } else if (byte === BACKSLASH) {
        flags |= FIELD_ESCAPED;
        if (at + 1 >= until) return final ? BROKEN : INCOMPLETE;
        const next = bytes[at + 1] as number;
        at += next === QUOTE || next === BACKSLASH ? 2 : 1;
      } else if (byte === 0) {
        this.hasNul = true;
        at++;
      } else {
        if (this.lines >= this.#linesMax) return BROKEN;
        at = afterLineEnd(bytes, at, until, final);
        if (at < 0) return INCOMPLETE;
        this.lines++;
      }
    }
  }

  /**
   * What a quote inside quotes does: 0 when it is text, else where the field's delimiter stands, INCOMPLETE or
   * BROKEN.
   */
  #close(bytes: Uint8Array, quote: number, until: number, final: boolean): number {
    let at = quote + 1;
    if (at < until && bytes[at] === QUOTE && this.#dialect.quoting === "doubled") return 0;
    if (this.#dialect.trim) at = this.#skipSpaces(bytes, at, until);
    if (at >= until) return final ? at : INCOMPLETE;
    const byte = bytes[at] as number;
    if (byte === this.#delimiter || isLineEnd(byte)) return at;
    return this.#dialect.quoting === "unescaped" ? 0 : BROKEN;
  }

  #skipSpaces(bytes: Uint8Array, from: number, until: number): number {
    let at = from;
    while (at < until && isSpace(bytes[at] as number) && bytes[at] !== this.#delimiter) at++;
    return at;
  }

  #add(start: number, end: number, flags: number): void {
    if ((flags & FIELD_HIGH) !== 0) this.hasHigh = true;
    if (this.fieldCount < FIELDS_MAX) {
      this.starts[this.fieldCount] = start;
      this.ends[this.fieldCount] = end;
      this.flags[this.fieldCount] = flags;
    }
    this.fieldCount++;
  }
}

/**
 * 1 for every byte that a scan may pass over without a look; 0 for `special`, line ends, NUL and bytes outside ASCII.
 */
function plainBytes(special: readonly number[]): Uint8Array {
  const plain = new Uint8Array(256).fill(1, 1, 0x80);
  for (const byte of [LF, CR, ...special]) plain[byte] = 0;
  return plain;
}

const isLineEnd = (byte: number): boolean => byte === LF || byte === CR;
const isSpace = (byte: number): boolean => byte === SPACE || byte === TAB;

/**
 * Position after the line end (LF, CR LF or CR) at `at`; `at` itself at the end of the file, and -1 when a CR is the
 * last byte so far: its LF may follow in the next chunk.
 */
export function afterLineEnd(bytes: Uint8Array, at: number, until: number, final: boolean): number {
  if (at >= until) return until;
  if (bytes[at] === LF) return at + 1;
  if (at + 1 < until) return bytes[at + 1] === LF ? at + 2 : at + 1;
  return final ? at + 1 : -1;
}

/** Position of the first line end at or after `from`, or `until`. */
export function findLineEnd(bytes: Uint8Array, from: number, until: number): number {
  let at = from;
  while (at < until && !isLineEnd(bytes[at] as number)) at++;
  return at;
}
