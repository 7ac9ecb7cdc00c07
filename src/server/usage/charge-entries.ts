import { nanos } from "../../core/money/nanos.ts";
import type { ChargeEntry } from "./priced-call.ts";

/** Of all entries of one event at one place: the charges that no reversal has taken back yet. */
export function entriesInForce<Entry extends Pick<ChargeEntry, "entryNo" | "reversesEntryNo">>(
  atPlace: readonly Entry[],
): Entry[] {
  const reversed = new Set(atPlace.map((entry) => entry.reversesEntryNo));
  return atPlace.filter((entry) => entry.reversesEntryNo === null && !reversed.has(entry.entryNo));
}

/** The number after the last of an event's entries at one place. */
export const nextEntryNo = (atPlace: readonly ChargeEntry[]): number =>
  atPlace.reduce((next, entry) => Math.max(next, entry.entryNo + 1), 0);

/** The negative of a charge, which stands where its charge does. */
export const reversalOf = (entry: ChargeEntry, entryNo: number): ChargeEntry => ({
  ...entry,
  entryNo,
  reversesEntryNo: entry.entryNo,
  charge: negated(entry.charge),
});

const negated = (charge: ChargeEntry["charge"]): ChargeEntry["charge"] => ({
  ...charge,
  amount: nanos(-charge.amount),
  converted: charge.converted && { ...charge.converted, tariffAmount: nanos(-charge.converted.tariffAmount) },
});
