import type { Cycle } from "../allowance/cycle.ts";
import type { Allowance, CallScope } from "../allowance/pool-rules.ts";
import type { Nanos } from "../money/nanos.ts";
import type { TierTable } from "../rating/tier.ts";
import type { EpochMs } from "../time/epoch.ts";

/** What every part of a package says of itself. */
interface OfferPart {
  /** Unique among the package's allowances, or its tiers: what accounts have used is kept under it. */
  readonly name: string;
  readonly scope: CallScope;
  readonly cycle: Cycle;
  readonly priority: number;
  /** A promotion's dates: civil dates on the account's clock, or times with an offset; null: as long as the package. */
  readonly fromText: string | null;
  readonly toText: string | null;
}

export interface OfferedAllowance
  extends OfferPart,
    Pick<Allowance, "unit" | "quantity" | "rollover" | "paysConnectFee" | "waivesSurcharges"> {
  /** Of an allowance that is granted once: days of 24 hours until it expires; null: with the package. */
  readonly validDays: number | null;
}

export interface OfferedTiers extends OfferPart {
  readonly table: TierTable;
}

/** What a package gives, from one time on. */
export interface PackageVersion {
  readonly number: number;
  readonly effectiveFrom: EpochMs;
  readonly allowances: readonly OfferedAllowance[];
  readonly tiers: readonly OfferedTiers[];
  /** Of the account's usage in a month, in its currency; null: no such bound. */
  readonly minimumSpend: Nanos | null;
  readonly maximumSpend: Nanos | null;
}

/** Something to have beside a tariff: allowances, tiers, promotions, least and most spend. */
export interface Package {
  readonly id: string;
  readonly name: string;
  /** The oldest first; of one effective time the newest number alone. */
  readonly versions: readonly PackageVersion[];
}

/** That an account has a package for a while. */
export interface Subscription {
  readonly package: Package;
  readonly accountId: string;
  /** Accounts of the same book that use it up too. */
  readonly sharedWith: readonly string[];
  readonly from: EpochMs;
  /** Infinity: for good. */
  readonly to: EpochMs;
}
