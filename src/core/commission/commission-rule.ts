import type { Decimal } from "../money/decimal.ts";
import { type DestinationGroup, isInGroup } from "../tenancy/destination-group.ts";
import type { Service } from "../usage/service-units.ts";

export const COMMISSION_OF = ["revenue", "margin"] as const;
/** What the percentage is of: what the customer is charged, or that less what the calls cost the seller. */
export type CommissionOf = (typeof COMMISSION_OF)[number];

export const COMMISSION_ON = ["invoiced", "collected"] as const;
/** When it counts: once it is on an invoice, or as far as that is paid. */
export type CommissionOn = (typeof COMMISSION_ON)[number];

/** A percentage and from when on it holds; all that is given must be reached on the day of a call. */
export interface CommissionStep {
  readonly percent: Decimal;
  /** A day on the customer's clock; null: always. */
  readonly from: Temporal.PlainDate | null;
  /** Whole months since the customer came: 12 is the second year. */
  readonly afterMonths: number;
}

/** What an agent earns on a kind of usage. Of an agent's rules the first that a call meets is the only one. */
export interface CommissionRule {
  /** Unique with the agent: what was booked is compared by it. */
  readonly name: string;
  readonly of: CommissionOf;
  readonly on: CommissionOn;
  /** null: any. */
  readonly service: Service | null;
  /** Where calls go, by the prefix and the destination that they were rated at; empty: anywhere. */
  readonly groups: readonly DestinationGroup[];
  /** The last that is reached holds; none: nothing is earned. */
  readonly steps: readonly CommissionStep[];
}

/** What is asked of a part of a sale, to find who earns what on it. */
export interface SoldPlace {
  /** When it was answered, on the customer's clock. */
  readonly day: Temporal.PlainDate;
  readonly service: Service;
  /** Of the rate: "49", or "=" and a short code. */
  readonly prefix: string;
  readonly destination: string;
}

/** The rule that a part of a sale meets first, and the percentage then; null: none. */
export function ruleFor(
  rules: readonly CommissionRule[],
  place: SoldPlace,
  customerSince: Temporal.PlainDate,
): { readonly rule: CommissionRule; readonly percent: Decimal } | null {
  const rule = rules.find((one) => meets(one, place));
  const step = rule?.steps.findLast((one) => isReached(one, place.day, customerSince));
  return rule === undefined || step === undefined ? null : { rule, percent: step.percent };
}

function meets({ service, groups }: CommissionRule, place: SoldPlace): boolean {
  if (service !== null && service !== place.service) return false;
  const called = { calledText: place.prefix, destination: place.destination };
  return groups.length === 0 || groups.some((group) => isInGroup(group, called));
}

function isReached(
  { from, afterMonths }: CommissionStep,
  day: Temporal.PlainDate,
  customerSince: Temporal.PlainDate,
): boolean {
  const { compare } = Temporal.PlainDate;
  if (from !== null && compare(day, from) < 0) return false;
  return afterMonths === 0 || compare(day, customerSince.add({ months: afterMonths })) >= 0;
}
