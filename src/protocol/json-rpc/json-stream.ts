/** A document, or why the stream cannot be read any further: then the connection has to be closed. */
export type JsonDocument =
  | { readonly kind: "document"; readonly text: string }
  | { readonly kind: "broken"; readonly reason: string };

/** Ten thousand dialogs are about this long. */
const OCTETS_MAX = 1 << 23;
const HELD_OCTETS_MIN = 1 << 12;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACES = [0x7b, 0x5b];
const CLOSING = [0x7d, 0x5d];
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];

/**
 * Cuts a stream into the objects and lists that follow one another in it without a sign between them, as OpenSIPS
 * sends its events. Holds one document at most, and every octet is looked at once.
 */
export class JsonStreamReader {
  readonly #octetsMax: number;
  #held: Uint8Array = new Uint8Array(HELD_OCTETS_MIN);
  #octets = 0;
  /** Braces and brackets that are open. */
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isBroken = false;

  constructor(octetsMax = OCTETS_MAX) {
    this.#octetsMax = octetsMax;
  }

  /** Whether a document has begun that is not whole: at a stream's end it was cut off. */
  get isInDocument(): boolean {
    return !this.#isBroken && this.#depth > 0;
  }

  /** The documents that `chunk` completes. After a broken one there are no more. */
  push(chunk: Uint8Array): JsonDocument[] {
    const documents: JsonDocument[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length && !this.#isBroken; at += 1) {
      const octet = chunk[at] ?? 0;
      if (this.#depth === 0) {
        start = at;
        if (BLANKS.includes(octet)) continue;
        if (!BRACES.includes(octet)) return this.#break("no document", documents);
      }
      this.#step(octet);
      const isWhole = this.#depth === 0;
      if (!isWhole && at + 1 < chunk.length) continue;
      if (!this.#hold(chunk.subarray(start, at + 1))) return this.#break("a document is too long", documents);
      start = at + 1;
      if (isWhole) documents.push({ kind: "document", text: this.#taken() });
    }
    return documents;
  }

  #step(octet: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#isInText && octet === BACKSLASH) this.#isEscaped = true;
    else if (octet === QUOTE) this.#isInText = !this.#isInText;
    else if (this.#isInText) return;
    else if (BRACES.includes(octet)) this.#depth += 1;
    else if (CLOSING.includes(octet)) this.#depth -= 1;
  }

  /** Keeps octets of the document; false when they are too many. The room doubles, so single octets cost no more. */
  #hold(octets: Uint8Array): boolean {
    const end = this.#octets + octets.length;
    if (end > this.#octetsMax) return false;
    if (end > this.#held.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#held.length));
      grown.set(this.#held.subarray(0, this.#octets));
      this.#held = grown;
    }
    this.#held.set(octets, this.#octets);
    this.#octets = end;
    return true;
  }

  #taken(): string {
    const text = Buffer.from(this.#held.buffer, 0, this.#octets).toString();
    this.#octets = 0;
    return text;
  }

  #break(reason: string, documents: JsonDocument[]): JsonDocument[] {
    this.#isBroken = true;
    return [...documents, { kind: "broken", reason }];
  }
}
