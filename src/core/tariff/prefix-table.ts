import { invariant } from "../invariant.ts";
import { UNITS_RATED } from "../usage/service-units.ts";
import { compilePrice, type Price, priceKey } from "./price.ts";
import type { Rate } from "./rate.ts";

/**
 * The rates of one tariff version as plain data: typed arrays that take a few MB for 200,000 prefixes, and can be made
 * in another thread and handed over.
 *
 * A trie over digits: node `n` has the ten cells from `n × 10` on. A cell is 0 (no such prefix), a child node (> 0), or
 * an entry with nothing longer below it (< 0, the entry negated). A prefix that has longer ones below keeps its entry
 * in `nodeEntries`. An entry is a place in `runs`, where a count stands and then that many rows of `ROW_SIZE` numbers:
 * a look-up touches memory once a digit and once for the rate.
 */
export interface PrefixTable {
  readonly prefixCount: number;
  readonly cells: Int32Array;
  readonly nodeEntries: Int32Array;
  readonly runs: Int32Array;
  /** The spans of time that rates are for; many rates share one. */
  readonly spans: readonly Span[];
  readonly prices: readonly Price[];
  readonly destinations: readonly string[];
}

/** When a rate holds, and for whom: by its dates, half-open and in epoch ms, a window and an origin of the tariff. */
export interface Span {
  readonly from: number;
  readonly until: number;
  /** Index of the tariff's window; ANY_TIME for a rate that holds whenever no window's does. */
  readonly window: number;
  /** Name of the zone that the call must be in; null: any. */
  readonly origin: string | null;
}

export const NO_ENTRY = 0;
export const ANY_TIME = -1;
/** The price of a row that refuses the call. */
export const BLOCKED = -1;

/** A row is three numbers: indexes of `spans`, `prices` and `destinations`. */
export const ROW_SIZE = 3;
export const ROW_SPAN = 0;
export const ROW_PRICE = 1;
export const ROW_DESTINATION = 2;

/** Collects the rates of one tariff version, in any order, into a {@link PrefixTable}. */
export class PrefixTableBuilder {
  #prefixCount = 0;
  #nodeCount = 1;
  #cells = new Int32Array(10 * 1_024);
  #nodeEntries = new Int32Array(1_024);
  #runs = new Int32Array(4 * 1_024);
  /** Place 0 is taken, so that entry 0 can mean "none". */
  #runsLength = 1;
  readonly #spans: Span[] = [];
  readonly #prices: Price[] = [];
  readonly #destinations: string[] = [];
  readonly #spanOf = new Map<string, number>();
  readonly #priceOf = new Map<string, number>();
  readonly #destinationOf = new Map<string, number>();
  readonly #singleRowOf = new Map<number, number>();
  readonly #extensionOf = new Map<string, number>();
  readonly #windowOf: ReadonlyMap<string, number>;

  readonly #unitsRated: number;

  /** `windows`: names in the order of the tariff's terms; `unitsRated`: what rates are shown for. */
  constructor(windows: readonly string[], unitsRated = UNITS_RATED.voice) {
    this.#unitsRated = unitsRated;
    this.#windowOf = new Map(windows.map((name, index) => [name, index]));
  }

  add(rate: Rate): void {
    const { prefix } = rate;
    invariant(/^\d{0,15}$/.test(prefix), `a prefix is up to 15 digits, got "${prefix}"`);
    if (prefix === "") {
      this.#nodeEntries[0] = this.#extend(this.#nodeEntries[0] as number, rate);
      return;
    }
    let node = 0;
    for (let index = 0; index < prefix.length - 1; index++) node = this.#child(node * 10 + digitAt(prefix, index));
    const cell = node * 10 + digitAt(prefix, prefix.length - 1);
    const content = this.#cells[cell] as number;
    if (content > 0) this.#nodeEntries[content] = this.#extend(this.#nodeEntries[content] as number, rate);
    else this.#cells[cell] = -this.#extend(-content, rate);
  }

  finish(): PrefixTable {
    return {
      prefixCount: this.#prefixCount,
      cells: this.#cells.slice(0, this.#nodeCount * 10),
      nodeEntries: this.#nodeEntries.slice(0, this.#nodeCount),
      runs: this.#runs.slice(0, this.#runsLength),
      spans: this.#spans,
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
      this.#cells = doubled(this.#cells);
      this.#nodeEntries = doubled(this.#nodeEntries);
    }
    this.#nodeEntries[node] = -content;
    this.#cells[cell] = node;
    return node;
  }

  /** The entry that has the rows of `entry` and one more. Equal entries are stored once, if their rows came in one order. */
  #extend(entry: number, rate: Rate): number {
    const row = { span: this.#span(rate), price: this.#price(rate), destination: this.#destination(rate) };
    if (entry === NO_ENTRY) this.#prefixCount++;
    const key = rowKey(row);
    if (key === null) return this.#store(entry, row);
    const store = () => this.#store(entry, row);
    return entry === NO_ENTRY
      ? intern(this.#singleRowOf, key, store)
      : intern(this.#extensionOf, `${entry},${key}`, store);
  }

  #store(entry: number, row: Row): number {
    const count = this.#runs[entry] as number;
    while (this.#runsLength + 1 + (count + 1) * ROW_SIZE > this.#runs.length) this.#runs = doubled(this.#runs);
    const stored = this.#runsLength;
    this.#runs[stored] = count + 1;
    this.#runs.copyWithin(stored + 1, entry + 1, entry + 1 + count * ROW_SIZE);
    const place = stored + 1 + count * ROW_SIZE;
    this.#runs[place + ROW_SPAN] = row.span;
    this.#runs[place + ROW_PRICE] = row.price;
    this.#runs[place + ROW_DESTINATION] = row.destination;
    this.#runsLength = place + ROW_SIZE;
    return stored;
  }

  #span({ prefix, window: name, origin = null, effectiveFrom: from, effectiveTo }: Rate): number {
    const window = name === null ? ANY_TIME : this.#windowOf.get(name);
    invariant(window !== undefined, `window "${name}" of prefix ${prefix} is one of the tariff's`);
    const until = effectiveTo ?? Number.POSITIVE_INFINITY;
    return intern(this.#spanOf, `${from},${until},${window},${origin ?? ""}`, () => {
      return this.#spans.push({ from, until, window, origin }) - 1;
    });
  }

  #price(rate: Rate): number {
    if (rate.blocked) return BLOCKED;
    return intern(this.#priceOf, priceKey(rate), () => this.#prices.push(compilePrice(rate, this.#unitsRated)) - 1);
  }

  #destination({ destination }: Rate): number {
    return intern(this.#destinationOf, destination, () => this.#destinations.push(destination) - 1);
  }
}

interface Row {
  readonly span: number;
  readonly price: number;
  readonly destination: number;
}

/** One number for a row while its parts are small, as in any real deck; else null. 12 + 20 + 20 bits fit a double. */
function rowKey({ span, price, destination }: Row): number | null {
  if (span >= 2 ** 12 || price >= 2 ** 20 - 1 || destination >= 2 ** 20) return null;
  return (span * 2 ** 20 + price + 1) * 2 ** 20 + destination;
}

/** What was made for `key` before, or the number that `make` makes for it now. */
function intern<Key>(known: Map<Key, number>, key: Key, make: () => number): number {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

const digitAt = (digits: string, index: number): number => digits.charCodeAt(index) - 48;

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
