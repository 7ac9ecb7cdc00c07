import { invariant } from "../../core/invariant.ts";
import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { BinaryCopy, UuidWords } from "../db/binary-copy.ts";
import { RowEnds } from "../db/row-ends.ts";
import type { BatchOrigin } from "./batch-origin.ts";
import { ChargeColumns } from "./charge-columns.ts";
import type { ChargeSums } from "./charge-sums.ts";
import type { Identity } from "./claim-identities.ts";
import { writeChargeHead } from "./insert-charges.ts";
import { writeUsageEnd, writeUsageHead } from "./insert-usage.ts";
import type { PricedCall } from "./priced-call.ts";

const ID_WORDS = 4;
/** In place of the time of answer of a call that has none. */
const NO_ANSWER = Number.NaN;
/** The customer's and the vendor's, in most batches. */
const CHARGES_OF_CALL = 2;

/**
 * Priced calls of a batch as they are stored: their rows in bytes, and in columns what is looked at before. As objects
 * they would outlive the nursery while their batch fills, waits and is written, and be copied twice by the garbage
 * collector, which took longer than all work on them (docs/reference/benchmarks.md). Calls are known by their place in
 * the sheet, from 0; charges by theirs.
 */
export class CallSheet {
  readonly #ids: Int32Array;
  readonly #bookIds: string[] = [];
  readonly #startedAt: Float64Array;
  readonly #answeredAt: Float64Array;
  readonly #contentHashes: Float64Array;
  readonly #derivedHashes: Float64Array;
  readonly #rows: RowEnds;
  readonly #charges: ChargeColumns;
  /** Of each call, the place of the charge after its last. */
  readonly #chargesEnd: Int32Array;
  readonly #words = new Int32Array(ID_WORDS);

  constructor(callsMax: number) {
    this.#ids = new Int32Array(callsMax * ID_WORDS);
    this.#startedAt = new Float64Array(callsMax);
    this.#answeredAt = new Float64Array(callsMax);
    this.#contentHashes = new Float64Array(callsMax);
    this.#derivedHashes = new Float64Array(callsMax);
    this.#rows = new RowEnds(callsMax);
    this.#charges = new ChargeColumns(callsMax * CHARGES_OF_CALL);
    this.#chargesEnd = new Int32Array(callsMax);
  }

  get size(): number {
    return this.#bookIds.length;
  }

