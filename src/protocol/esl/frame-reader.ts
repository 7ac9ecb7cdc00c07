import { type EslHeaders, readHeaderBlock } from "./header-block.ts";

/** Bounds of what a peer may send, in octets and headers. */
export interface EslLimits {
  readonly headerOctetsMax: number;
  readonly headersMax: number;
  readonly bodyOctetsMax: number;
}

/**
 * The data of a channel, which comes as headers, has about 170 of them in 6 kB; sites set a few hundred variables. The
 * longest body is the answer to `show channels`: about 500 octets a channel.
 */
export const ESL_LIMITS: EslLimits = { headerOctetsMax: 1 << 18, headersMax: 2_000, bodyOctetsMax: 1 << 23 };

/**
 * A block of headers, as they stand on the wire, and the octets after it; or why the stream cannot be read any further:
 * then the connection has to be closed, because the next boundary is not known.
 */
export type EslFrame =
  | { readonly kind: "frame"; readonly headers: EslHeaders; readonly body: Uint8Array }
  | { readonly kind: "broken"; readonly reason: string };

const LF = 0x0a;
const CR = 0x0d;
const HELD_OCTETS_MIN = 1 << 13;
const NO_BODY = new Uint8Array(0);

/**
 * Cuts the stream of an event socket into frames by their lengths, never by segments: a reply and an event may share
 * one, and an event spans several. Holds one frame at most, and every octet is looked at once.
 */
export class EslFrameReader {
  readonly #limits: EslLimits;
  #held: Uint8Array = new Uint8Array(HELD_OCTETS_MIN);
  #headerOctets = 0;
  /** Whether all that stands on the line so far is its end. */
  #isAtLineStart = true;
  #headers: EslHeaders | undefined;
  #body: Uint8Array = NO_BODY;
  #bodyOctets = 0;
  #isBroken = false;

  constructor(limits: EslLimits = ESL_LIMITS) {
    this.#limits = limits;
  }

  /** Whether a frame has begun that is not whole: at a stream's end it was cut off. */
  get isInFrame(): boolean {
    return !this.#isBroken && (this.#headerOctets > 0 || this.#headers !== undefined);
  }

  /** The frames that `chunk` completes. After a broken one there are no more. */
  push(chunk: Uint8Array): EslFrame[] {
    const frames: EslFrame[] = [];
    let at = 0;
    while (at < chunk.length && !this.#isBroken) {
      const rest = chunk.subarray(at);
      at += this.#headers === undefined ? this.#readHeaders(rest, frames) : this.#readBody(rest, frames);
    }
    return frames;
  }

  /** Takes octets up to the blank line, and says how many they were. */
  #readHeaders(octets: Uint8Array, frames: EslFrame[]): number {
    for (let at = 0; at < octets.length; at += 1) {
      const octet = octets[at];
      if (octet === LF && this.#isAtLineStart) {
        if (this.#hold(octets.subarray(0, at), frames)) this.#endHeaders(frames);
        return at + 1;
      }
      if (octet !== CR) this.#isAtLineStart = octet === LF;
    }
    this.#hold(octets, frames);
    return octets.length;
  }

  /** Keeps octets of headers; false when they are too many. The room doubles, so that single octets cost no more. */
  #hold(octets: Uint8Array, frames: EslFrame[]): boolean {
    const end = this.#headerOctets + octets.length;
    if (end > this.#limits.headerOctetsMax) {
      this.#break("headers are too long", frames);
      return false;
    }
    if (end > this.#held.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#held.length));
      grown.set(this.#held);
      this.#held = grown;
    }
    this.#held.set(octets, this.#headerOctets);
    this.#headerOctets = end;
    return true;
  }

  #endHeaders(frames: EslFrame[]): void {
    const text = Buffer.from(this.#held.buffer, 0, this.#headerOctets).toString();
    const block = readHeaderBlock(text, this.#limits.headersMax);
    this.#headerOctets = 0;
    if (block.kind === "malformed") this.#break(block.reason, frames);
    // Blank lines between frames are none of them.
    else if (block.headers.size > 0) this.#beginBody(block.headers, frames);
  }

  #beginBody(headers: EslHeaders, frames: EslFrame[]): void {
    const length = headers.get("Content-Length") ?? "0";
    if (!/^\d{1,10}$/.test(length)) this.#break("the length is no number", frames);
    else if (Number(length) > this.#limits.bodyOctetsMax) this.#break("the body is too long", frames);
    else if (Number(length) === 0) frames.push({ kind: "frame", headers, body: NO_BODY });
    else {
      this.#headers = headers;
      this.#body = new Uint8Array(Number(length));
      this.#bodyOctets = 0;
    }
  }

  #readBody(octets: Uint8Array, frames: EslFrame[]): number {
    const taken = octets.subarray(0, this.#body.length - this.#bodyOctets);
    this.#body.set(taken, this.#bodyOctets);
    this.#bodyOctets += taken.length;
    if (this.#bodyOctets === this.#body.length && this.#headers !== undefined) {
      frames.push({ kind: "frame", headers: this.#headers, body: this.#body });
      this.#headers = undefined;
      this.#body = NO_BODY;
    }
    return taken.length;
  }

  #break(reason: string, frames: EslFrame[]): void {
    this.#isBroken = true;
    frames.push({ kind: "broken", reason });
  }
}
