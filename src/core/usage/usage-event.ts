import type { Called, Calling, E164 } from "../numbering/number.ts";
import type { EpochMs } from "../time/epoch.ts";
import type { Consumed } from "./service-units.ts";
import type { CallDirection, ReleaseCause } from "./switch-call.ts";

/**
 * The canonical usage event: one billable leg in one clean form, whatever switch reported it. Times are UTC, numbers
 * are E.164 or short codes, units are in the names. What it costs is not here: charges are separate rows.
 *
 * A short message is an event whose times are one, at which it was accepted. Of data, `called` is the rating group as
 * ten digits, `egressTrunk` the network that carried it (MCC and MNC), and `talkedMs` how long it was up.
 */
export interface UsageEvent {
  readonly key: string;
  readonly leg: string;
  readonly callId: string | null;
  readonly direction: CallDirection;
  readonly calling: Calling;
  readonly called: Called;
  /** Where a ported number of North America is routed to (LRN), as the record says; null: it does not. */
  readonly routingNumber: E164 | null;
  /** The tech prefix taken off the called number ("1234#"); null for none. Account rules may name it. */
  readonly techPrefix: string | null;
  readonly startedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs;
  /** Talk time as measured. */
  readonly talkedMs: number;
  /** Talk time in whole seconds by the source's duration rule: what rating takes. 0 when not answered. */
  readonly talkedS: number;
  /** What is rated where it is no call: messages, octets; left out: a call, by its `talkedS`. */
  readonly consumed?: Consumed;
  readonly accountCode: string | null;
  readonly sipUser: string | null;
  readonly sourceAddress: string | null;
  readonly ingressTrunk: string | null;
  readonly egressTrunk: string | null;
  readonly cause: ReleaseCause;
}
