import { invariant } from "../../core/invariant.ts";
import { nanos } from "../../core/money/nanos.ts";
import { calledText } from "../../core/numbering/stored-number.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { BulkTx } from "../db/tx.ts";
import { type Conflict, judgeConflict } from "./conflict.ts";
import type { ChargeEntry, PricedCall } from "./priced-call.ts";
import { type BatchOrigin, claimIdentities, insertCharges, insertUsage, type StoredRevision } from "./stage.ts";
import {
  type ChargePlace,
  loadChargeEntries,
  loadStoredUsage,
  moveIdentities,
  retireUsage,
  type StoredUsage,
} from "./stored-usage.ts";

/** What became of one call of a batch. */
export type CallFate = "stored" | Conflict;

/** The fate of every call, in the order they came, and the charges to post. */
export interface WrittenCalls {
  readonly fates: readonly CallFate[];
  readonly entries: readonly ChargeEntry[];
}

/**
 * Stores priced calls, each identity once: a new one is stored, a known one is a duplicate, a correction (the stored
 * event is
 * retired, its charges are reversed, and the new reading takes its place) or a reused key, which the caller
 * quarantines.
 * Posting the charges is left to the caller, as the last thing in the transaction. `onClaimed` is called once nothing
 * that is left
 * to do here can wait for another transaction.
 */
export async function writeCalls(
  tx: BulkTx,
  origin: BatchOrigin,
  calls: readonly PricedCall[],
  onClaimed: () => void,
): Promise<WrittenCalls> {
  const fates: CallFate[] = calls.map(() => "stored");
  const firsts = firstOfEachIdentity(calls, fates);
  const known = (
    await claimIdentities(
      tx,
      firsts.map(({ call }) => call),
    )
  ).map((place) => firsts[place]);
  const corrections: { readonly call: PricedCall; readonly stored: StoredUsage }[] = [];
  if (known.length > 0) {
    const storedById = await loadStoredUsage(
      tx,
      known.flatMap((first) => first?.call ?? []),
    );
    for (const first of known) {
      invariant(first, "a claim answers a place of the batch");
      const stored = storedById.get(uuidText(first.call.id));
      invariant(stored, `identity ${uuidText(first.call.id)} points at a stored usage event`);
      const conflict = judgeConflict(stored, first.call);
      fates[first.place] = conflict;
      if (conflict === "correction") corrections.push({ call: first.call, stored });
    }
  }
  const fresh = firsts.filter(({ place }) => fates[place] === "stored").map(({ call }) => ({ call, revision: 0 }));
  const corrected = await correct(tx, origin, corrections);
  onClaimed();
  const entries = [...fresh.flatMap(({ call }) => chargeEntries(call, 0)), ...corrected.entries];
  await insertUsage(tx, origin, [...fresh, ...corrected.revisions]);
  await insertCharges(tx, origin, entries);
  return { fates, entries };
}

/** Within a batch the first of each identity stands for it; what comes after is judged against that one. */
function firstOfEachIdentity(calls: readonly PricedCall[], fates: CallFate[]): { call: PricedCall; place: number }[] {
  const firstById = new Map<string, PricedCall>();
  const firsts: { call: PricedCall; place: number }[] = [];
  for (const [place, call] of calls.entries()) {
    const id = call.id;
    const first = firstById.get(id);
    if (first === undefined) {
      firstById.set(id, call);
      firsts.push({ call, place });
      continue;
    }
    fates[place] = judgeConflict(asStored(first), call);
    // Both are read under the same settings, so a difference is the switch's own.
    invariant(fates[place] !== "correction", "two readings of one record in one batch are equal");
  }
  return firsts;
}

const asStored = ({ contentHash, derivedHash, event }: PricedCall) => ({
  contentHash,
  derivedHash,
  called: calledText(event.called),
  answeredAt: event.answeredAt,
  talkedS: event.talkedS,
});

function chargeEntries(call: PricedCall, firstEntryNo: number): ChargeEntry[] {
  const { answeredAt } = call.event;
  if (answeredAt === null) return [];
  return call.charges.map((charge, index) => ({
    usageId: call.id,
    bookId: call.bookId,
    answeredAt,
    entryNo: firstEntryNo + index,
    reversesEntryNo: null,
    charge,
  }));
}

async function correct(
  tx: BulkTx,
  { batchId }: BatchOrigin,
  corrections: readonly { readonly call: PricedCall; readonly stored: StoredUsage }[],
): Promise<{ readonly revisions: readonly StoredRevision[]; readonly entries: readonly ChargeEntry[] }> {
  if (corrections.length === 0) return { revisions: [], entries: [] };
  const existing = await loadChargeEntries(tx, corrections.flatMap(placesOf));
  await retireUsage(
    tx,
    corrections.map(({ stored }) => stored),
    batchId,
  );
  await moveIdentities(
    tx,
    corrections.map(({ call }) => call),
  );
  const entries = corrections.flatMap(({ call }) => {
    const ofCall = existing.filter((entry) => entry.usageId === call.id);
    const reversals = reversalsOf(ofCall);
    const atNewPlace = [...ofCall, ...reversals].filter(
      (entry) => entry.bookId === call.bookId && entry.answeredAt === call.event.answeredAt,
    );
    return [...reversals, ...chargeEntries(call, nextEntryNo(atNewPlace))];
  });
  return { revisions: corrections.map(({ call, stored }) => ({ call, revision: stored.revision + 1 })), entries };
}

/** Charges may stand where the event was and, after a correction that was taken back, where it goes now. */
function placesOf({ call, stored }: { readonly call: PricedCall; readonly stored: StoredUsage }): ChargePlace[] {
  const usageId = uuidText(call.id);
  return [
    { bookId: stored.bookId, answeredAt: stored.answeredAt },
    { bookId: call.bookId, answeredAt: call.event.answeredAt },
  ].flatMap(({ bookId, answeredAt }) => (answeredAt === null ? [] : [{ bookId, answeredAt, usageId }]));
}

const nextEntryNo = (entries: readonly ChargeEntry[]): number =>
  entries.reduce((next, entry) => Math.max(next, entry.entryNo + 1), 0);

/** The negatives of all charges of one event that no reversal has taken back yet, each where its charge stands. */
function reversalsOf(entries: readonly ChargeEntry[]): ChargeEntry[] {
  const places = Map.groupBy(entries, (entry) => `${entry.bookId} ${entry.answeredAt}`);
  return [...places.values()].flatMap((atPlace) => {
    const reversed = new Set(atPlace.map((entry) => entry.reversesEntryNo));
    const active = atPlace.filter((entry) => entry.reversesEntryNo === null && !reversed.has(entry.entryNo));
    const next = nextEntryNo(atPlace);
    return active.map((entry, index) => ({
      ...entry,
      entryNo: next + index,
      reversesEntryNo: entry.entryNo,
      charge: negated(entry.charge),
    }));
  });
}

const negated = (charge: ChargeEntry["charge"]): ChargeEntry["charge"] => ({
  ...charge,
  amount: nanos(-charge.amount),
  converted: charge.converted && { ...charge.converted, tariffAmount: nanos(-charge.converted.tariffAmount) },
});
