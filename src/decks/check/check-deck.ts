import { counted } from "../../core/counted.ts";
import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import {
  addDecimal,
  compareDecimal,
  type Decimal,
  formatDecimal,
  multiplyDecimal,
  parseDecimal,
} from "../../core/money/decimal.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { DeckRow } from "../deck-row.ts";
import type { DeckChange, DeckDiff } from "../diff/deck-diff.ts";
import { lastPrice, type Price } from "../diff/rate-terms.ts";
import { type DeckRules, FINDING_SEVERITIES, type Finding, type FindingCode } from "./finding.ts";
import { findScaleOutliers } from "./scale-outliers.ts";

/** What the rules compare with, beside the deck itself. */
export interface CheckContext {
  /** When the deck arrived: notice is counted from here. */
  readonly receivedAt: EpochMs;
  /** Currency of the tariff that the deck is for. */
  readonly currency: Currency;
  /** Rows of the deck that could not be used: a full deck closes their codes with the others it lacks. */
  readonly rejectedRows?: number;
  /** The tariff is derived: what the deck prices are overrides. */
  readonly isDerived?: boolean;
  /** Cost per minute of a call to `prefix` at `at` from a zone, in the tariff's currency; null: none is known. */
  readonly costPerMinute?: (prefix: string, at: EpochMs, origin: string | null) => Decimal | null;
}

const DAY_MS = 86_400_000;

/** Kinds whose price holds from the change on. */
const PRICED = new Set<DeckChange["kind"]>(["new", "increase", "decrease", "reopened"]);

/**
 * Holds a deck against an operator's rules. Findings come rule by rule, in deck order; a deck without a `block` finding
 * may be published as it is. Source: docs/concepts/rate-decks.md.
 */
export function checkDeck(
  diff: DeckDiff,
  rows: readonly DeckRow[],
  rules: DeckRules,
  context: CheckContext,
): Finding[] {
  const drafts = [
    ...diff.changes.flatMap((change) => checkChange(change, rules, context)),
    ...checkWithdrawn(diff),
    ...checkScale(rows),
    ...checkCurrency(rows, context.currency),
    ...checkWhole(diff, rules, context.rejectedRows ?? 0),
    ...(context.isDerived ? checkOverrides(diff) : []),
  ];
  return drafts.flatMap((draft) => {
    const severity = rules.severities?.[draft.code] ?? FINDING_SEVERITIES[draft.code];
    return severity === "off" ? [] : [{ ...draft, severity }];
  });
}

type Draft = Omit<Finding, "severity">;

function checkChange(change: DeckChange, rules: DeckRules, context: CheckContext): Draft[] {
  const { kind, prefix, origin, line } = change;
  const found: Draft[] = [];
  const add = (code: FindingCode, what: string, fix: string): void => {
    found.push({
      code,
      prefix,
      line,
      what: `${prefix} ${change.destination}${origin === null ? "" : ` from ${origin}`}: ${what}`,
      fix,
    });
  };
  if (kind === "unchanged") return found;
  if (kind === "error") {
    add("rows-contradict", `${change.why}.`, "Correct the deck, or ask the carrier which row holds.");
    return found;
  }
  if (kind === "expired") {
    add("row-expired", "the row's end date has passed.", "Nothing to do if the deck is old; else ask for a new one.");
    return found;
  }
  if (change.isBackdated) {
    add(
      "backdated-change",
      `the ${kind} takes effect ${day(change.effectiveFrom)}, before the deck was read.`,
      'Move the date, or import with pastDates "now"; calls since then are rated again only on request.',
    );
  }
  const noticeDays = rules.noticeDays?.[kind] ?? 0;
  if (noticeDays > 0 && change.effectiveFrom - context.receivedAt < noticeDays * DAY_MS) {
    add(
      "notice-short",
      `the ${kind} takes effect ${day(change.effectiveFrom)}, less than ${counted(noticeDays, "day")} after receipt.`,
      "Ask the carrier to keep the agreed notice, or accept the change.",
    );
  }
  if (PRICED.has(kind)) checkPrice(change, { rules, context, add });
  return found;
}

