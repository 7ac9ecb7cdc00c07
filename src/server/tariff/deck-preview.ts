import { addDecimal, compareDecimal, type Decimal } from "../../core/money/decimal.ts";
import { divideRounded } from "../../core/money/rounding.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { Finding } from "../../decks/check/finding.ts";
import type { ChangeKind, DeckChange } from "../../decks/diff/deck-diff.ts";
import type { DeckComparison } from "./compare-deck.ts";
import { perMinute } from "./cost-per-minute.ts";

/** What a person looks at before a deck is published: the sums, and of everything the worst or first few. */
export interface DeckPreview {
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Rates that get a new name. */
  readonly renamed: number;
  /** Codes that are closed because a full deck lacks them. */
  readonly missingCodes: number;
  readonly findings: readonly FindingGroup[];
  /** The first changes of each kind that does something. */
  readonly samples: readonly DeckChange[];
  readonly increases: readonly Increase[];
  /** null: no cost tariff was named. */
  readonly margins: { readonly belowCost: number; readonly lowest: readonly Margin[] } | null;
}

/** All findings of one rule. */
export interface FindingGroup {
  readonly code: Finding["code"];
  readonly severity: Finding["severity"];
  readonly total: number;
  readonly first: readonly Finding[];
}

/** A price a minute that goes up, and by how many percent. */
export interface Increase {
  readonly change: DeckChange;
  readonly percent: Decimal;
}

/** A price a minute and what it costs; `percent` of the cost. */
export interface Margin {
  readonly change: DeckChange;
  readonly price: Decimal;
  readonly cost: Decimal;
  readonly percent: Decimal;
}

/** `limit`: how many of each. */
export function previewDeck({ diff, findings, cost }: DeckComparison, limit: number): DeckPreview {
  return {
    counts: diff.counts,
    renamed: diff.operations.rename.length,
    missingCodes: diff.missingCodes,
    findings: groupFindings(findings, limit),
    samples: firstOfEachKind(diff.changes, limit),
    increases: biggestIncreases(diff.changes).slice(0, limit),
    margins: cost === null ? null : marginsOf(diff.changes, cost, limit),
  };
}

function groupFindings(findings: readonly Finding[], limit: number): FindingGroup[] {
  const groups = [...Map.groupBy(findings, ({ code }) => code)].map(([code, all]) => {
    const severity: Finding["severity"] = all.some((one) => one.severity === "block") ? "block" : "warn";
    return { code, severity, total: all.length, first: all.slice(0, limit) };
  });
  return groups.sort((a, b) => a.severity.localeCompare(b.severity) || b.total - a.total);
}

/** In this order, the gravest first. Rows that do nothing are left out. */
const SHOWN: readonly ChangeKind[] = ["error", "closed", "blocked", "increase", "decrease", "reopened", "new"];

function firstOfEachKind(changes: readonly DeckChange[], limit: number): DeckChange[] {
  const groups = Map.groupBy(changes, ({ kind }) => kind);
  return SHOWN.flatMap((kind) => (groups.get(kind) ?? []).slice(0, limit));
}

function biggestIncreases(changes: readonly DeckChange[]): Increase[] {
  const increases = changes.flatMap((change) => {
    const { kind, previous, before, after } = change;
    const old = previous ?? before;
    if (kind !== "increase" || old === null || after === null || old.ratePerUnit.units === 0n) return [];
    const percent = percentAbove(minutePrice(old), minutePrice(after));
    // Longer steps or a connection fee alone are no higher price.
    return percent.units > 0n ? [{ change, percent }] : [];
  });
  return increases.sort((a, b) => compareDecimal(b.percent, a.percent));
}

function marginsOf(changes: readonly DeckChange[], cost: NonNullable<DeckComparison["cost"]>, limit: number) {
  const margins = changes.flatMap((change): Margin[] => {
    const { after, prefix, origin, effectiveFrom } = change;
    const minuteCost = after === null || after.blocked ? null : cost(prefix, effectiveFrom, origin);
    if (after === null || minuteCost === null || minuteCost.units === 0n) return [];
    const price = minutePrice(after);
    return [{ change, price, cost: minuteCost, percent: percentAbove(minuteCost, price) }];
  });
  margins.sort((a, b) => compareDecimal(a.percent, b.percent));
  const belowCost = margins.filter(({ percent }) => percent.units < 0n).length;
  return { belowCost, lowest: margins.slice(0, limit) };
}

const minutePrice = ({ ratePerUnit, unitS }: Rate): Decimal => perMinute(ratePerUnit, unitS);

/** By how many percent `value` lies above `base`, to one decimal away from zero: no loss is shown as none. */
function percentAbove(base: Decimal, value: Decimal): Decimal {
  const { units, scale } = addDecimal(value, { units: -base.units, scale: base.scale });
  const numerator = units * 1_000n * 10n ** BigInt(base.scale);
  return { units: divideRounded(numerator, base.units * 10n ** BigInt(scale), "up"), scale: 1 };
}
