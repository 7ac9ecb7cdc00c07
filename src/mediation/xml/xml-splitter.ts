import { decodeBytewise } from "../text/encoding.ts";

/**
 * A stretch of an XML file: a record's element, or what stands between records. Bytes are good until the callback
 * returns.
 */
export interface XmlPiece {
  readonly kind: "record" | "between";
  /** Where its first character that is no space stands. */
  readonly line: number;
  readonly endOffset: number;
  readonly bytes: Uint8Array;
  /**
   * `unclosed`: the next record starts, or the file ends, before this one does. `too-long`: only its beginning is
   * here.
   */
  readonly fault: "unclosed" | "too-long" | null;
}

/** What is kept of a piece that is too long. */
type Beginning = Pick<XmlPiece, "kind" | "line" | "bytes">;

/** Where a piece ends, and whether a record's closing tag is there. */
interface PieceEnd {
  readonly at: number;
  readonly isClosed: boolean;
}

/**
 * Cuts a stream of bytes into the elements named `element`, so that each is parsed alone and a broken one costs no
 * other. For encodings that hold ASCII as it is (UTF-8, ISO-8859-x). Memory stays flat: one piece of at most
 * `bytesMax`.
 */
export class XmlSplitter {
  readonly #open: RegExp;
  readonly #close: RegExp;
  readonly #empty: RegExp;
  readonly #bytesMax: number;
  readonly #onPiece: (piece: XmlPiece) => void;
  /** Bytes since the end of the last piece. */
  #pending: Uint8Array = new Uint8Array();
  /** The beginning of a piece that is too long, while the rest is passed over. */
  #overlong: Beginning | null = null;
  #offset = 0;
  #line = 1;
  #lastByte = 0;

  constructor(element: string, bytesMax: number, onPiece: (piece: XmlPiece) => void) {
    this.#open = new RegExp(`<${element}(?=[\\s/>])`, "g");
    this.#close = new RegExp(`</${element}\\s*>`, "g");
    // No "<" in values, as XML has it: a quote that is never closed must not reach into the next record.
    this.#empty = new RegExp(`<${element}(?=[\\s/])(?:"[^"<]*"|'[^'<]*'|[^"'<>])*/>`, "y");
    this.#bytesMax = bytesMax;
    this.#onPiece = onPiece;
  }

  push(chunk: Uint8Array): void {
    this.#take(chunk, false);
  }

  end(): void {
    this.#take(new Uint8Array(), true);
  }

  #take(chunk: Uint8Array, final: boolean): void {
    const bytes = new Uint8Array(this.#pending.length + chunk.length);
    bytes.set(this.#pending);
    bytes.set(chunk, this.#pending.length);
    const text = decodeBytewise(bytes);
    let at = 0;
    while (at < bytes.length) {
      const next = this.#overlong ? this.#pass(text, at, final) : this.#next(bytes, text, at, final);
      if (next === at) break;
      at = next;
    }
    if (final) this.#endOverlong();
    this.#pending = bytes.slice(at);
  }

  /** Gives out the piece that starts at `start` when its end is known; returns where the next one starts. */
  #next(bytes: Uint8Array, text: string, start: number, final: boolean): number {
    const opensAt = find(this.#open, text, start);
    const kind = opensAt?.start === start ? "record" : "between";
    const end = kind === "record" ? this.#recordEnd(text, start) : opensAt && { at: opensAt.start, isClosed: true };
    const known = end ?? (final ? { at: text.length, isClosed: kind === "between" } : undefined);
    if (known && known.at - start <= this.#bytesMax) {
      this.#give(kind, bytes.subarray(start, known.at), known.isClosed ? null : "unclosed");
      return known.at;
    }
    if (!known && text.length - start <= this.#bytesMax) return start;
    this.#overlong = { kind, line: this.#line, bytes: bytes.slice(start, start + this.#bytesMax) };
    return this.#account(text, start, Math.min(known?.at ?? text.length, start + this.#bytesMax));
  }

  /** Passes over the rest of a piece that is too long, up to the next record. */
  #pass(text: string, start: number, final: boolean): number {
    const open = find(this.#open, text, start);
    if (open) {
      this.#account(text, start, open.start);
      this.#endOverlong();
      return open.start;
    }
    // A tag may be cut in two by the end of the chunk.
    return this.#account(text, start, final ? text.length : Math.max(start, text.length - TAG_BYTES_MAX));
  }

  #endOverlong(): void {
    const beginning = this.#overlong;
    this.#overlong = null;
    if (beginning) this.#onPiece({ ...beginning, endOffset: this.#offset, fault: "too-long" });
  }

  /**
   * A record ends after its closing tag, or before the next record when that comes first; one that is empty has no
   * closing tag.
   */
  #recordEnd(text: string, start: number): PieceEnd | undefined {
    this.#empty.lastIndex = start;
    if (this.#empty.test(text)) return { at: this.#empty.lastIndex, isClosed: true };
    const open = find(this.#open, text, start + 1);
    // No further than the next record: among many that are not closed each would look through all the rest.
    const close = find(this.#close, open ? text.slice(0, open.start) : text, start);
    if (close) return { at: close.end, isClosed: true };
    return open && { at: open.start, isClosed: false };
  }

  #give(kind: XmlPiece["kind"], bytes: Uint8Array, fault: XmlPiece["fault"]): void {
    const text = decodeBytewise(bytes);
    const content = this.#account(text, 0, text.length - text.trimStart().length);
    const line = this.#line;
    this.#account(text, content, text.length);
    this.#onPiece({ kind, line, endOffset: this.#offset, bytes, fault });
  }

  /** Counts the bytes and lines of `text` from `start` to `until`; returns `until`. */
  #account(text: string, start: number, until: number): number {
    for (let at = start; at < until; at++) {
      const byte = text.charCodeAt(at);
      if (byte === 0x0d || (byte === 0x0a && this.#lastByte !== 0x0d)) this.#line++;
      this.#lastByte = byte;
    }
    this.#offset += until - start;
    return until;
  }
}

/** Longer than the opening tag that a chunk may cut. */
const TAG_BYTES_MAX = 64;

function find(tag: RegExp, text: string, from: number): { readonly start: number; readonly end: number } | undefined {
  tag.lastIndex = from;
  const match = tag.exec(text);
  return match ? { start: match.index, end: tag.lastIndex } : undefined;
}