interface PriceCheck {
  readonly rules: DeckRules;
  readonly context: CheckContext;
  readonly add: (code: FindingCode, what: string, fix: string) => void;
}

function checkPrice(change: DeckChange, { rules, context, add }: PriceCheck): void {
  const { after, previous, changed } = change;
  if (after === null) return;
  if (previous !== null && !previous.blocked) {
    const { jumpPercentMax } = rules;
    const pairs: [Price, Price][] = [];
    if (changed.includes("rate")) pairs.push([previous, after]);
    if (changed.includes("slots")) pairs.push([lastPrice(previous), lastPrice(after)]);
    const jump = pairs.find(([old, price]) => jumpPercentMax !== undefined && isJump(old, price, jumpPercentMax));
    if (jump !== undefined) {
      const [old, price] = jump.map(({ ratePerUnit }) => formatDecimal(ratePerUnit));
      add(
        "price-jump",
        `the price goes from ${old} to ${price}, more than ${jumpPercentMax} %.`,
        "Check the row with the carrier before publishing.",
      );
    }
    const [was, is] = [previous.increments, after.increments];
    if (is.firstS > was.firstS || is.nextS > was.nextS) {
      add(
        "increments-raised",
        `billing goes from ${was.firstS}/${was.nextS} to ${is.firstS}/${is.nextS}.`,
        "Short calls cost more now even at the same price.",
      );
    }
  }
  const cost = context.costPerMinute?.(change.prefix, change.effectiveFrom, change.origin) ?? null;
  const margin = rules.marginPercentMin ?? 0;
  const low = cost === null ? undefined : [after, ...after.slots].find((price) => isBelowCost(price, cost, margin));
  if (cost === null || low === undefined) return;
  add(
    "below-cost",
    `the price ${formatDecimal(low.ratePerUnit)} is below the cost of ${formatDecimal(cost)} a minute` +
      `${margin === 0 ? "" : ` plus ${margin} %`}.`,
    "Raise the price, or accept the loss.",
  );
}

const whole = (value: number): Decimal => ({ units: BigInt(value), scale: 0 });
/** A rule's number of percent, as it was typed. */
function percent(value: number): Decimal {
  const decimal = parseDecimal(String(value));
  invariant(decimal !== undefined, `a rule's percent is a plain number, got ${value}`);
  return decimal;
}

/** price ÷ unit × 60 < cost × (100 + margin) ÷ 100, without dividing. */
function isBelowCost({ ratePerUnit, unitS }: Price, cost: Decimal, marginPercent: number): boolean {
  const price = multiplyDecimal(ratePerUnit, whole(6_000));
  return compareDecimal(price, multiplyDecimal(multiplyDecimal(cost, percent(100 + marginPercent)), whole(unitS))) < 0;
}

/** Whether the price of `to` lies more than `percentMax` percent above or below that of `from`. */
function isJump(from: Price, to: Price, percentMax: number): boolean {
  const old = multiplyDecimal(from.ratePerUnit, whole(to.unitS));
  const price = multiplyDecimal(to.ratePerUnit, whole(from.unitS));
  const [low, high] = compareDecimal(price, old) < 0 ? [price, old] : [old, price];
  const difference = addDecimal(high, { units: -low.units, scale: low.scale });
  return compareDecimal(multiplyDecimal(difference, whole(100)), multiplyDecimal(old, percent(percentMax))) > 0;
}

