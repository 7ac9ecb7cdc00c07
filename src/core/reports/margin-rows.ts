import { formatDecimal } from "../money/decimal.ts";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";
import { divideRounded } from "../money/rounding.ts";

export const MARGIN_BY = ["account", "destination", "day", "level"] as const;
/** What a row of a margin report is about. */
export type MarginBy = (typeof MARGIN_BY)[number];

/** A sum of charges with one key, in the currency of the report. */
export interface MarginPart {
  /** Code of an account, destination, day ("2026-03-02") or code of the seller of a level. */
  readonly key: string;
  readonly kind: "revenue" | "cost";
  readonly amount: Nanos;
  /** Of revenue: calls, messages and data sessions that are charged; 0 of cost. */
  readonly calls: number;
}

export interface MarginSums {
  readonly calls: number;
  readonly revenue: Nanos;
  readonly cost: Nanos;
  readonly margin: Nanos;
  /** Of the revenue, with one decimal, half up: "40"; null where there is no revenue. */
  readonly marginPercent: string | null;
}

export interface MarginRow extends MarginSums {
  readonly key: string;
}

/** One row a key, in the order of the keys' text, and what they add up to. */
export function marginRows(parts: Iterable<MarginPart>): {
  readonly rows: readonly MarginRow[];
  readonly total: MarginSums;
} {
  const byKey = new Map<string, MarginPart[]>();
  for (const part of parts) {
    const ofKey = byKey.get(part.key);
    if (ofKey === undefined) byKey.set(part.key, [part]);
    else ofKey.push(part);
  }
  const rows = [...byKey].map(([key, ofKey]) => ({ key, ...sumsOf(ofKey) }));
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { rows, total: sumsOf([...byKey.values()].flat()) };
}

function sumsOf(parts: readonly MarginPart[]): MarginSums {
  const sum = (wanted: MarginPart["kind"]): Nanos =>
    parts.reduce((total, { kind, amount }) => (kind === wanted ? nanos(total + amount) : total), NO_NANOS);
  const [revenue, cost] = [sum("revenue"), sum("cost")];
  const margin = nanos(revenue - cost);
  const calls = parts.reduce((total, part) => total + part.calls, 0);
  const marginPercent =
    revenue > 0n ? formatDecimal({ units: divideRounded(margin * 1_000n, revenue, "half-up"), scale: 1 }) : null;
  return { calls, revenue, cost, margin, marginPercent };
}
