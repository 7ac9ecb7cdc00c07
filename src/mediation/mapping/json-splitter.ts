const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A deeper record is no call record. */
const DEPTH_MAX = 100;

export type JsonFault = "broken" | "too-long";

/** One record's bytes in a JSON file; they are good until the callback returns. */
export interface JsonPiece {
  readonly line: number;
  readonly endOffset: number;
  readonly bytes: Uint8Array;
  readonly fault: JsonFault | null;
}

/**
 * Cuts a stream of JSON into records without parsing it. Records are the elements of the list that `path` leads to;
 * where a document is an object and `path` is empty, the document itself. Documents may follow each other.
 *
 * Faults stay small: a record ends where its first bracket is closed, however the inner ones stand, and at a line end
 * inside a string, which JSON does not have. Memory stays flat: one record of at most `recordBytesMax` is kept.
 */
export class JsonSplitter {
  readonly #path: readonly string[];
  readonly #recordBytesMax: number;
  readonly #onPiece: (piece: JsonPiece) => void;
  /** Open brackets outside of records: how many of the path's keys lead to each, -1 off the path. */
  readonly #outer: number[] = [];
  /** The key read last outside of records, and whether a string being read may be one. */
  #key = "";
  #text = "";
  /** Brackets open inside the record, as the bytes that close them. */
  readonly #inner: number[] = [];
  #kept = new Uint8Array(4_096);
  #keptLength = 0;
  #isInRecord = false;
  #isTooLong = false;
  #isInString = false;
  #isEscaped = false;
  #recordLine = 1;
  #line = 1;
  #lastByte = 0;
  #offset = 0;

  constructor(path: readonly string[], recordBytesMax: number, onPiece: (piece: JsonPiece) => void) {
    this.#path = path;
    this.#recordBytesMax = recordBytesMax;
    this.#onPiece = onPiece;
  }

  get offset(): number {
    return this.#offset;
  }

  get line(): number {
    return this.#line;
  }

  /** Whether a document is still open: at the end of a file, its end is missing. */
  get isInDocument(): boolean {
    return this.#outer.length > 0;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      this.#offset++;
      if (byte === LF ? this.#lastByte !== CR : byte === CR) this.#line++;
      if (this.#isInRecord) this.#inside(byte);
      else this.#outside(byte);
      this.#lastByte = byte;
    }
  }

  /** Gives out a record that the end of the file cut off. */
  end(): void {
    if (this.#isInRecord) this.#give(this.#inner.length === 0 && !this.#isInString ? null : "broken");
  }

  #outside(byte: number): void {
    if (this.#isInString) {
      this.#outerString(byte);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.#outer.pop();
    } else if (this.#isRecordPlace()) {
      if (byte === COMMA || byte <= 0x20) return;
      if (byte === OPEN_LIST && this.#outer.length === 0) this.#outer.push(0);
      else this.#startRecord(byte);
    } else if (byte === QUOTE) {
      this.#isInString = true;
      this.#text = "";
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      this.#openOuter(byte);
    }
  }

  /** Where each value is a record: in the list at the end of the path, and at the top when there is no path. */
  #isRecordPlace(): boolean {
    return (this.#outer.at(-1) ?? 0) === this.#path.length;
  }

  #openOuter(byte: number): void {
    if (this.#outer.length === 0) {
      this.#outer.push(0);
      return;
    }
    const matched = this.#outer.at(-1) as number;
    const leads = matched >= 0 && this.#path[matched] === this.#key;
    // A list on the way is passed through: its elements continue the path.
    const next = leads ? matched + 1 : byte === OPEN_LIST ? -1 : this.#key === "" ? matched : -1;
    if (leads && next === this.#path.length && byte === OPEN_OBJECT) this.#startRecord(byte);
    else this.#outer.push(next);
    this.#key = "";
  }

  #outerString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE || byte === LF || byte === CR) {
      this.#isInString = false;
      this.#key = this.#text;
      return;
    }
    if (this.#text.length < 256) this.#text += String.fromCharCode(byte);
  }

  #startRecord(byte: number): void {
    this.#isInRecord = true;
    this.#isTooLong = false;
    this.#keptLength = 0;
    this.#recordLine = this.#line;
    this.#inside(byte);
  }

  #inside(byte: number): void {
    if (this.#isInString) {
      this.#insideString(byte);
    } else if (this.#inner.length === 0 && this.#keptLength > 0) {
      this.#insideScalar(byte);
    } else {
      this.#keep(byte);
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#openInner(byte);
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#closeInner(byte);
    }
  }

  #insideString(byte: number): void {
    if (byte === LF || byte === CR) {
      this.#give("broken");
      return;
    }
    this.#keep(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#isInString = false;
      if (this.#inner.length === 0) this.#give(null);
    }
  }

  #openInner(byte: number): void {
    if (this.#inner.length < DEPTH_MAX) this.#inner.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
    else this.#give("broken");
  }

  #closeInner(byte: number): void {
    if (byte === this.#inner.at(-1)) {
      this.#inner.pop();
      if (this.#inner.length === 0) this.#give(null);
    } else if (byte === this.#inner[0]) this.#give("broken");
  }

  /** A number, a word, or bytes that are no JSON: up to the next separator. */
  #insideScalar(byte: number): void {
    if (byte === COMMA || byte <= 0x20) this.#give(null);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.#offset--;
      this.#give(null);
      this.#offset++;
      this.#outer.pop();
    } else this.#keep(byte);
  }

  #keep(byte: number): void {
    if (this.#keptLength >= this.#recordBytesMax) {
      this.#isTooLong = true;
      return;
    }
    if (this.#keptLength === this.#kept.length) {
      const larger = new Uint8Array(this.#kept.length * 2);
      larger.set(this.#kept);
      this.#kept = larger;
    }
    this.#kept[this.#keptLength++] = byte;
  }

  #give(fault: JsonFault | null): void {
    this.#isInRecord = false;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#inner.length = 0;
    this.#onPiece({
      line: this.#recordLine,
      endOffset: this.#offset,
      bytes: this.#kept.subarray(0, this.#keptLength),
      fault: this.#isTooLong ? "too-long" : fault,
    });
  }
}
