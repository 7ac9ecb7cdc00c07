import { type Nanos, nanos } from "../../core/money/nanos.ts";
import type { BinaryCopy } from "../db/binary-copy.ts";
import { RowEnds } from "../db/row-ends.ts";
import type { DueCharge } from "./charge-sums.ts";
import { writeChargeEnd } from "./insert-charges.ts";
import type { PricedCharge } from "./priced-call.ts";

/** Who is charged; one object for all charges of an account. */
type Charged = Pick<PricedCharge, "side" | "accountId" | "currency">;

/** The charges of a sheet of calls: their rows in bytes, and in columns what the ledger needs to know of them. */
export class ChargeColumns {
  readonly #rows: RowEnds;
  #callOf: Int32Array;
  #chargedOf: Int32Array;
  #amounts: BigInt64Array;
  /** Amounts that take more than 8 bytes: 9.2 × 10⁹ of a currency's main unit for one call. */
  readonly #largeAmounts = new Map<number, Nanos>();
  readonly #converted = new Map<number, PricedCharge["converted"]>();
  readonly #charged: Charged[] = [];
  readonly #chargedPlaces = new Map<string, number>();
  #count = 0;

  /** `expected`: about how many charges there will be. */
  constructor(expected: number) {
    this.#rows = new RowEnds(expected);
    this.#callOf = new Int32Array(Math.max(expected, 1));
    this.#chargedOf = new Int32Array(this.#callOf.length);
    this.#amounts = new BigInt64Array(this.#callOf.length);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a charge for the call at a place of the sheet. */
  add(charge: PricedCharge, call: number): void {
    const place = this.#count;
    if (place === this.#callOf.length) this.#grow();
    this.#count += 1;
    this.#callOf[place] = call;
    this.#chargedOf[place] = this.#placeOf(charge);
    this.#amounts[place] = charge.amount;
    if (this.#amounts[place] !== charge.amount) this.#largeAmounts.set(place, charge.amount);
    if (charge.converted !== null) this.#converted.set(place, charge.converted);
    this.#rows.add(charge, writeChargeEnd);
  }

  callOf(place: number): number {
    return this.#callOf[place] as number;
  }

  dueAt(place: number): DueCharge {
    const { side, accountId, currency } = this.#charged[this.#chargedOf[place] as number] as Charged;
    const amount = this.#largeAmounts.get(place) ?? nanos(this.#amounts[place] as bigint);
    return { side, accountId, currency, amount, converted: this.#converted.get(place) ?? null };
  }

  /** Writes the last fields of a charge's row. */
  writeEnd(copy: BinaryCopy, place: number): void {
    this.#rows.copyTo(copy, place);
  }

  /** A vendor is never a buyer, so an account has one side; and it has one currency. */
  #placeOf({ side, accountId, currency }: PricedCharge): number {
    const known = this.#chargedPlaces.get(accountId);
    if (known !== undefined) return known;
    this.#chargedPlaces.set(accountId, this.#charged.length);
    return this.#charged.push({ side, accountId, currency }) - 1;
  }

  #grow(): void {
    const length = this.#callOf.length * 2;
    const [callOf, chargedOf, amounts] = [new Int32Array(length), new Int32Array(length), new BigInt64Array(length)];
    callOf.set(this.#callOf);
    chargedOf.set(this.#chargedOf);
    amounts.set(this.#amounts);
    [this.#callOf, this.#chargedOf, this.#amounts] = [callOf, chargedOf, amounts];
  }
}
