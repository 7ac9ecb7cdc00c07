import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { LockedUnits } from "../allowance/locked-units.ts";
import { inTurnOf } from "../allowance/price-batch-in-turn.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Tx } from "../db/tx.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import type { OriginOf } from "../usage/batch-origin.ts";
import type { ChargeEntry } from "../usage/priced-call.ts";
import { findContents } from "../usage/stored-usage.ts";
import { type CallFate, writeCalls } from "../usage/write-calls.ts";
import { holdBackLate } from "./hold-back-late.ts";
import type { PreparedCall } from "./prepare-call.ts";

/** What became of one whole call. */
export type CallOutcome =
  | { readonly fate: "stored" | "corrected" }
  | { readonly fate: "non-billable"; readonly why: string }
  /** `unpriced`: why today's settings have no price for a call that is stored and keeps the one it has. */
  | { readonly fate: "duplicate"; readonly unpriced?: Reject }
  | { readonly fate: "quarantined"; readonly reject: Reject };

/** The outcome of every call, in their order, and the charges to post. */
export interface SettledCalls {
  readonly outcomes: readonly CallOutcome[];
  readonly entries: readonly ChargeEntry[];
}

/** What calls are priced by in their turn, and which batch each of them is of. */
interface SettledBy {
  readonly rating: RatingContext;
  /** What sessions that end with these calls hold of allowances; left out: none of them does. */
  readonly units?: LockedUnits;
  readonly originOf: OriginOf;
}

/**
 * Stores the calls that have a price. One that has none goes to quarantine, unless the very same record was stored
 * under earlier settings: what is stored and charged is not lost because a rule was taken away. The import tells of it.
 */
export async function settleCalls(
  tx: Tx,
  { rating, units, originOf }: SettledBy,
  arrived: readonly PreparedCall[],
  onClaimed: () => void,
): Promise<SettledCalls> {
  const prepared = await holdBackLate(tx, rating, arrived);
  const priced = prepared.flatMap((item) => (item.kind === "priced" ? [item.call] : []));
  const priceInTurn = inTurnOf(rating, units);
  const written = await writeCalls(tx, originOf, priced, { priceInTurn, onClaimed });
  const stored = await findContents(tx, prepared.flatMap(recordIds));
  let next = 0;
  const outcomes = prepared.map((item): CallOutcome => {
    switch (item.kind) {
      case "non-billable":
        return { fate: "non-billable", why: item.why };
      case "reject":
        return rejectedOutcome(item, stored);
      case "priced": {
        const fate = written.fates[next];
        next += 1;
        invariant(fate, "every priced call has a fate");
        return outcomeOf(fate, () => item.call.event.key);
      }
      default:
        return item satisfies never;
    }
  });
  return { outcomes, entries: written.entries };
}

/** The identity of a call that has no price and may be stored all the same. */
export const recordIds = (item: PreparedCall): string[] =>
  item.kind === "reject" && item.record !== null ? [uuidText(item.record.id)] : [];

/** `stored`: fingerprints of what is stored, by identity. */
export function rejectedOutcome(
  { reject, record }: Extract<PreparedCall, { readonly kind: "reject" }>,
  stored: ReadonlyMap<string, number>,
): CallOutcome {
  if (record !== null && stored.get(uuidText(record.id)) === record.contentHash)
    return { fate: "duplicate", unpriced: reject };
  return { fate: "quarantined", reject };
}

const STORED: CallOutcome = { fate: "stored" };

/** `keyOf`: answers the call's key. */
export function outcomeOf(fate: CallFate, keyOf: () => string): CallOutcome {
  if (fate === "stored") return STORED;
  if (typeof fate === "object") return { fate: "quarantined", reject: monthArchived(keyOf(), fate.archivedFrom) };
  if (fate === "key-reused") return { fate: "quarantined", reject: keyReused(keyOf()) };
  return { fate: fate === "correction" ? "corrected" : fate };
}

function monthArchived(key: string, startedAt: EpochMs): Reject {
  const month = toInstant(startedAt).toString().slice(0, 7);
  return {
    code: "month-archived",
    what: `The key "${key}" is of a call of ${month}, which is in the archive; this record says otherwise of it.`,
    fix: `Put the month back with \`tollwright archive restore ${month}\` and try the row again, or dismiss it.`,
  };
}

const keyReused = (key: string): Reject => ({
  code: "key-reused",
  what: `The switch has used the key "${key}" before, for another call.`,
  fix: "Map a key that the switch never repeats (docs/reference/cdr-mapping.md), or dismiss the row if the stored call is the right one.",
});
