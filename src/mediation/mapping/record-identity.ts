import { hash } from "node:crypto";

/**
 * Bits of a content hash that become the key: two different records of one source share it with no practical chance.
 */
const KEY_HEX_DIGITS = 32;

/** 32 hexadecimal digits that stand for a record's content. */
export const contentHash = (raw: string): string => hash("sha256", raw, "hex").slice(0, KEY_HEX_DIGITS);

/**
 * Identities for records that carry none: a hash of the whole record, and for the second and later record of the same
 * content in one file its number: two equal calls in one file are two calls, the same file sent again is the same
 * calls. Keeps 12 bytes and room to grow for every record of a file, about 24 MB a million.
 */
export class RecordIdentities {
  #hashes = new Uint32Array(2_048);
  #counts = new Uint32Array(1_024);
  #used = 0;

  /** The identity of the next record whose text is `raw`. */
  next(raw: string): string {
    const digest = contentHash(raw);
    const occurrence = this.#count(Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16));
    return occurrence === 1 ? digest : `${digest}-${occurrence}`;
  }

  /** How often this 64-bit hash was seen, this time included. Open addressing; a count of 0 marks a free place. */
  #count(high: number, low: number): number {
    if (this.#used * 2 >= this.#counts.length) this.#grow();
    const at = this.#find(high, low);
    if (this.#counts[at] === 0) {
      this.#hashes[at * 2] = high;
      this.#hashes[at * 2 + 1] = low;
      this.#used++;
    }
    this.#counts[at]!++;
    return this.#counts[at] as number;
  }

  #find(high: number, low: number): number {
    const mask = this.#counts.length - 1;
    let at = low & mask;
    while (this.#counts[at] !== 0 && (this.#hashes[at * 2] !== high || this.#hashes[at * 2 + 1] !== low))
      at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const counts = this.#counts;
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#counts = new Uint32Array(counts.length * 2);
    for (const [index, count] of counts.entries()) {
      if (count === 0) continue;
      const [high, low] = [hashes[index * 2] as number, hashes[index * 2 + 1] as number];
      const at = this.#find(high, low);
      this.#hashes[at * 2] = high;
      this.#hashes[at * 2 + 1] = low;
      this.#counts[at] = count;
    }
  }
}