/** The reader of a deck that came late, or of a list of changes, would not see it: no row of the deck says so. */
function checkWithdrawn({ withdrawn }: DeckDiff): Draft[] {
  return withdrawn.map(({ rate, line }) => ({
    code: "scheduled-withdrawn",
    prefix: rate.prefix,
    line,
    what:
      `${rate.prefix} ${rate.destination}: the ${rate.blocked ? "block" : `price ${formatDecimal(rate.ratePerUnit)}`} ` +
      `scheduled from ${day(rate.effectiveFrom)} is withdrawn: line ${line} prices the code from an earlier date on.`,
    fix: "If the scheduled change still holds, add its row to the deck (or import the newest deck last); else accept.",
  }));
}

function checkScale(rows: readonly DeckRow[]): Draft[] {
  const later = rows.flatMap((row) =>
    (row.slots ?? []).map((slot) => ({ ...row, ...slot, writtenDecimals: slot.ratePerUnit.scale })),
  );
  return [...findScaleOutliers(rows), ...findScaleOutliers(later)].map(({ row, ratio, comparedWith }) => ({
    code: "scale-outlier",
    prefix: row.prefix,
    line: row.line,
    what:
      `${row.prefix} ${row.destination}: the price ${formatDecimal(row.ratePerUnit)} is ${times(ratio)} ` +
      `${comparedWith === "country" ? "other prices of its country" : "the high prices of the deck"}.`,
    fix: "The decimal point seems lost or moved: correct the cell, or accept the price if the carrier confirms it.",
  }));
}

const times = (ratio: number): string =>
  ratio >= 1 ? `${Math.floor(ratio)} times` : `only 1/${Math.floor(1 / ratio)} of`;

function checkCurrency(rows: readonly DeckRow[], currency: Currency): Draft[] {
  return rows
    .filter((row) => row.currency !== null && row.currency !== currency)
    .map((row) => ({
      code: "currency-differs",
      prefix: row.prefix,
      line: row.line,
      what: `${row.prefix} ${row.destination}: the price is in ${row.currency}, the tariff in ${currency}.`,
      fix: "Import the deck into a tariff of its currency. Prices are never converted on import.",
    }));
}

function checkWhole(
  { missingCodes, currentCodes, mergedRows }: DeckDiff,
  { missingPercentMax }: DeckRules,
  rejectedRows: number,
): Draft[] {
  const found: Draft[] = [];
  if (rejectedRows > 0 && missingCodes > 0) {
    found.push({
      code: "rejected-codes-missing",
      prefix: null,
      line: null,
      what: `The deck closes codes that it lacks (${missingCodes}), and its rejected rows (${rejectedRows}) may hold them.`,
      fix: "Correct the rejected rows and import again, or accept that these codes are closed.",
    });
  }
  if (missingPercentMax !== undefined && missingCodes * 100 > currentCodes * missingPercentMax) {
    found.push({
      code: "codes-missing",
      prefix: null,
      line: null,
      what: `The deck lacks ${missingCodes} of the tariff's ${currentCodes} codes, more than ${missingPercentMax} %.`,
      fix: "If it holds only changes, import it as an amendment; as a full deck it closes those codes.",
    });
  }
  if (mergedRows > 0) {
    found.push({
      code: "rows-repeated",
      prefix: null,
      line: null,
      what: `${counted(mergedRows, "row says", "rows say")} the same as another row; they were merged.`,
      fix: "Nothing to do.",
    });
  }
  return found;
}

/** Somebody who imports a derived tariff's own price list again would cut all of it off from its base. */
function checkOverrides({ changes }: DeckDiff): Draft[] {
  const codes = new Set(changes.flatMap(({ kind, prefix }) => (kind === "new" ? [prefix] : [])));
  if (codes.size === 0) return [];
  return [
    {
      code: "overrides-new",
      prefix: null,
      line: null,
      what: `The tariff is derived: codes that the deck prices first (${codes.size}) will no longer follow its base.`,
      fix: "Import only what is to be priced apart from the formula; a whole price list belongs in a plain tariff.",
    },
  ];
}

/** "2026-03-09" for midnight UTC, else with the time. */
const day = (at: EpochMs): string =>
  toInstant(at)
    .toString()
    .replace(/T00:00:00Z$/, "");
