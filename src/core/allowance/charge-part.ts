import { type Nanos, nanosFromSql, nanosToSql } from "../money/nanos.ts";
import type { SurchargeAmount } from "../rating/surcharge-amount.ts";
import type { TierMeasure } from "../rating/tier.ts";

/** What paid for a part of a call, set the price of one, or was added to it. */
export type ChargePart = CoveredPart | TieredPart | SurchargePart;

interface Part {
  /** The allowance's or the tiers' key and name. */
  readonly key: string;
  readonly name: string;
  /**
   * Billed seconds of the call, or units of another service; null where money was paid, and where the charge was priced
   * as a whole.
   */
  readonly seconds: number | null;
}

export interface CoveredPart extends Part {
  readonly kind: "allowance";
  /** Money that an allowance of money paid, in the account's currency; null for time and calls. */
  readonly paid: Nanos | null;
}

export interface TieredPart extends Part {
  readonly kind: "tier";
  readonly paid: null;
  readonly by: TierMeasure;
  /** From 1. */
  readonly step: number;
  /** A minute or a call: "0.02"; or "10% off". */
  readonly price: string;
}

/** An amount beside the price of the rate, in the tariff's currency. */
export interface SurchargePart extends SurchargeAmount {
  readonly kind: "surcharge";
}

/** A charge's parts as JSON carries them: amounts are plain decimals. */
export type ChargePartJson =
  | (Omit<CoveredPart, "paid"> & { readonly paid: string | null })
  | TieredPart
  | (Omit<SurchargePart, "amount"> & { readonly amount: string });

export const chargePartsToJson = (parts: readonly ChargePart[]): readonly ChargePartJson[] =>
  parts.map((part) => {
    if (part.kind === "surcharge") return { ...part, amount: nanosToSql(part.amount) };
    return part.paid === null ? { ...part, paid: null } : { ...part, paid: nanosToSql(part.paid) };
  });

/** Reads what {@link chargePartsToJson} made. */
export const chargePartsFromJson = (parts: readonly ChargePartJson[]): readonly ChargePart[] =>
  parts.map((part) => {
    if (part.kind === "surcharge") return { ...part, amount: nanosFromSql(part.amount) };
    return part.paid === null ? { ...part, paid: null } : { ...part, paid: nanosFromSql(part.paid) };
  });

export const surchargeParts = (surcharges: readonly SurchargeAmount[]): readonly SurchargePart[] =>
  surcharges.map((surcharge) => ({ kind: "surcharge", ...surcharge }));

/** The billed units that allowances paid, of all parts. */
export const coveredUnits = (parts: readonly ChargePart[]): number =>
  parts.reduce((sum, part) => (part.kind === "allowance" ? sum + (part.seconds ?? 0) : sum), 0);
