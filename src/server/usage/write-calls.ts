import { invariant } from "../../core/invariant.ts";
import { calledText } from "../../core/numbering/stored-number.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { uuidText } from "../db/binary-copy.ts";
import { together } from "../db/together.ts";
import type { Tx } from "../db/tx.ts";
import type { OriginOf } from "./batch-origin.ts";
import { entriesInForce, nextEntryNo, reversalOf } from "./charge-entries.ts";
import { claimIdentities } from "./claim-identities.ts";
import { type Conflict, judgeConflict } from "./conflict.ts";
import { holdStoredCalls } from "./hold-stored-calls.ts";
import { insertCharges } from "./insert-charges.ts";
import { insertUsage } from "./insert-usage.ts";
import type { ChargeEntry, PricedCall } from "./priced-call.ts";
import {
  type ChargePlace,
  loadChargeEntries,
  loadStoredUsage,
  moveIdentities,
  retireUsage,
  type StoredUsage,
} from "./stored-usage.ts";

/** A call that began at this time is stored in the archive, and may be another than the one that came. */
export interface Archived {
  readonly archivedFrom: EpochMs;
}

/** What became of one call of a batch. */
export type CallFate = "stored" | Conflict | Archived;

/** The fate of every call, in the order they came, and the charges to post. */
export interface WrittenCalls {
  readonly fates: readonly CallFate[];
  readonly entries: readonly ChargeEntry[];
}

/**
 * Prices anew what depends on the calls before: new calls, of which none is a duplicate any more. It is told what
 * corrections take back and charge, because that changes what depends on them.
 */
export type PriceInTurn = (
  tx: Tx,
  calls: readonly PricedCall[],
  corrected: readonly ChargeEntry[],
) => Promise<readonly PricedCall[]>;

/**
 * Stores priced calls, each identity once: a new one is stored, a known one is a duplicate, a correction (the stored
 * event is retired, its charges are reversed, and the new reading takes its place) or a reused key, which the caller
 * quarantines. Posting the charges is left to the caller, as the last thing in the transaction. `onClaimed` is called
 * once nothing that is left to do here can wait for another transaction. All calls are of one tenant.
 */
export async function writeCalls(
  tx: Tx,
  originOf: OriginOf,
  calls: readonly PricedCall[],
  { priceInTurn, onClaimed }: { readonly priceInTurn: PriceInTurn; readonly onClaimed: () => void },
): Promise<WrittenCalls> {
  const fates: CallFate[] = calls.map(() => "stored");
  const firsts = byBook(firstOfEachIdentity(calls, fates));
  const knownOrds = await claimIdentities(
    tx,
    firsts.map(({ call }) => call),
  );
  const corrections = await settleKnown(tx, originOf, { firsts, knownOrds, fates });
  const correctedEntries = await correct(tx, originOf, corrections);
  const fresh = firsts.filter(({ place }) => fates[place] === "stored").map(({ call }) => call);
  const inTurn = await priceInTurn(tx, fresh, correctedEntries);
  onClaimed();
  const revisions = new Map(corrections.map(({ call, stored }) => [call, stored.revision + 1]));
  const entries = [...inTurn.flatMap((call) => chargeEntries(call, 0)), ...correctedEntries];
  await together(tx, [
    () => insertUsage(tx, originOf, [...fresh, ...revisions.keys()], revisions),
    () => insertCharges(tx, originOf, entries),
  ]);
  return { fates, entries };
}

/** A call, and its place among the calls that came. */
interface PlacedCall {
  readonly call: PricedCall;
  readonly place: number;
}

/** Calls of one book together: their rows share pages of the tables and of the indexes, which begin with the book. */
const byBook = (placed: readonly PlacedCall[]): PlacedCall[] =>
  [...Map.groupBy(placed, ({ call }) => call.bookId).values()].flat();

/** A call whose new reading takes the place of the stored one. */
interface Correction {
  readonly call: PricedCall;
  readonly stored: StoredUsage;
}

