import type { Nanos } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

/** "PGCOPY\n\xff\r\n\0", no flags, no header extension (PostgreSQL manual, COPY, "Binary Format"). */
const SIGNATURE = Buffer.from("5047434f50590aff0d0a00" + "00000000" + "00000000", "hex");
/** PostgreSQL counts microseconds from 2000-01-01T00:00Z. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const NUMERIC_POSITIVE = 0x0000;
const NUMERIC_NEGATIVE = 0x4000;
/** Base-10⁴ digits after the decimal point that hold 9 decimals. */
const FRACTION_GROUPS = 3;

/**
 * Builds the body of one `COPY … FROM STDIN (FORMAT binary)` in a growing buffer: `row(columns)`, then one call a column, in order.
 * Binary because text costs the client 8–16 µs a row in escaping and formatting, this 1–2 (docs/reference/benchmarks.md).
 */
export class BinaryCopy {
  #buffer: Buffer;
  #used = 0;
  #rows = 0;

  constructor(initialBytes = 1 << 20) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
    this.#append(SIGNATURE);
  }

  get rows(): number {
    return this.#rows;
  }

  row(columns: number): void {
    this.#room(2);
    this.#used = this.#buffer.writeInt16BE(columns, this.#used);
    this.#rows += 1;
  }

  null(): void {
    this.#room(4);
    this.#used = this.#buffer.writeInt32BE(-1, this.#used);
  }

  /** A uuid as its 16 bytes; see {@link uuidBytes}. */
  uuid(bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.null();
      return;
    }
    this.#room(20);
    this.#used = this.#buffer.writeInt32BE(16, this.#used);
    this.#buffer.set(bytes, this.#used);
    this.#used += 16;
  }

  /** NUL cannot stand in PostgreSQL text and is written as U+FFFD. */
  text(value: string | null): void {
    if (value === null) {
      this.null();
      return;
    }
    const clean = value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
    this.#room(4 + clean.length * 3);
    const written = this.#buffer.write(clean, this.#used + 4, "utf8");
    this.#buffer.writeInt32BE(written, this.#used);
    this.#used += 4 + written;
  }

  int2(value: number | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.#room(6);
    this.#used = this.#buffer.writeInt32BE(2, this.#used);
    this.#used = this.#buffer.writeInt16BE(value, this.#used);
  }

  int4(value: number): void {
    this.#room(8);
    this.#used = this.#buffer.writeInt32BE(4, this.#used);
    this.#used = this.#buffer.writeInt32BE(value, this.#used);
  }

  /** Whole numbers up to 2⁵³; a bigint beyond. */
  int8(value: number | bigint): void {
    this.#room(12);
    this.#used = this.#buffer.writeInt32BE(8, this.#used);
    if (typeof value === "bigint") {
      this.#used = this.#buffer.writeBigInt64BE(value, this.#used);
      return;
    }
    const high = Math.floor(value / 0x1_0000_0000);
    this.#used = this.#buffer.writeInt32BE(high, this.#used);
    this.#used = this.#buffer.writeUInt32BE(value - high * 0x1_0000_0000, this.#used);
  }

  bool(value: boolean): void {
    this.#room(5);
    this.#used = this.#buffer.writeInt32BE(1, this.#used);
    this.#used = this.#buffer.writeUInt8(value ? 1 : 0, this.#used);
  }

  timestamptz(at: EpochMs | null): void {
    if (at === null) {
      this.null();
      return;
    }
    this.int8((at - POSTGRES_EPOCH_MS) * 1000);
  }

  /** An amount as numeric with nine decimals. */
  amount(value: Nanos | null): void {
    if (value === null) {
      this.null();
      return;
    }
    const negative = value < 0n;
    // Nine decimals do not fill base-10⁴ digits; twelve do.
    let rest = (negative ? -value : value) * 1000n;
    const groups: number[] = [];
    while (rest > 0n) {
      groups.push(Number(rest % 10_000n));
      rest /= 10_000n;
    }
    const weight = groups.length - 1 - FRACTION_GROUPS;
    let trailingZeros = 0;
    while (trailingZeros < groups.length && groups[trailingZeros] === 0) trailingZeros += 1;
    this.#room(12 + groups.length * 2);
    const start = this.#used;
    let at = start + 4;
    at = this.#buffer.writeInt16BE(groups.length - trailingZeros, at);
    at = this.#buffer.writeInt16BE(groups.length === 0 ? 0 : weight, at);
    at = this.#buffer.writeUInt16BE(negative ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE, at);
    at = this.#buffer.writeInt16BE(9, at);
    for (let i = groups.length - 1; i >= trailingZeros; i -= 1) at = this.#buffer.writeInt16BE(groups[i] ?? 0, at);
    this.#buffer.writeInt32BE(at - start - 4, start);
    this.#used = at;
  }

  /** The finished body; the writer must not be used after it. */
  finish(): Buffer {
    this.#room(2);
    this.#used = this.#buffer.writeInt16BE(-1, this.#used);
    return this.#buffer.subarray(0, this.#used);
  }

  #append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + bytes));
    this.#buffer.copy(grown, 0, 0, this.#used);
    this.#buffer = grown;
  }
}

/** The 16 bytes of a uuid in its usual text form. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

/** The usual text form of 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
