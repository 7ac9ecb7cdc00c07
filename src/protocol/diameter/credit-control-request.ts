import type { EpochMs } from "../../core/time/epoch.ts";
import type { Avp } from "./avp.ts";
import type { MessageHeader } from "./header.ts";
import type { ServiceInformation } from "./service-information.ts";
import type { ServiceUnits, UsedUnits } from "./service-units.ts";

/** CC-Request-Type (RFC 8506 §8.3) in the order of its values from 1. */
export const REQUEST_TYPES = ["initial", "update", "termination", "event"] as const;
/** Requested-Action (RFC 8506 §8.41) in the order of its values from 0. */
export const REQUESTED_ACTIONS = ["debit", "refund", "balance", "price"] as const;
/** Subscription-Id-Type (RFC 8506 §8.47) in the order of its values from 0. */
export const SUBSCRIPTION_KINDS = ["e164", "imsi", "sip-uri", "nai", "private"] as const;

/** Who is charged. The text is the peer's: Kamailio writes a whole SIP URI with its port here. */
export interface SubscriptionId {
  readonly kind: (typeof SUBSCRIPTION_KINDS)[number];
  readonly data: string;
}

/** What a request says of one service: a Multiple-Services-Credit-Control, or what stands at the command itself. */
export interface ServiceRequest {
  readonly ratingGroup: number | undefined;
  readonly serviceIds: readonly number[];
  /** Undefined: nothing is asked for. Without any kind of units: as much as the server sees fit. */
  readonly requested: ServiceUnits | undefined;
  readonly used: readonly UsedUnits[];
  /**
   * Reporting-Reason of TS 32.299, why the service reports now: 0 threshold, 1 holding time, 2 final, 3 exhausted,
   * 4 validity time, 5 another kind of quota, 6 change of conditions, 7 asked by us, 8 pool exhausted.
   */
  readonly reportingReason: number | undefined;
  /** The pool that the service draws on together with others (RFC 8506 §5.1.2). */
  readonly poolIds: readonly number[];
}

/** A Credit-Control-Request, read and found to be in order (RFC 8506 §3.1). */
export interface CreditControlRequest {
  readonly sessionId: string;
  /** Tells sessions apart that share a session id; undefined: there is but one. */
  readonly subSessionId: bigint | undefined;
  readonly type: (typeof REQUEST_TYPES)[number];
  /** With the session (and sub-session) id the key of the request: a repetition has the same. */
  readonly number: number;
  /** The T flag: it may have been sent before. */
  readonly isRetransmission: boolean;
  /** What an event asks for; undefined in sessions. */
  readonly action: (typeof REQUESTED_ACTIONS)[number] | undefined;
  readonly originHost: string;
  readonly originRealm: string;
  readonly destinationRealm: string;
  /** "32260@3gpp.org": which specification says what the units mean. */
  readonly serviceContextId: string;
  /** When it happened, by the peer's clock. */
  readonly eventAt: EpochMs | undefined;
  readonly userName: string | undefined;
  readonly subscriptions: readonly SubscriptionId[];
  /** User-Equipment-Info: 0 IMEISV, 1 MAC, 2 EUI-64, 3 modified EUI-64, and its octets in hexadecimal. */
  readonly equipment: { readonly type: number; readonly hex: string } | undefined;
  /** Ties the events of one service delivery together; hexadecimal. */
  readonly correlationId: string | undefined;
  /** Why a session ends (RFC 6733 §8.15): 1 logout, …; only at its termination. */
  readonly terminationCause: number | undefined;
  /** A number that grows when the peer has lost its sessions (RFC 6733 §8.16). */
  readonly originStateId: number | undefined;
  /** Whether units stand in Multiple-Services-Credit-Control; else `services` is the one at the command. */
  readonly hasMultipleServices: boolean;
  /** The peer takes answers with several services (Multiple-Services-Indicator). */
  readonly takesMultipleServices: boolean;
  readonly services: readonly ServiceRequest[];
  /** Called-Station-Id at the command: what NASREQ gateways name the called party or the access point by. */
  readonly calledStationId: string | undefined;
  readonly information: ServiceInformation;
  /** What the answer gives back as it is. */
  readonly envelope: RequestEnvelope;
}

/** What an answer repeats of its request. */
export interface RequestEnvelope {
  readonly header: MessageHeader;
  readonly sessionId: string | undefined;
  /** What relays on the way put in to find the way back (RFC 6733 §6.2), in their order. */
  readonly proxyInfo: readonly Avp[];
}
