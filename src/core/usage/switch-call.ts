import type { EpochMs } from "../time/epoch.ts";
import type { Consumed } from "./service-units.ts";

/**
 * One leg of a call as a switch's record tells it, before Tollwright's own rules: times are already UTC (the decoder
 * knows the source's zone and clock), numbers are still as the switch wrote them. {@link UsageEvent} is what becomes of
 * it.
 */
export interface SwitchCall {
  /** The switch's own key, never built from times, account or anything that a setting can change. */
  readonly key: string;
  /**
   * Which leg of the call: "" where the format has one record a call, else "a", "b", a channel or a sequence number.
   */
  readonly leg: string;
  /** Links the legs of one call; null where the format has no such field. */
  readonly callId: string | null;
  /** Who this record is about: the caller's leg, the callee's leg, or a leg that a forwarder pays. */
  readonly direction: CallDirection;
  readonly calling: string;
  readonly called: string;
  /** The called side's routing number (LRN), where the record has a field for it; a called URI may carry it too. */
  readonly routingNumber?: string | null;
  /** Set-up; the answer time where the switch does not say. */
  readonly startedAt: EpochMs;
  /** null: never answered. */
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs;
  /** Talk time as finely as the switch measured it; 0 when not answered. */
  readonly talkedMs: number;
  /** Talk time in whole seconds as the switch itself reports it; null where it has no such field. */
  readonly reportedS: number | null;
  /** Set where it is no call: what was used instead of talk time, as {@link UsageEvent} has it. */
  readonly consumed?: Consumed;
  readonly accountCode: string | null;
  readonly sipUser: string | null;
  readonly sourceAddress: string | null;
  readonly ingressTrunk: string | null;
  readonly egressTrunk: string | null;
  readonly cause: ReleaseCause;
  /** Set when the switch writes a long call in parts (partial records): parts of one key are one call. */
  readonly part: { readonly sequence: number; readonly last: boolean } | null;
}

export const CALL_DIRECTIONS = ["originating", "terminating", "forwarding"] as const;
export type CallDirection = (typeof CALL_DIRECTIONS)[number];

/** Why the call ended, in the numbers the switch gave: ITU-T Q.850 cause, SIP status, or its own word. */
export interface ReleaseCause {
  readonly q850: number | null;
  readonly sip: number | null;
  readonly text: string | null;
}

export const NO_CAUSE: ReleaseCause = { q850: null, sip: null, text: null };

/**
 * One row of an accounting log in which a call is two rows: the answered INVITE and the BYE (Kamailio and OpenSIPS
 * acc).
 */
export interface CallHalf {
  /** Equal for the two halves of one call, whichever direction the BYE went. */
  readonly key: string;
  readonly side: "start" | "end";
  readonly at: EpochMs;
  /** The other instant that `at` may be, where the row has a local time that clocks showed twice; null otherwise. */
  readonly otherAt: EpochMs | null;
  /** What only the start half knows; null on an end half. */
  readonly call: Omit<SwitchCall, "endedAt" | "talkedMs" | "reportedS" | "part"> | null;
  readonly cause: ReleaseCause;
}
