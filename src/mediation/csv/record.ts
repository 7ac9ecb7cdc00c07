import { RAW_TEXT_MAX } from "../decoder.ts";
import { decodeText, type Encoding } from "../text/encoding.ts";
import type { Quoting } from "./dialect.ts";
import { FIELD_ESCAPED, FIELD_HIGH, FIELDS_MAX, type RecordScanner } from "./scanner.ts";

/** Why a record's fields cannot be used. */
export type RecordFault = "broken-quoting" | "record-too-long" | "not-text";

/** Text of one record, made when somebody asks: rejected rows need it, the others seldom do. */
export type LazyText = string | { readonly text: string; readonly start: number; readonly end: number };

/**
 * One record of a delimited file. The tokenizer owns it and fills it anew for each record: read what you need before
 * the callback returns.
 */
export class CsvRecord {
  /** Line on which the record starts, from 1. */
  line = 1;
  /** Bytes of the file up to the end of this record, its line end included. */
  endOffset = 0;
  fieldCount = 0;
  fault: RecordFault | null = null;
  /** Whether a line end follows: without one the file ends here, perhaps in the middle of the record. */
  isEnded = true;

  readonly #scanner: RecordScanner;
  readonly #quoting: Quoting;
  readonly #encoding: Encoding;
  #bytes: Uint8Array = new Uint8Array();
  #text = "";
  #start = 0;
  #end = 0;
  #kept: string | null = null;

  constructor(scanner: RecordScanner, quoting: Quoting, encoding: Encoding) {
    this.#scanner = scanner;
    this.#quoting = quoting;
    this.#encoding = encoding;
  }

  /** For the tokenizer: the bytes that offsets point into, and the same bytewise as text. */
  attach(bytes: Uint8Array, text: string): void {
    this.#bytes = bytes;
    this.#text = text;
  }

  /** For the tokenizer: where the record lies in the bytes; `kept` replaces them when they are gone. */
  place(start: number, end: number, kept: string | null): void {
    this.#start = start;
    this.#end = end;
    this.#kept = kept;
  }

  /** Text of field `index` (from 0) without its quotes and escapes; "" when the record has no such field. */
  field(index: number): string {
    const { starts, ends, flags } = this.#scanner;
    if (index < 0 || index >= this.fieldCount || index >= FIELDS_MAX) return "";
    const start = starts[index] as number;
    const end = ends[index] as number;
    const flag = flags[index] as number;
    if (flag === 0) return this.#text.substring(start, end);
    const text =
      (flag & FIELD_HIGH) !== 0
        ? decodeText(this.#bytes.subarray(start, end), this.#encoding)
        : this.#text.substring(start, end);
    if ((flag & FIELD_ESCAPED) === 0) return text;
    return this.#quoting === "doubled" ? text.replaceAll('""', '"') : withoutBackslashes(text);
  }

  /** Nothing on the line, or nothing but spaces. */
  get isBlank(): boolean {
    return this.fieldCount === 1 && this.fault === null && this.field(0).trim() === "";
  }

  /** Whether the last field is in quotes, which are closed: it was not cut off. */
  get isLastClosed(): boolean {
    const last = this.fieldCount - 1;
    return last >= 0 && last < FIELDS_MAX && this.#text[this.#scanner.ends[last] as number] === '"';
  }

  fields(): string[] {
    return Array.from({ length: Math.min(this.fieldCount, FIELDS_MAX) }, (_, index) => this.field(index));
  }

  /** The whole record as text, now: for an identity made of its content. */
  rawText(): string {
    const raw = this.raw();
    return typeof raw === "string" ? raw : raw.text.substring(raw.start, raw.end);
  }

  /** The record as it came, without its line end, cut at {@link RAW_TEXT_MAX}; still good after the callback. */
  raw(): LazyText {
    if (this.#kept !== null) return this.#kept;
    const end = Math.min(this.#end, this.#start + RAW_TEXT_MAX);
    // ASCII is cut out of the chunk's text when needed. Other bytes are decoded now: the caller may reuse the chunk.
    if (this.fault === null && !this.#scanner.hasHigh) return { text: this.#text, start: this.#start, end };
    return decodeText(this.#bytes.subarray(this.#start, end), this.#encoding);
  }
}

/** A backslash takes the next character as it is; but a field of `\N` is MySQL's NULL, and stays so. */
function withoutBackslashes(text: string): string {
  if (text === "\\N") return text;
  let plain = "";
  let from = 0;
  for (let at = text.indexOf("\\"); at >= 0 && at + 1 < text.length; at = text.indexOf("\\", at + 2)) {
    plain += text.slice(from, at);
    from = at + 1;
  }
  return plain + text.slice(from);
}
