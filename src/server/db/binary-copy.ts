import { invariant } from "../../core/invariant.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

/** "PGCOPY\n\xff\r\n\0", no flags, no header extension (PostgreSQL manual, COPY, "Binary Format"). */
const SIGNATURE = Uint8Array.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
/** PostgreSQL counts microseconds from 2000-01-01T00:00Z. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const NUMERIC_POSITIVE = 0x0000;
const NUMERIC_NEGATIVE = 0x4000;
const AMOUNT_DECIMALS = 9;
const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const JSONB_VERSION = 1;
/** Base-10⁴ digits after the decimal point that hold 9 decimals, and a whole number of them below 2⁵³. */
const FRACTION_GROUPS = 3;
const PLAIN_AMOUNT_MAX = BigInt(Number.MAX_SAFE_INTEGER) / 1000n;
/** Longest text that is worth writing character by character; native code is faster beyond. */
const SHORT_TEXT = 48;
/** Bytes of a body that are sent at a time: few enough to stay in a processor's cache. */
const PIECE_BYTES = 1 << 17;
/** Room for the rows that reach beyond a piece's end before it is given out. */
const PIECE_ROOM = PIECE_BYTES + (1 << 13);

/**
 * The body of one `COPY … FROM STDIN (FORMAT binary)` for {@link copyIn}: `write` gives each row, by `row(columns)` and
 * then one call a column, in order. It comes in pieces, so that the server takes one while the next is written.
 */
export function* copyBody<Row>(
  rows: Iterable<Row>,
  write: (copy: BinaryCopy, row: Row) => void,
): Generator<Uint8Array> {
  const copy = new BinaryCopy();
  for (const row of rows) {
    write(copy, row);
    if (copy.size >= PIECE_BYTES) yield copy.take();
  }
  yield copy.finish();
}

/** What rows are written to: `row(columns)` and then one call a column, in order. */
export type RowSink = Pick<
  BinaryCopy,
  "row" | "uuid" | "text" | "int2" | "int4" | "int8" | "bool" | "timestamptz" | "amount" | "numeric" | "json"
>;

/**
 * Writes fields of rows into a growing buffer. Binary because text costs the client 8–16 µs a row in escaping and
 * formatting; plain loops over one byte array because a call into native code for each small field costs more than the
 * field (docs/reference/benchmarks.md).
 */
export class BinaryCopy {
  #bytes: Buffer;
  #view: DataView;
  #used: number;

  /** `head`: what comes before the first field. */
  constructor(head: Uint8Array = SIGNATURE, roomBytes: number = PIECE_ROOM) {
    this.#bytes = Buffer.allocUnsafeSlow(roomBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#bytes.set(head, 0);
    this.#used = head.length;
  }

  /** Bytes written since the last `take`. */
  get size(): number {
    return this.#used;
  }

  /** What is written, as it is kept here. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }

  /** What was written since the last time; the bytes are the taker's. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#bytes = Buffer.allocUnsafeSlow(PIECE_ROOM);
    this.#view = new DataView(this.#bytes.buffer);
    this.#used = 0;
    return taken;
  }

  /** The rest of the body; nothing is written after it. */
  finish(): Uint8Array {
    this.row(-1);
    return this.bytes;
  }

  row(columns: number): void {
    this.#room(2);
    this.#view.setInt16(this.#used, columns);
    this.#used += 2;
  }

  null(): void {
    this.#room(4);
    this.#view.setInt32(this.#used, -1);
    this.#used += 4;
  }

  /** A uuid as its 16 bytes, one Latin-1 character each (see {@link uuidBytes}), or as {@link UuidWords}. */
  uuid(value: string | UuidWords | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.#length(16, 20);
    const start = this.#used;
    this.#used = start + 16;
    if (typeof value !== "string") {
      for (let i = 0; i < 4; i += 1) this.#view.setInt32(start + i * 4, value[i] as number);
      return;
    }
    invariant(value.length === 16, "a uuid is 16 bytes");
    const into = this.#bytes;
    for (let i = 0; i < 16; i += 1) into[start + i] = value.charCodeAt(i);
  }

  /** Fields that were written elsewhere: the bytes from `start` to `end`. */
  fields(written: Buffer, start: number, end: number): void {
    this.#room(end - start);
    this.#used += written.copy(this.#bytes, this.#used, start, end);
  }

  /** NUL cannot stand in PostgreSQL text and is written as U+FFFD. */
  text(value: string | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.#room(4 + value.length * 3);
    const start = this.#used + 4;
    const written = value.length <= SHORT_TEXT ? this.#ascii(value, start) : -1;
    const bytes = written >= 0 ? written : this.#bytes.write(value.replaceAll("\0", "\uFFFD"), start, "utf8");
    this.#view.setInt32(this.#used, bytes);
    this.#used = start + bytes;
  }

  int2(value: number | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.#length(2, 6);
    this.#view.setInt16(this.#used, value);
    this.#used += 2;
  }

  int4(value: number | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.#length(4, 8);
    this.#view.setInt32(this.#used, value);
    this.#used += 4;
  }

  /** A whole number below 2⁵³. */
  int8(value: number | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.#length(8, 12);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#view.setInt32(this.#used, high);
    this.#view.setUint32(this.#used + 4, value - high * 0x1_0000_0000);
    this.#used += 8;
  }

