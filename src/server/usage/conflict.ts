import { calledText } from "../../core/numbering/stored-number.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { type Consumed, serviceOf } from "../../core/usage/service-units.ts";
import type { PricedCall } from "./priced-call.ts";

/** What the identity table and the stored event say of a record that came before. */
export interface StoredCall {
  readonly contentHash: number;
  readonly derivedHash: number;
  readonly called: string;
  readonly answeredAt: EpochMs | null;
  readonly talkedS: number;
  readonly consumed?: Consumed;
}

/** What a second record with a known identity is. */
export type Conflict =
  /** The same call again, from this or another way in of the same switch: nothing to store. */
  | "duplicate"
  /**
   * The same record, which a corrected setting (zone, account rule, numbering) now reads differently: the new reading
   * holds.
   */
  | "correction"
  /** Another call under a key that the switch has used before: to quarantine, nobody can tell which one is meant. */
  | "key-reused";

/** Stands for the content of a record that says what was last known of a call; a fingerprint of text is never 0. */
export const PROVISIONAL_CONTENT = 0;

/** Two ways in of one switch round times differently: file in whole seconds, push in milliseconds. */
const SAME_CALL_TOLERANCE_MS = 2_000;

/** Judges a record against the stored one of the same identity. */
export function judgeConflict(stored: StoredCall, arrived: PricedCall): Conflict {
  if (stored.derivedHash === arrived.derivedHash) return "duplicate";
  // What is only provisional gives way to any record of the call, and to no record gives way itself.
  if (arrived.contentHash === PROVISIONAL_CONTENT) return "duplicate";
  if (stored.contentHash === PROVISIONAL_CONTENT) return "correction";
  if (stored.contentHash === arrived.contentHash) return "correction";
  return tellsTheSameCall(stored, arrived) ? "duplicate" : "key-reused";
}

function tellsTheSameCall(stored: StoredCall, { event }: PricedCall): boolean {
  if (stored.called !== calledText(event.called) || serviceOf(stored) !== serviceOf(event)) return false;
  if (stored.consumed?.quantity !== event.consumed?.quantity) return false;
  if (Math.abs(stored.talkedS - event.talkedS) * 1_000 > SAME_CALL_TOLERANCE_MS) return false;
  if (stored.answeredAt === null || event.answeredAt === null) return stored.answeredAt === event.answeredAt;
  return Math.abs(stored.answeredAt - event.answeredAt) <= SAME_CALL_TOLERANCE_MS;
}