/** Judges calls whose identities were claimed before; answers those that are to be stored anew. */
export async function settleKnown(
  tx: Tx,
  originOf: OriginOf,
  {
    firsts,
    knownOrds,
    fates,
  }: {
    readonly firsts: readonly PlacedCall[];
    readonly knownOrds: readonly number[];
    readonly fates: CallFate[];
  },
): Promise<readonly Correction[]> {
  const known = knownOrds.map((ord) => {
    const first = firsts[ord];
    invariant(first, "a claim answers places of the calls");
    return first;
  });
  const [some] = known;
  if (some === undefined) return [];
  await holdStoredCalls(tx, originOf(some.call.id).tenantId);
  const storedById = await loadStoredUsage(
    tx,
    known.map(({ call }) => call),
  );
  const corrections: Correction[] = [];
  for (const { place, call } of known) {
    const stored = storedById.get(uuidText(call.id));
    invariant(stored, `identity ${uuidText(call.id)} points at a stored usage event`);
    if ("archived" in stored) {
      // Of a call in the archive only the fingerprints are at hand, and nothing of it can be corrected there.
      const same = stored.derivedHash === call.derivedHash;
      fates[place] = same ? "duplicate" : { archivedFrom: stored.startedAt };
      continue;
    }
    const conflict = judgeConflict(stored, call);
    fates[place] = conflict;
    if (conflict === "correction") corrections.push({ call, stored });
  }
  return corrections;
}

/** Within a batch the first of each identity stands for it; what comes after is judged against that one. */
function firstOfEachIdentity(calls: readonly PricedCall[], fates: CallFate[]): PlacedCall[] {
  const firstById = new Map<string, PricedCall>();
  const firsts: PlacedCall[] = [];
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

/** A call as it will be stored, for one that comes after it. */
export const asStored = ({ contentHash, derivedHash, event }: PricedCall) => ({
  contentHash,
  derivedHash,
  called: calledText(event.called),
  answeredAt: event.answeredAt,
  talkedS: event.talkedS,
  ...(event.consumed && { consumed: event.consumed }),
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

/**
 * Retires what is stored of corrected calls and points their identities at the new readings; answers the reversals of
 * their charges and the new ones.
 */
export async function correct(
  tx: Tx,
  originOf: OriginOf,
  corrections: readonly Correction[],
): Promise<readonly ChargeEntry[]> {
  if (corrections.length === 0) return [];
  const existing = await loadChargeEntries(tx, corrections.flatMap(placesOf));
  for (const [batchId, ofBatch] of Map.groupBy(corrections, ({ call }) => originOf(call.id).batchId))
    await retireUsage(
      tx,
      ofBatch.map(({ stored }) => stored),
      batchId,
    );
  await moveIdentities(
    tx,
    corrections.map(({ call }) => call),
  );
  return corrections.flatMap(({ call }) => {
    const ofCall = existing.filter((entry) => entry.usageId === call.id);
    const reversals = reversalsOf(ofCall);
    const atNewPlace = [...ofCall, ...reversals].filter(
      (entry) => entry.bookId === call.bookId && entry.answeredAt === call.event.answeredAt,
    );
    return [...reversals, ...chargeEntries(call, nextEntryNo(atNewPlace))];
  });
}

/** Charges may stand where the event was and, after a correction that was taken back, where it goes now. */
function placesOf({ call, stored }: Correction): ChargePlace[] {
  const usageId = uuidText(call.id);
  return [
    { bookId: stored.bookId, answeredAt: stored.answeredAt },
    { bookId: call.bookId, answeredAt: call.event.answeredAt },
  ].flatMap(({ bookId, answeredAt }) => (answeredAt === null ? [] : [{ bookId, answeredAt, usageId }]));
}

/** The negatives of all charges of one event that no reversal has taken back yet, each where its charge stands. */
function reversalsOf(entries: readonly ChargeEntry[]): ChargeEntry[] {
  const places = Map.groupBy(entries, (entry) => `${entry.bookId} ${entry.answeredAt}`);
  return [...places.values()].flatMap((atPlace) => {
    const next = nextEntryNo(atPlace);
    return entriesInForce(atPlace).map((entry, index) => reversalOf(entry, next + index));
  });
}
