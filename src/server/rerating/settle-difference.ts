import { chargeDifference, sameMoney } from "../../core/rating/charge-difference.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { BulkTx } from "../db/tx.ts";
import { entriesInForce, nextEntryNo, reversalOf } from "../usage/charge-entries.ts";
import { insertCharges } from "../usage/insert-charges.ts";
import { type ChargedAccount, postCharges } from "../usage/post-charges.ts";
import type { ChargeEntry, PricedCharge } from "../usage/priced-call.ts";
import { type ChargePlace, loadChargeEntries } from "../usage/stored-usage.ts";

/** A stored call, and all that should be charged for it. */
export interface DueCall {
  /** The usage event's id, as 16 Latin-1 characters (`uuidBytes`). */
  readonly usageId: string;
  /** The payer's book and the time of answer: where the charges belong. */
  readonly bookId: string;
  readonly answeredAt: EpochMs;
  /** Every side; empty for a call that is not to be charged at all. */
  readonly due: readonly PricedCharge[];
}

/** The batch that the reversals and charges belong to, and how its journals are signed. */
export interface Settling {
  readonly tenantId: string;
  /** A row of `batches` of this transaction. */
  readonly batchId: bigint;
  readonly bookedAt: EpochMs;
  readonly bookedBy: string;
  readonly memo: string;
  /** The tenant's accounts: their payment, currency and credit limit (`RatingContext.accounts`). */
  readonly accounts: ReadonlyMap<string, ChargedAccount>;
}

/** When a charge in force stands for one that should be, so that both stay as they are. */
export type SameCharge = (inForce: PricedCharge, due: PricedCharge) => boolean;

/**
 * Brings what is charged for stored calls to what should be: takes back the charges that should not be, charges what is
 * missing, and posts both to the ledger, one journal a book. Equal charges stay, so that settling twice is settling
 * once and posts nothing. Append-only: a reversal stands where its charge does and names it.
 *
 * The one writer of differences, for re-rating and for the replay of cumulative prices alike. The caller has locked the
 * calls' identities (`lockIdentities`), has seen after that what should be charged, and does nothing more in the
 * transaction that locks identities. It is the last thing before the commit: the books are locked here, in order of
 * their ids. Batches may be of any size that fits in memory; a few thousand calls are best.
 *
 * Answers the entries that were written: empty when everything was as it should be.
 */
export async function settleDifference(
  tx: BulkTx,
  settling: Settling,
  calls: readonly DueCall[],
  same: SameCharge = sameMoney,
): Promise<readonly ChargeEntry[]> {
  const written = await loadChargeEntries(tx, calls.map(placeOf));
  return await writeDifference(tx, settling, differenceEntries(calls, written, same));
}

/** {@link settleDifference} where the entries are made already. */
export async function writeDifference(
  tx: BulkTx,
  { tenantId, batchId, ...signature }: Settling,
  entries: readonly ChargeEntry[],
): Promise<readonly ChargeEntry[]> {
  if (entries.length === 0) return entries;
  await insertCharges(tx, () => ({ tenantId, batchId }), entries);
  await postCharges(tx, { batchId, ...signature, entries });
  return entries;
}

/** Where a call's charges stand. */
export const placeOf = ({ usageId, bookId, answeredAt }: Omit<DueCall, "due">): ChargePlace => ({
  usageId: uuidText(usageId),
  bookId,
  answeredAt,
});

/** Reversals and new charges that bring calls from what is written to what should be, call by call. */
export function differenceEntries(
  calls: readonly DueCall[],
  written: readonly ChargeEntry[],
  same: SameCharge,
): ChargeEntry[] {
  const ofCalls = entriesByPlace(written);
  return calls.flatMap((call) => {
    const atPlace = ofCalls.get(placeKey(call)) ?? [];
    const { reversed, charged } = chargeDifference(entriesInForce(atPlace), call.due, same);
    const next = nextEntryNo(atPlace);
    const { usageId, bookId, answeredAt } = call;
    return [
      ...reversed.map((entry, index) => reversalOf(entry, next + index)),
      ...charged.map((charge, index) => {
        const entryNo = next + reversed.length + index;
        return { usageId, bookId, answeredAt, entryNo, reversesEntryNo: null, charge };
      }),
    ];
  });
}

/** Entries of many calls by {@link placeKey}, in their order. */
export const entriesByPlace = (entries: readonly ChargeEntry[]): ReadonlyMap<string, ChargeEntry[]> =>
  Map.groupBy(entries, placeKey);

/** One text for a call at one place. */
export const placeKey = ({ usageId, bookId, answeredAt }: Omit<DueCall, "due">): string =>
  `${usageId}${bookId}${answeredAt}`;
