import { addUnits, type BucketUnits, lessUnits, NO_UNITS } from "../../core/allowance/bucket-units.ts";
import type { UnitHolds } from "../../core/allowance/price-around-holds.ts";
import { invariant } from "../../core/invariant.ts";
import type { Tx } from "../db/tx.ts";
import { type AllowanceHold, type HeldAllowance, lockUnitHolds, saveUnitHolds } from "./unit-hold-store.ts";

/** Units that sessions of one book hold, by the record that each becomes. */
export interface HoldingRecord {
  readonly bookId: string;
  /** The identity of the usage record. */
  readonly recordId: string;
  readonly units: readonly BucketUnits[];
}

/**
 * What open sessions hold of allowances, in one transaction: locked at once, after pools' months and before holds of
 * money, changed in memory, and saved. A transaction that only prices records locks them, too, so that no session is
 * granted meanwhile what a record takes.
 */
export class LockedUnits {
  readonly #tenantId: string;
  readonly #wanted = new Map<string, HeldAllowance>();
  readonly #own = new Map<string, readonly BucketUnits[]>();
  readonly #sums = new Map<string, AllowanceHold>();
  readonly #changed = new Set<string>();

  /** `holding`: records that sessions of this transaction hold units for. */
  constructor(tenantId: string, holding: readonly HoldingRecord[] = []) {
    this.#tenantId = tenantId;
    for (const { bookId, recordId, units } of holding) {
      if (units.length > 0) this.#own.set(recordId, units);
      this.want(units.map(({ key }) => ({ bookId, key })));
    }
  }

  /** Allowances that are to be locked with the others, whenever that is. */
  want(allowances: readonly HeldAllowance[]): void {
    for (const one of allowances) this.#wanted.set(placeOf(one), one);
  }

  /** Locks all that is wanted and not locked yet. */
  async lock(tx: Tx): Promise<void> {
    const missing = [...this.#wanted].filter(([place]) => !this.#sums.has(place)).map(([, one]) => one);
    if (missing.length === 0) return;
    for (const hold of await lockUnitHolds(tx, this.#tenantId, missing)) this.#sums.set(placeOf(hold), hold);
  }

  /** What a record finds held of allowances that are locked. */
  around(recordId: string, allowances: readonly HeldAllowance[]): UnitHolds {
    const held = allowances.flatMap((one) => this.#sumOf(one).units);
    const keys = new Set(allowances.map(({ key }) => key));
    const own = this.#own.get(recordId)?.filter(({ key }) => keys.has(key)) ?? NO_UNITS;
    return { others: lessUnits(held, own), own };
  }

  /** Gives back what is held for a record, of these allowances or of all. */
  release(recordId: string, bookId: string, keys?: ReadonlySet<string>): void {
    const own = this.#own.get(recordId);
    if (own === undefined) return;
    const released = keys === undefined ? own : own.filter(({ key }) => keys.has(key));
    for (const units of released) this.#change({ bookId, key: units.key }, (sum) => lessUnits(sum, [units]));
    this.#own.set(recordId, lessUnits(own, released));
  }

  /** Holds units for a record in place of those that were held for it. */
  hold(recordId: string, bookId: string, units: readonly BucketUnits[]): void {
    this.release(recordId, bookId);
    for (const one of units) this.#change({ bookId, key: one.key }, (sum) => addUnits(sum, [one]));
    this.#own.set(recordId, units);
  }

  async save(tx: Tx): Promise<void> {
    await saveUnitHolds(
      tx,
      [...this.#changed].map((place) => this.#sums.get(place) as AllowanceHold),
    );
    this.#changed.clear();
  }

  #sumOf(allowance: HeldAllowance): AllowanceHold {
    const sum = this.#sums.get(placeOf(allowance));
    invariant(sum, `what is held of allowance ${allowance.key} is locked before it is looked at`);
    return sum;
  }

  #change(allowance: HeldAllowance, change: (units: readonly BucketUnits[]) => readonly BucketUnits[]): void {
    const sum = this.#sumOf(allowance);
    this.#sums.set(placeOf(sum), { ...sum, units: change(sum.units) });
    this.#changed.add(placeOf(sum));
  }
}

const placeOf = ({ bookId, key }: HeldAllowance): string => `${bookId} ${key}`;

/** All that sessions may hold of a pool in a month. */
export const allowancesOf = (
  { bookId }: { readonly bookId: string },
  { allowances }: { readonly allowances: readonly { readonly key: string }[] },
): readonly HeldAllowance[] => allowances.map(({ key }) => ({ bookId, key }));
