import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";
import type { CommissionDue } from "./commission-due.ts";

export const COMMISSION_ENTRY_KINDS = ["earned", "correction", "clawback"] as const;
/**
 * `earned`: new, or more of it counts. `clawback`: less of it counts, or a credit note. `correction`: the same sale is
 * worth another amount than was booked.
 */
export type CommissionEntryKind = (typeof COMMISSION_ENTRY_KINDS)[number];

/** What is booked for one rule and percentage of an invoice: the sum of its entries, and what counted at the last. */
export type BookedCommission = CommissionDue;

/** What is still to be booked. */
export interface CommissionEntry extends Omit<CommissionDue, "amount"> {
  readonly kind: CommissionEntryKind;
  /** What should be less what was booked; never 0. */
  readonly amount: Nanos;
}

/**
 * What should be − what was booked, for each rule and percentage of an invoice: nothing where they are equal, so that
 * booking twice books once. What was booked under a rule or percentage that is no more is taken back.
 */
export function commissionEntries(
  due: readonly CommissionDue[],
  booked: readonly BookedCommission[],
): readonly CommissionEntry[] {
  const before = new Map(booked.map((one) => [keyOf(one), one]));
  const gone = booked.filter((one) => !due.some((other) => keyOf(other) === keyOf(one)));
  const nothing = gone.map((one) => ({ ...one, counted: NO_NANOS, base: NO_NANOS, amount: NO_NANOS }));
  return [...due, ...nothing].flatMap((should): CommissionEntry[] => {
    const was = before.get(keyOf(should));
    const amount = nanos(should.amount - (was?.amount ?? 0n));
    return amount === 0n ? [] : [{ ...should, kind: kindOf(should, was), amount }];
  });
}

const keyOf = ({ rule, of, percent }: Pick<CommissionDue, "rule" | "of" | "percent">): string =>
  JSON.stringify([rule, of, percent]);

function kindOf(should: CommissionDue, was: BookedCommission | undefined): CommissionEntryKind {
  if (was === undefined) return should.amount < 0n ? "clawback" : "earned";
  if (should.base !== was.base || should.counted === was.counted) return "correction";
  return should.counted > was.counted ? "earned" : "clawback";
}
