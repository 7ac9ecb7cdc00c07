import type { EpochMs } from "../../core/time/epoch.ts";
import type { PricedCharge } from "../usage/priced-call.ts";

/**
 * Which calls to re-rate, and on which sides. Everything that is given must hold; nothing given is every answered call
 * of the tenant.
 */
export interface Selection {
  /** By the time of answer; half-open. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** Ids; null: of every account. Only what these accounts pay, or are owed, is re-rated. */
  readonly accounts: readonly string[] | null;
  /** Ids; null: of every tariff. Only what was charged at one of these, or should be, is re-rated. */
  readonly tariffs: readonly string[] | null;
  /** null: all sides. */
  readonly sides: readonly PricedCharge["side"][] | null;
  /** First digits of the called number, as it is stored ("=1" for short codes); null: any. */
  readonly prefix: string | null;
  /** Name of the destination on any side, as the tariff has it; null: any. */
  readonly destination: string | null;
  readonly sourceId: string | null;
  /** Only charges converted from or to this currency; null: any. */
  readonly currency: string | null;
  /** Only what was charged before this publication of a tariff; null: whenever. */
  readonly beforeEpoch: number | null;
}

/** What a re-rating does beside giving calls today's prices. */
export interface ReratingOptions {
  /** Find payer and vendor anew, by today's account rules and trunks; without it, both stay. */
  readonly findParties: boolean;
  /** Take back what was charged for calls that today's legs and directions of their source do not count as usage. */
  readonly takeBackExcluded: boolean;
  /** Also renew charges of the same money whose rate, destination or seconds read differently today. */
  readonly renewDescriptions: boolean;
}

/** Everything that a re-rating is asked for. */
export interface ReratingRequest {
  readonly tenantId: string;
  readonly selection: Selection;
  readonly options: ReratingOptions;
}

/** Whether a charge, or what should be charged in its place, is one of those that are to be re-rated. */
export function isSelected(
  { accounts, tariffs, sides }: Selection,
  charge: Pick<PricedCharge, "accountId" | "tariffId" | "side">,
): boolean {
  return (
    (accounts === null || accounts.includes(charge.accountId)) &&
    (tariffs === null || tariffs.includes(charge.tariffId)) &&
    (sides === null || sides.includes(charge.side))
  );
}
