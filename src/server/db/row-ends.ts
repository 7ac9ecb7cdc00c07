import { BinaryCopy } from "./binary-copy.ts";

const NO_HEAD = new Uint8Array(0);
/** Of the first page; later ones have the room of a piece. */
const FIRST_PAGE_BYTES = 1 << 14;
const PAGE_BYTES = 1 << 17;
/** Words that say where a row is: its page, and from where to where. */
const PLACE_WORDS = 3;

/**
 * The last fields of rows, written before it is known whether the rows are sent, in which order and behind which first
 * fields. Rows are known by their number, from 0.
 */
export class RowEnds {
  readonly #copy = new BinaryCopy(NO_HEAD, FIRST_PAGE_BYTES);
  readonly #pages: Buffer[] = [];
  #places: Int32Array;
  #count = 0;
  #start = 0;

  /** `expected`: about how many rows there will be. */
  constructor(expected: number) {
    this.#places = new Int32Array(Math.max(expected, 1) * PLACE_WORDS);
  }

  /** Writes the last fields of the next row. */
  add<Row>(row: Row, write: (copy: BinaryCopy, row: Row) => void): void {
    write(this.#copy, row);
    const at = this.#count * PLACE_WORDS;
    if (at === this.#places.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.#places);
      this.#places = grown;
    }
    const end = this.#copy.size;
    this.#places[at] = this.#pages.length;
    this.#places[at + 1] = this.#start;
    this.#places[at + 2] = end;
    this.#count += 1;
    this.#start = end;
    if (end >= PAGE_BYTES) this.#turnPage();
  }

  /** Gives a row's last fields to `copy`. */
  copyTo(copy: BinaryCopy, row: number): void {
    const at = row * PLACE_WORDS;
    const page = this.#places[at] as number;
    if (page === this.#pages.length) this.#turnPage();
    copy.fields(this.#pages[page] as Buffer, this.#places[at + 1] as number, this.#places[at + 2] as number);
  }

  #turnPage(): void {
    this.#pages.push(this.#copy.take());
    this.#start = 0;
  }
}
