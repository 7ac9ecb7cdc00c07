import type { Decimal } from "../../core/money/decimal.ts";
import type { AccountMoney, GrantedUnits } from "./service-units.ts";

/** What the last units are followed by (RFC 8506 §5.6). */
export type FinalUnitAction =
  | { readonly kind: "terminate" }
  /** Everything goes to a portal until the account is topped up. */
  | { readonly kind: "redirect"; readonly to: "ipv4" | "ipv6" | "url" | "sip-uri"; readonly address: string }
  /** Only what the rules (IPFilterRule) or the filters that the gateway has by name let through. */
  | { readonly kind: "restrict"; readonly rules: readonly string[]; readonly filterIds: readonly string[] };

/** What one service is granted. */
export interface ServiceGrant {
  /** As in the request; left out where that had none. */
  readonly ratingGroup?: number | undefined;
  readonly serviceIds?: readonly number[];
  /** Of this service alone; only said where services are told apart. */
  readonly resultCode: number;
  /** Undefined: nothing. */
  readonly granted?: GrantedUnits | undefined;
  /** The peer asks again after so many seconds at the latest. */
  readonly validityS?: number | undefined;
  readonly finalUnit?: FinalUnitAction | undefined;
  /** The pool that the units are a share of, and how much of it one unit takes. */
  readonly pool?: { readonly id: number; readonly unitType: PoolUnit; readonly multiplier: Decimal } | undefined;
  /** 3GPP: report when so little is left. */
  readonly timeThresholdS?: number | undefined;
  readonly volumeThresholdOctets?: number | undefined;
  readonly unitThreshold?: number | undefined;
  /** 3GPP: give the rest back after so many seconds without traffic; 0 turns that off. */
  readonly holdingTimeS?: number | undefined;
  /** 3GPP: time goes on counting for so many seconds after the last packet. */
  readonly consumptionTimeS?: number | undefined;
}

/** CC-Unit-Type (RFC 8506 §8.32) in the order of its values from 0. */
export const POOL_UNITS = ["time", "money", "total-octets", "input-octets", "output-octets", "specific"] as const;
export type PoolUnit = (typeof POOL_UNITS)[number];

/** Credit-Control-Failure-Handling (RFC 8506 §8.14) in the order of its values from 0. */
export const FAILURE_HANDLINGS = ["terminate", "continue", "retry-and-terminate"] as const;

/** How a credit-control request is answered (RFC 8506 §3.2). */
export interface CreditControlAnswer {
  /**
   * 2001, or why not: 4010, 4011, 4012, 5003, 5030, 5031, …; a 3xxx makes it an answer of the protocol, without units.
   */
  readonly resultCode: number;
  /** One for each service of the request that it answers, in any order; none in most refusals. */
  readonly services: readonly ServiceGrant[];
  /** What an event or the session cost, or would cost; `unit` says per what, as "minute". */
  readonly cost?: (AccountMoney & { readonly unit?: string | undefined }) | undefined;
  /** Of a balance check: whether there is enough. */
  readonly hasEnoughCredit?: boolean | undefined;
  /** 3GPP: what is left. */
  readonly remainingBalance?: AccountMoney | undefined;
  /** 3GPP: whether that is little, so that the subscriber can be told. */
  readonly isBalanceLow?: boolean | undefined;
  /** Whether the peer may go on with another server when this one is gone; left out: it may not. */
  readonly mayFailOver?: boolean | undefined;
  /** What the peer does when no server answers. */
  readonly failureHandling?: (typeof FAILURE_HANDLINGS)[number] | undefined;
  /** For people. */
  readonly errorMessage?: string | undefined;
}
