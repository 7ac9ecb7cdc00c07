import type { CutWay } from "../../core/charging/cut-way.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { Reject } from "../../core/reject.ts";
import type { MoneyEnd } from "../../core/tenancy/money-end.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { ReleaseCause, SwitchCall } from "../../core/usage/switch-call.ts";

/**
 * A call as a switch tells of it before it is over; its numbers are as the switch writes them. With `consumed`, of
 * which only the service counts, it is a session of that service: whatever is in seconds of a call is then in its
 * units.
 */
export interface CallAttempt
  extends Omit<SwitchCall, "answeredAt" | "endedAt" | "talkedMs" | "reportedS" | "cause" | "part"> {
  /** The key of the call's own record, where that is another than the session's; known once the call is answered. */
  readonly recordKey?: string;
  /** How the switch is told to end the call, as its latest report that says so has it. */
  readonly handle?: CallHandle;
}

/** What a switch has to be told so that it finds one of its calls, beside the key. */
export interface CallHandle {
  /** The protocol that the call came by. */
  readonly way: CutWay;
  /** Where its messages come from: an IP address, or a peer's host. */
  readonly address?: string;
  /** Names and values that the protocol's cutter understands: User-Name and Acct-Session-Id of RADIUS. */
  readonly names: readonly (readonly [name: string, value: string])[];
}

/** What the talk time of a report counts: the whole call, or what came since the report before (Diameter). */
export type TalkCounted = "whole-call" | "since-last-report";

interface OfSession {
  readonly sourceId: string;
  /** What the protocol knows this request by: a repeat has the same, and is given the same answer. */
  readonly requestKey: string;
  /** What the switch was told already, while the database was away: it stands, whatever would be decided now. */
  readonly told?: ChargingAnswer;
}

/** May this call begin, and for how long? Opens the session and holds what it may cost until then. */
export interface Authorise extends OfSession {
  readonly kind: "authorise";
  readonly attempt: CallAttempt;
  /** Seconds of talk time, or units of another service, asked for; null: as long as it may last. */
  readonly wantedS: number | null;
  /** It is only asked how long: nothing is held, and no session begins. */
  readonly isQuote?: true;
  /** What the switch can do when the payer's money ends, unless the account says what; left out: end the call. */
  readonly whenMoneyEnds?: MoneyEnd;
  /** Its key is every call's: once the call is over, what looks like a repeat may be another call with its name. */
  readonly isUnnamed?: true;
}

/**
 * The call goes on: how far it has come, and how much further it wants to go. Also the report of its answer, at 0 ms.
 */
export interface Update extends OfSession, SessionName {
  readonly kind: "update";
  /** null: not answered yet. */
  readonly answeredAt: EpochMs | null;
  readonly talkedMs: number;
  /** Units of a session that is no call, in the place of `talkedMs`. */
  readonly used?: number;
  readonly counted: TalkCounted;
  /** As of {@link Authorise}; "granted": no further than it may go already. */
  readonly wantedS: number | null | "granted";
  /** As of {@link Authorise}. */
  readonly whenMoneyEnds?: MoneyEnd;
  /** As {@link CallAttempt.recordKey}; null: the report does not say. */
  readonly recordKey: string | null;
  /** As {@link CallAttempt.handle}; left out: the report does not say. */
  readonly handle?: CallHandle;
  /** Where the call goes now, where it was transferred: all of it is charged by that, as its record is. */
  readonly called?: string;
  /** Its number among those of its session, where the protocol counts them (CC-Request-Number). */
  readonly number?: number;
}

/** The call is over. */
export interface Stop extends OfSession, SessionName {
  readonly kind: "stop";
  /** null: it was not answered, or the report does not say. */
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs;
  /** null: the report does not say; then the call has lasted since its answer was reported. */
  readonly talkedMs: number | null;
  /** As {@link Update.used}. */
  readonly used?: number;
  readonly counted: TalkCounted;
  /** The switch's own whole seconds; null: it has none. */
  readonly reportedS: number | null;
  readonly cause: ReleaseCause;
  /** As {@link CallAttempt.recordKey}; null: the report does not say. */
  readonly recordKey: string | null;
  /** The leg of the call's own record, where that is another than the session's. */
  readonly recordLeg?: string;
  /** Nothing was heard of the call for too long: it is ended as it was last known, until its own record comes. */
  readonly isGivenUp: boolean;
  /** The switch has the call no more, and its end was missed: given up at once, however lately it was heard of. */
  readonly isGone?: boolean;
  /** What the switch says of the call itself, in case its start never came; null: the report does not. */
  readonly attempt: CallAttempt | null;
}

/** Which session of the source: the switch's own key of the call, and the leg. */
export interface SessionName {
  readonly key: string;
  readonly leg: string;
}

export type ChargingRequest = Authorise | Update | Stop;

/** Why a call may not begin or go on. */
export interface Refusal {
  readonly code:
    | Reject["code"]
    | "balance-exhausted"
    | "spend-limited"
    | "sessions-limited"
    | "calls-per-second-limited"
    | "destination-barred"
    | "session-ended"
    | "unit-differs"
    | "database-away"
    | "debit-unknown"
    | "refund-too-high"
    | "currency-differs";
  readonly what: string;
  readonly fix: string;
}

/** What a switch is told of the payer's balance, for announcements. */
export interface BalanceTold {
  /** What may still be spent at `usedS`, as decimal text; left out: nobody pays, or who pays is trusted. */
  readonly left?: { readonly amount: string; readonly currency: Currency };
  /** That is below a threshold of the payer's. */
  readonly isLow?: true;
  /** Talk time of the whole call at which it falls below the next one; left out: not within this grant. */
  readonly lowAtS?: number;
}

/** What a request is answered; it is kept with the session, so that a repeat is answered the same. */
export type ChargingAnswer =
  | ({
      readonly kind: "granted";
      /** Whole talk time of the call at which the grant ends, in seconds. */
      readonly talkS: number;
      /** What of it is used by the reports so far. */
      readonly usedS: number;
      /** Nothing more will be granted after this: the call ends there. */
      readonly isLast: boolean;
      /** What ends it: nothing (ask again), the longest call allowed, the price, or the balance. */
      readonly limitedBy: "wanted" | "cap" | "price" | "balance";
      /** When the clock brings another rate of the payer's tariff; left out: not within this grant. */
      readonly rateChangesAt?: EpochMs;
      /** What happens when this grant ends, because the payer's money does; left out: the call ends. */
      readonly whenMoneyEnds?: Exclude<MoneyEnd, { readonly action: "terminate" }>;
    } & BalanceTold)
  | { readonly kind: "refused"; readonly reason: Refusal }
  /** The call is over and accounted for. */
  | {
      readonly kind: "closed";
      readonly fate: "stored" | "duplicate" | "corrected" | "quarantined" | "non-billable" | "journalled";
    }
  /** No session of that name is known: it was never opened, or forgotten long after its end. */
  | { readonly kind: "unknown" };
