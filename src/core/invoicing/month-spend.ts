import { type Nanos, nanos } from "../money/nanos.ts";

/** What an account's packages say of its spend in a month. */
export interface SpendTerms {
  /** Flat fees of the tier steps that the month has reached. */
  readonly fees: readonly { readonly name: string; readonly amount: Nanos }[];
  /** null: no such bound. */
  readonly minimum: Nanos | null;
  readonly maximum: Nanos | null;
}

export const SPEND_KINDS = ["tier-fee", "minimum-spend", "maximum-spend"] as const;
export type SpendKind = (typeof SPEND_KINDS)[number];

/** Something that a month comes to beside its calls. A discount is below zero. */
export interface SpendItem {
  readonly kind: SpendKind;
  /** The tiers of a fee; "" for what there is one of. */
  readonly name: string;
  readonly amount: Nanos;
}

/**
 * What a whole month comes to beside its usage: fees first, then what is missing to the least or beyond the most that
 * usage and fees may come to. To be asked when the month is over: in its middle nobody knows what is missing.
 */
export function spendItems(usage: Nanos, { fees, minimum, maximum }: SpendTerms): SpendItem[] {
  const items: SpendItem[] = fees.map(({ name, amount }) => ({ kind: "tier-fee", name, amount }));
  const spend = fees.reduce<bigint>((sum, { amount }) => sum + amount, usage);
  if (minimum !== null && spend < minimum)
    items.push({ kind: "minimum-spend", name: "", amount: nanos(minimum - spend) });
  if (maximum !== null && spend > maximum)
    items.push({ kind: "maximum-spend", name: "", amount: nanos(maximum - spend) });
  return items.filter(({ amount }) => amount !== 0n);
}

/** What should be posted less what was, item by item: late calls change what was missing. */
export function unpostedSpend(should: readonly SpendItem[], posted: readonly SpendItem[]): SpendItem[] {
  const items = new Map<string, SpendItem>();
  const add = (item: SpendItem, sign: bigint) => {
    const key = `${item.kind} ${item.name}`;
    items.set(key, { ...item, amount: nanos((items.get(key)?.amount ?? 0n) + sign * item.amount) });
  };
  for (const item of should) add(item, 1n);
  for (const item of posted) add(item, -1n);
  return [...items.values()].filter(({ amount }) => amount !== 0n);
}
