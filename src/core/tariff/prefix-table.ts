import { invariant } from "../invariant.ts";
import { compilePrice, type Price, priceKey } from "./price.ts";
import type { Rate } from "./rate.ts";

/**
 * The rates of one tariff version as plain data: typed arrays that take a few MB for 200,000 prefixes, and can be made
 * in another thread and handed over.
 *
 * A trie over digits: node `n` has the ten cells from `n × 10` on. A cell is 0 (no such prefix), a child node (> 0), or
 * an entry with nothing longer below it (< 0, the entry negated). A prefix that has longer ones below keeps its entry
 * in `nodeEntries`. An entry is a place in `runs`: there stand a count and then that many rows. Equal rows and equal
 * runs are stored once, because the many codes of one destination share them.
 */
export interface PrefixTable {
  readonly prefixCount: number;
  readonly cells: Int32Array;
  readonly nodeEntries: Int32Array;
  readonly runs: Int32Array;
  /** Half-open span in which a row is in force, as epoch milliseconds. */
  readonly rowFrom: Float64Array;
  readonly rowUntil: Float64Array;
  /** Index of the tariff's window; ANY_TIME for a row that holds whenever no window's does. */
  readonly rowWindow: Int16Array;
  /** Index of `prices`; BLOCKED for a row that refuses the call. */
  readonly rowPrice: Int32Array;
  readonly rowDestination: Int32Array;
  readonly prices: readonly Price[];
  readonly destinations: readonly string[];
}

export const NO_ENTRY = 0;
export const ANY_TIME = -1;
export const BLOCKED = -1;

const PREFIX_DIGITS_MAX = 15;

/** Collects the rates of one tariff version, in any order, into a {@link PrefixTable}. */
export class PrefixTableBuilder {
  #prefixCount = 0;
  #nodeCount = 1;
  #cells = new Int32Array(10 * 1_024);
  #nodeEntries = new Int32Array(1_024);
  /** Place 0 is taken, so that entry 0 can mean "none". */
  #runs: number[] = [0];
  #rowFrom: number[] = [];
  #rowUntil: number[] = [];
  #rowWindow: number[] = [];
  #rowPrice: number[] = [];
  #rowDestination: number[] = [];
  #prices: Price[] = [];
  #destinations: string[] = [];
  readonly #priceOf = new Map<string, number>();
  readonly #destinationOf = new Map<string, number>();
  readonly #rowOf = new Map<string, number>();
  readonly #runOf = new Map<string, number>();
  readonly #windowOf: ReadonlyMap<string, number>;

  /** `windows`: names in the order of the tariff's terms. */
  constructor(windows: readonly string[]) {
    this.#windowOf = new Map(windows.map((name, index) => [name, index]));
  }

  add(rate: Rate): void {
    const { prefix } = rate;
    invariant(/^\d{0,15}$/.test(prefix), `a prefix is up to ${PREFIX_DIGITS_MAX} digits, got "${prefix}"`);
    const row = this.#row(rate);
    if (prefix === "") {
      this.#nodeEntries[0] = this.#extend(this.#nodeEntries[0] as number, row);
      return;
    }
    let node = 0;
    for (let index = 0; index < prefix.length - 1; index++) node = this.#child(node * 10 + digitAt(prefix, index));
    const cell = node * 10 + digitAt(prefix, prefix.length - 1);
    const content = this.#cells[cell] as number;
    if (content > 0) this.#nodeEntries[content] = this.#extend(this.#nodeEntries[content] as number, row);
    else this.#cells[cell] = -this.#extend(-content, row);
  }

  finish(): PrefixTable {
    return {
      prefixCount: this.#prefixCount,
      cells: this.#cells.slice(0, this.#nodeCount * 10),
      nodeEntries: this.#nodeEntries.slice(0, this.#nodeCount),
      runs: Int32Array.from(this.#runs),
      rowFrom: Float64Array.from(this.#rowFrom),
      rowUntil: Float64Array.from(this.#rowUntil),
      rowWindow: Int16Array.from(this.#rowWindow),
      rowPrice: Int32Array.from(this.#rowPrice),
      rowDestination: Int32Array.from(this.#rowDestination),
      prices: this.#prices,
      destinations: this.#destinations,
    };
  }

  /** The child node under a cell; made when missing, and an entry that was a leaf moves into it. */
  #child(cell: number): number {
    const content = this.#cells[cell] as number;
    if (content > 0) return content;
    const node = this.#nodeCount++;
    if (node === this.#nodeEntries.length) {
      this.#cells = grown(this.#cells);
      this.#nodeEntries = grown(this.#nodeEntries);
    }
    this.#nodeEntries[node] = -content;
    this.#cells[cell] = node;
    return node;
  }

  /** The entry that has the rows of `entry` and one more. */
  #extend(entry: number, row: number): number {
    if (entry === NO_ENTRY) this.#prefixCount++;
    const count = this.#runs[entry] as number;
    const rows = [...this.#runs.slice(entry + 1, entry + 1 + count), row];
    return intern(this.#runOf, rows.join(), () => this.#runs.push(rows.length, ...rows) - rows.length - 1);
  }

  #row(rate: Rate): number {
    const { prefix, destination, blocked, window: windowName, effectiveFrom, effectiveTo, ...terms } = rate;
    const until = effectiveTo ?? Number.POSITIVE_INFINITY;
    const window = windowName === null ? ANY_TIME : this.#windowOf.get(windowName);
    invariant(window !== undefined, `window "${windowName}" of prefix ${prefix} is one of the tariff's`);
    const price = blocked
      ? BLOCKED
      : intern(this.#priceOf, priceKey(terms), () => this.#prices.push(compilePrice(terms)) - 1);
    const place = intern(this.#destinationOf, destination, () => this.#destinations.push(destination) - 1);
    return intern(this.#rowOf, `${price},${place},${window},${effectiveFrom},${until}`, () => {
      this.#rowFrom.push(effectiveFrom);
      this.#rowUntil.push(until);
      this.#rowWindow.push(window);
      this.#rowPrice.push(price);
      return this.#rowDestination.push(place) - 1;
    });
  }
}

/** What was made for `key` before, or the number that `make` makes for it now. */
function intern(known: Map<string, number>, key: string, make: () => number): number {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

const digitAt = (digits: string, index: number): number => digits.charCodeAt(index) - 48;

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