  add(call: PricedCall): void {
    const { id, event, charges } = call;
    invariant(id.length === 4 * ID_WORDS, "an identity is 16 bytes");
    invariant(event.answeredAt !== null || charges.length === 0, "a call without an answer costs nothing");
    const place = this.size;
    invariant(place < this.#startedAt.length, "a sheet has room for the calls of its batch");
    this.#bookIds.push(call.bookId);
    for (let word = 0; word < ID_WORDS; word += 1) this.#ids[place * ID_WORDS + word] = wordOf(id, word * 4);
    this.#startedAt[place] = event.startedAt;
    this.#answeredAt[place] = event.answeredAt ?? NO_ANSWER;
    this.#contentHashes[place] = call.contentHash;
    this.#derivedHashes[place] = call.derivedHash;
    this.#rows.add(call, writeUsageEnd);
    for (const charge of charges) this.#charges.add(charge, place);
    this.#chargesEnd[place] = this.#charges.count;
  }

  bookIdOf(place: number): string {
    return this.#bookIds[place] as string;
  }

  startedAtOf(place: number): EpochMs {
    return epochMs(this.#startedAt[place] as number);
  }

  contentHashOf(place: number): number {
    return this.#contentHashes[place] as number;
  }

  derivedHashOf(place: number): number {
    return this.#derivedHashes[place] as number;
  }

  /** As {@link PricedCall} has it. */
  idOf(place: number): string {
    const bytes: number[] = [];
    for (const word of this.#wordsOf(place))
      bytes.push(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
    return String.fromCharCode(...bytes);
  }

  /** What an identity is claimed with; its `id` is good until another call's is asked for. */
  identityOf(place: number): Identity {
    return {
      id: this.#wordsOf(place),
      bookId: this.bookIdOf(place),
      startedAt: this.startedAtOf(place),
      contentHash: this.contentHashOf(place),
      derivedHash: this.derivedHashOf(place),
    };
  }

  /** A time of every day (UTC) on which a call began or was answered. */
  days(): EpochMs[] {
    const days = new Set<number>();
    for (let place = 0; place < this.size; place += 1) {
      days.add(Math.floor(this.startedAtOf(place) / DAY_MS));
      const answeredAt = this.#answeredAt[place] as number;
      if (!Number.isNaN(answeredAt)) days.add(Math.floor(answeredAt / DAY_MS));
    }
    return [...days].map((day) => epochMs(day * DAY_MS));
  }

  /** Of the calls at `places`, in order, those that are the first of their identity; `onRepeat` gets the others. */
  firstsOf(places: readonly number[], onRepeat: (place: number, first: number) => void): number[] {
    const firsts: number[] = [];
    // Open addressing, half full at most: an identity is a digest, so any of its words will do.
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(places.length * 2 + 1))).fill(-1);
    for (const place of places) {
      let slot = (this.#ids[place * ID_WORDS] as number) & (slots.length - 1);
      while (slots[slot] !== -1 && !this.#isSame(slots[slot] as number, place)) slot = (slot + 1) & (slots.length - 1);
      const first = slots[slot] as number;
      if (first === -1) {
        slots[slot] = place;
        firsts.push(place);
      } else onRepeat(place, first);
    }
    return firsts;
  }

  /** The places of the charges of calls, in order. */
  chargesOf(places: readonly number[]): number[] {
    const charges: number[] = [];
    for (const place of places) {
      const end = this.#chargesEnd[place] as number;
      for (let charge = this.#firstChargeOf(place); charge < end; charge += 1) charges.push(charge);
    }
    return charges;
  }

  /** When the call of a charge was answered. */
  answeredAtOf(charge: number): EpochMs {
    return epochMs(this.#answeredAt[this.#charges.callOf(charge)] as number);
  }

  addTo(sums: ChargeSums, charge: number): void {
    const bookId = this.bookIdOf(this.#charges.callOf(charge));
    sums.add(bookId, this.answeredAtOf(charge), this.#charges.dueAt(charge));
  }

  /** Writes the row of a new call. */
  writeUsage(copy: BinaryCopy, origin: BatchOrigin, place: number): void {
    const [id, bookId] = [this.#wordsOf(place), this.bookIdOf(place)];
    writeUsageHead(copy, origin, { id, bookId, startedAt: this.startedAtOf(place), revision: 0 });
    this.#rows.copyTo(copy, place);
  }

  /** Writes the row of a new call's charge. */
  writeCharge(copy: BinaryCopy, origin: BatchOrigin, charge: number): void {
    const place = this.#charges.callOf(charge);
    writeChargeHead(copy, origin, {
      usageId: this.#wordsOf(place),
      bookId: this.bookIdOf(place),
      answeredAt: this.answeredAtOf(charge),
      entryNo: charge - this.#firstChargeOf(place),
      reversesEntryNo: null,
    });
    this.#charges.writeEnd(copy, charge);
  }

  #firstChargeOf(place: number): number {
    return place === 0 ? 0 : (this.#chargesEnd[place - 1] as number);
  }

  #isSame(a: number, b: number): boolean {
    for (let word = 0; word < ID_WORDS; word += 1)
      if (this.#ids[a * ID_WORDS + word] !== this.#ids[b * ID_WORDS + word]) return false;
    return true;
  }

  #wordsOf(place: number): UuidWords {
    for (let word = 0; word < ID_WORDS; word += 1) this.#words[word] = this.#ids[place * ID_WORDS + word] as number;
    return this.#words;
  }
}

const wordOf = (id: string, at: number): number =>
  (id.charCodeAt(at) << 24) | (id.charCodeAt(at + 1) << 16) | (id.charCodeAt(at + 2) << 8) | id.charCodeAt(at + 3);
