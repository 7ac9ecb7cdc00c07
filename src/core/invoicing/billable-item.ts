import { DECIMAL_SCALE_MAX, type Decimal, unitsAt } from "../money/decimal.ts";
import { type Nanos, nanos } from "../money/nanos.ts";
import type { Consumed } from "../usage/service-units.ts";
import type { BillingPeriod } from "./billing-period.ts";

/**
 * Something that an invoice can bill, to the nano. Each kind has an identity, under which what should be billed is
 * compared with what was billed. Subscriptions and one-off charges will be kinds of their own.
 */
export type BillableItem = UsageItem | AdjustmentItem;

/** All calls of one period to one destination at one rate: one row as carriers print it. */
export interface UsageItem {
  readonly kind: "usage";
  /** The period in which the calls were answered. */
  readonly period: BillingPeriod;
  readonly destination: string;
  /**
   * What is used; left out: calls. What is billed and covered is in its units, and the rate for `UNITS_RATED` of them.
   */
  readonly service?: Consumed["service"];
  /**
   * Price a minute in the invoice's currency: times the minutes, and with the fees, it makes the amount, but for the
   * rounding of each call. null for calls of several rates, calls at a bound of their cost, and other currencies.
   */
  readonly ratePerMinute: Decimal | null;
  readonly calls: number;
  readonly billedS: number;
  /** Connect fees in the amount, as far as they are known apart from it. */
  readonly connectFees: Nanos;
  /** Surcharges in the amount, beside rate and fees, likewise; absent: none. */
  readonly surcharges?: Nanos;
  /** Absent: money paid for all of it. */
  readonly covered?: Covered;
  /** Number of the invoice that billed an earlier period first, which late and corrected calls of it refer to. */
  readonly precedingInvoice?: string;
  readonly exactAmount: Nanos;
}

/** What allowances paid of a line's calls. */
export interface Covered {
  /** The allowances' names. */
  readonly by: string;
  /** The part of the billed seconds: the rate is for the rest of them. */
  readonly seconds: number;
}

/** A correction in money, posted to the account since its last invoice. */
export interface AdjustmentItem {
  readonly kind: "adjustment";
  readonly adjustmentId: string;
  readonly description: string;
  readonly exactAmount: Nanos;
}

/**
 * Equal for items that are the same thing to bill; sorts calls by period, destination and rate, then data and messages
 * likewise, and adjustments last.
 * The parts are joined by NUL, which no database text holds and which sorts first: "Austria" before "Austria Mobile".
 */
export function itemKey(item: BillableItem): string {
  if (item.kind === "adjustment") return ["2", item.adjustmentId].join("\0");
  const { period, destination, service = "", ratePerMinute, covered } = item;
  const rate = ratePerMinute === null ? "" : unitsAt(ratePerMinute, DECIMAL_SCALE_MAX).toString().padStart(40, "0");
  return [`1${service}`, period.startDate, period.endDate, destination, rate, covered?.by ?? ""].join("\0");
}

/**
 * What should be billed less what was billed, one item an identity, in order of {@link itemKey}; items of nothing are
 * left out. Re-rated calls come out as a negative item at the old rate and a positive one at the new.
 */
export function unbilledItems(should: readonly BillableItem[], billed: readonly BillableItem[]): BillableItem[] {
  const items = new Map<string, BillableItem>();
  for (const item of should) merge(items, item);
  for (const item of billed) merge(items, negated(item));
  return [...items.entries()]
    .filter(([, item]) => !isNothing(item))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
}

function merge(items: Map<string, BillableItem>, item: BillableItem): void {
  const key = itemKey(item);
  const before = items.get(key);
  items.set(key, before === undefined ? item : added(before, item));
}

function added(a: BillableItem, b: BillableItem): BillableItem {
  const exactAmount = nanos(a.exactAmount + b.exactAmount);
  if (a.kind !== "usage" || b.kind !== "usage") return { ...a, exactAmount };
  const connectFees = nanos(a.connectFees + b.connectFees);
  const covered = a.covered && { by: a.covered.by, seconds: a.covered.seconds + (b.covered?.seconds ?? 0) };
  const counts = { calls: a.calls + b.calls, billedS: a.billedS + b.billedS };
  const both = surchargesOf(nanos((a.surcharges ?? 0n) + (b.surcharges ?? 0n)));
  return { ...withoutSurcharges(a), exactAmount, connectFees, ...both, ...counts, ...(covered && { covered }) };
}

const surchargesOf = (surcharges: Nanos): Pick<UsageItem, "surcharges"> => (surcharges === 0n ? {} : { surcharges });

const withoutSurcharges = ({ surcharges: _, ...item }: UsageItem): UsageItem => item;

function negated(item: BillableItem): BillableItem {
  const exactAmount = nanos(-item.exactAmount);
  if (item.kind !== "usage") return { ...item, exactAmount };
  const connectFees = nanos(-item.connectFees);
  const covered = item.covered && { by: item.covered.by, seconds: 0 - item.covered.seconds };
  const counts = { calls: 0 - item.calls, billedS: 0 - item.billedS };
  const surcharges = surchargesOf(nanos(-(item.surcharges ?? 0n)));
  return { ...item, exactAmount, connectFees, ...surcharges, ...counts, ...(covered && { covered }) };
}

const isNothing = (item: BillableItem): boolean =>
  item.exactAmount === 0n && (item.kind !== "usage" || (item.calls === 0 && item.billedS === 0));