  bool(value: boolean): void {
    this.#length(1, 5);
    this.#view.setUint8(this.#used, value ? 1 : 0);
    this.#used += 1;
  }

  timestamptz(at: EpochMs | null): void {
    if (at === null) this.null();
    else this.int8((at - POSTGRES_EPOCH_MS) * 1000);
  }

  /** An amount as numeric with nine decimals. */
  amount(value: Nanos | null): void {
    if (value === null) {
      this.null();
      return;
    }
    const size = value < 0n ? -value : value;
    const count = size <= PLAIN_AMOUNT_MAX ? plainDigits(Number(size)) : bigDigits(size);
    let zeros = 0;
    while (zeros < count && digits[zeros] === 0) zeros += 1;
    this.#length(8 + (count - zeros) * 2, 12 + count * 2);
    this.#view.setInt16(this.#used, count - zeros);
    this.#view.setInt16(this.#used + 2, count === 0 ? 0 : count - 1 - FRACTION_GROUPS);
    this.#view.setUint16(this.#used + 4, value < 0n ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE);
    this.#view.setInt16(this.#used + 6, AMOUNT_DECIMALS);
    this.#used += 8;
    for (let i = count - 1; i >= zeros; i -= 1) {
      this.#view.setInt16(this.#used, digits[i] ?? 0);
      this.#used += 2;
    }
  }

  /** A decimal number in plain digits as numeric, with the decimals that it is written with. */
  numeric(value: string | null): void {
    if (value === null) {
      this.null();
      return;
    }
    const body = numericBytes(value);
    this.#length(body.length, body.length + 4);
    this.#bytes.set(body, this.#used);
    this.#used += body.length;
  }

  /** A value as jsonb. */
  json(value: unknown): void {
    if (value === null) {
      this.null();
      return;
    }
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text, "utf8");
    this.#length(bytes + 1, bytes + 5);
    this.#bytes[this.#used] = JSONB_VERSION;
    this.#bytes.write(text, this.#used + 1, "utf8");
    this.#used += bytes + 1;
  }

  /** Writes short ASCII text at `start`; its length, or −1 when a character needs more than one byte. */
  #ascii(value: string, start: number): number {
    const into = this.#bytes;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code === 0 || code > 0x7f) return -1;
      into[start + i] = code;
    }
    return value.length;
  }

  #length(bytes: number, room: number): void {
    this.#room(room);
    this.#view.setInt32(this.#used, bytes);
    this.#used += 4;
  }

  #room(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + bytes));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Rates repeat from row to row: their bytes are made once. */
const numericCache = new Map<string, Uint8Array>();
const NUMERIC_CACHE_MAX = 50_000;

function numericBytes(value: string): Uint8Array {
  const cached = numericCache.get(value);
  if (cached !== undefined) return cached;
  if (numericCache.size >= NUMERIC_CACHE_MAX) numericCache.clear();
  const bytes = encodeNumeric(value);
  numericCache.set(value, bytes);
  return bytes;
}

function encodeNumeric(value: string): Uint8Array {
  const [, sign, whole = "", fraction = ""] = PLAIN_DECIMAL.exec(value) ?? [];
  invariant(sign !== undefined, `${value} is a decimal number in plain digits`);
  const wholeGroups = Math.ceil(whole.length / 4);
  const padded = whole.padStart(wholeGroups * 4, "0") + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, "0");
  const groups = Array.from({ length: padded.length / 4 }, (_, i) => Number(padded.slice(i * 4, i * 4 + 4)));
  const first = groups.findIndex((group) => group !== 0);
  const written = first < 0 ? [] : groups.slice(first, groups.findLastIndex((group) => group !== 0) + 1);
  const bytes = new Uint8Array(8 + written.length * 2);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, written.length);
  view.setInt16(2, written.length === 0 ? 0 : wholeGroups - 1 - first);
  view.setUint16(4, sign === "-" && written.length > 0 ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE);
  view.setInt16(6, fraction.length);
  for (const [index, group] of written.entries()) view.setInt16(8 + index * 2, group);
  return bytes;
}

/** Base-10⁴ digits of the amount that is being written, least significant first; one array for all. */
const digits: number[] = [];

/** Splits nanos × 1000 (nine decimals do not fill base-10⁴ digits, twelve do) into `digits`; answers how many. */
function plainDigits(size: number): number {
  let count = 0;
  for (let rest = size * 1000; rest > 0; rest = Math.floor(rest / 10_000)) {
    digits[count] = rest % 10_000;
    count += 1;
  }
  return count;
}

function bigDigits(size: bigint): number {
  let count = 0;
  for (let rest = size * 1000n; rest > 0n; rest /= 10_000n) {
    digits[count] = Number(rest % 10_000n);
    count += 1;
  }
  return count;
}

/** The 16 bytes of a uuid in its usual text form, one Latin-1 character each. */
export function uuidBytes(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("latin1");
}

/** A uuid as four words, of which the first byte is the highest: the quickest to write, for those that repeat. */
export type UuidWords = Int32Array;

export function uuidWords(uuid: string): UuidWords {
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  return Int32Array.from({ length: 4 }, (_, i) => bytes.readInt32BE(i * 4));
}

/** The usual text form of 16 bytes. */
export function uuidText(bytes: string): string {
  const hex = Buffer.from(bytes, "latin1").toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
