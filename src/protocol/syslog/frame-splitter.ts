const LF = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Digits of a length: more is none. */
const LENGTH_DIGITS_MAX = 10;

/** A message of a stream, or what is left of one that is longer than is taken. */
export type SyslogFrame = { readonly kind: "message"; readonly bytes: Uint8Array } | { readonly kind: "too-long" };

/**
 * Cuts a stream into messages (RFC 6587): by octet counting where a message begins with its length, else by line ends.
 * Each message may do it its own way. Keeps at most one message in memory.
 */
export class FrameSplitter {
  readonly #bytesMax: number;
  #held = Buffer.alloc(0);
  /** Octets that are still to come of a message that is passed over; Infinity: up to the line's end. */
  #skipping = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether a message has begun that is not whole: at a stream's end it was cut off. */
  get isInMessage(): boolean {
    return this.#held.length > 0 || this.#skipping > 0;
  }

  push(chunk: Uint8Array): SyslogFrame[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const frames: SyslogFrame[] = [];
    while (this.#held.length > 0) {
      const frame = this.#skipping > 0 ? this.#skip() : this.#next();
      if (frame === undefined) break;
      if (frame !== null) frames.push(frame);
    }
    return frames;
  }

  /** The next message; null when something was passed over that is none, undefined when more bytes are needed. */
  #next(): SyslogFrame | null | undefined {
    const first = this.#held[0] ?? 0;
    if (first === LF || first === 0) return this.#drop(1);
    if (first > ZERO && first <= NINE) {
      const space = this.#held.subarray(0, LENGTH_DIGITS_MAX + 1).indexOf(SPACE);
      const digits = this.#held.subarray(0, space < 0 ? LENGTH_DIGITS_MAX + 1 : space).toString("latin1");
      if (space < 0 && this.#held.length <= LENGTH_DIGITS_MAX && /^\d+$/.test(digits)) return undefined;
      if (space > 0 && /^\d+$/.test(digits)) return this.#counted(space + 1, Number(digits));
    }
    return this.#line();
  }

  #counted(start: number, length: number): SyslogFrame | null | undefined {
    if (length > this.#bytesMax) {
      this.#drop(start);
      this.#skipping = length;
      return null;
    }
    if (this.#held.length < start + length) return undefined;
    return this.#take(start, start + length, start + length);
  }

  #line(): SyslogFrame | null | undefined {
    const end = this.#held.indexOf(LF);
    if (end >= 0 && end <= this.#bytesMax) return this.#take(0, end, end + 1);
    if (end < 0 && this.#held.length <= this.#bytesMax) return undefined;
    this.#skipping = Number.POSITIVE_INFINITY;
    return null;
  }

  /** Passes over the rest of a message that is too long. */
  #skip(): SyslogFrame | undefined {
    const isLine = this.#skipping === Number.POSITIVE_INFINITY;
    const end = isLine ? this.#held.indexOf(LF) + 1 : Math.min(this.#skipping, this.#held.length);
    const isEnd = isLine ? end > 0 : end === this.#skipping;
    if (!isLine) this.#skipping -= end;
    this.#drop(isLine && !isEnd ? this.#held.length : end);
    if (!isEnd) return undefined;
    this.#skipping = 0;
    return { kind: "too-long" };
  }

  #take(from: number, until: number, next: number): SyslogFrame {
    const bytes = Buffer.from(this.#held.subarray(from, until));
    this.#drop(next);
    return { kind: "message", bytes };
  }

  #drop(count: number): null {
    this.#held = this.#held.subarray(count);
    return null;
  }
}
