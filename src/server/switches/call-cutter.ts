import type { CutWay } from "../../core/charging/cut-way.ts";
import type { Session } from "../charging/session.ts";

/**
 * A call that is up, by what its switch knows it by: `attempt.key` and `leg`, `attempt.recordKey`, and what its adapter
 * kept in `attempt.handle` when the switch asked or reported.
 */
export type CallToCut = Pick<Session, "id" | "tenantId" | "sourceId" | "attempt">;

/** What a switch answered when it was told to end a call. */
export type CutOutcome =
  /** It ends the call; the stop comes as of any call, or does not come (docs/reference/switch-protocols.md). */
  | { readonly kind: "ended" }
  /** It has no such call. */
  | { readonly kind: "no-call" }
  /** It would not, or could not be asked; `why` is a sentence for the operator. It is tried again, a few times. */
  | { readonly kind: "failed"; readonly why: string };

/** Ends calls at the switches of one protocol. */
export interface CallCutter {
  /** By which settings choose it. */
  readonly way: CutWay;
  /** Whether this process has a way to the call's switch now: a connection that it holds, or an address to send to. */
  reaches(call: CallToCut): boolean;
  /**
   * Tells the switch to end the call, and waits for its answer, 40 seconds at the most. Never throws for what a switch
   * does. A call may be cut twice: the second time the switch has it no more.
   */
  cut(call: CallToCut): Promise<CutOutcome>;
}
