import type { ChargePart } from "../../core/allowance/charge-part.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";

/** A usage event that has a payer and a price on every side: all that storing it takes. */
export interface PricedCall {
  /** The identity (usage/identity.ts), which is also the event's id. */
  readonly id: string;
  /** Fingerprints of the record as it came and of what our settings made of it: see {@link judgeConflict}. */
  readonly contentHash: number;
  readonly derivedHash: number;
  readonly line: number;
  readonly event: UsageEvent;
  readonly bookId: string;
  readonly accountId: string;
  readonly vendorAccountId: string | null;
  readonly charges: readonly PricedCharge[];
}

/** One side's price of one call, in the account's currency. */
export interface PricedCharge {
  readonly side: "cost" | "reseller" | "customer";
  /** Who pays this side: the customer or reseller charged, or the vendor that is owed. */
  readonly accountId: string;
  /**
   * What is charged for; left out: voice. What is billed and covered is in its units, and the rate for `UNITS_RATED`.
   */
  readonly service?: Consumed["service"];
  readonly amount: Nanos;
  readonly currency: Currency;
  /** Set where the tariff's currency is another: the price there, and the rate of the day of answer. */
  readonly converted: {
    readonly tariffAmount: Nanos;
    readonly tariffCurrency: Currency;
    readonly exchangeRate: string;
  } | null;
  readonly tariffId: string;
  readonly tariffEpoch: number;
  readonly prefix: string;
  readonly destination: string;
  /** The rate a minute that, times the seconds billed and with the fee, makes the amount; null where none does. */
  readonly rate: string | null;
  /** The connect fee in the amount, in the tariff's currency like the rate; null: none. */
  readonly connectFee: string | null;
  readonly billedS: number;
  /** Absent: rate and fee alone made the amount. */
  readonly coverage?: ChargeCoverage;
}

/** What allowances, tiers and surcharges had to do with a charge. */
export interface ChargeCoverage {
  /** The part of the billed seconds that allowances paid. */
  readonly coveredS: number;
  readonly parts: readonly ChargePart[];
}

/** A charge as it is stored: {@link PricedCharge}, numbered within its usage event, or the reversal of one. */
export interface ChargeEntry {
  readonly usageId: string;
  readonly bookId: string;
  readonly answeredAt: EpochMs;
  readonly entryNo: number;
  readonly reversesEntryNo: number | null;
  readonly charge: PricedCharge;
}
