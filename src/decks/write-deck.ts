import { utils, write } from "@e965/xlsx";
import { stringify } from "csv-stringify/sync";
import { inertText } from "../core/inert-text.ts";
import type { Currency } from "../core/money/currency.ts";
import { type Decimal, formatDecimal } from "../core/money/decimal.ts";
import type { Increments, Rate } from "../core/tariff/rate.ts";
import type { Surcharge } from "../core/tariff/tariff.ts";
import { type EpochMs, toInstant } from "../core/time/epoch.ts";
import { surchargeLine } from "./surcharge-line.ts";

/** How an exported deck looks. */
export interface DeckLayout {
  readonly currency: Currency;
  readonly delimiter?: "," | ";" | "\t";
  readonly decimal?: "." | ",";
  /** Each is a line of text below the rates. */
  readonly surcharges?: readonly Surcharge[];
}

const NEXT_RATE = "Subsequent rate";
const ORIGIN = "Origin";

const HEADER = [
  "Destination",
  "E.164 prefix",
  "Rate",
  NEXT_RATE,
  "Rate unit seconds",
  "Increment",
  "Connect fee",
  "Effective from",
  "Valid to",
  "Status",
  "Currency",
  ORIGIN,
];

/**
 * Whether a deck has columns for all that a rate costs: another price after the first step, but no further slots, free
 * seconds or bounds.
 */
export function isWrittenWhole(rate: Rate): boolean {
  const { blocked, slots, freeS, minimumS, increments, minimumCost, maximumCost } = rate;
  const steps = deckSteps(increments);
  const isBounded = minimumS > steps.firstS || minimumCost !== null || maximumCost !== null;
  return blocked || ((slots.length === 0 || nextPrice(rate) !== null) && freeS === 0 && !isBounded);
}

/** The price after the first step, where that is all that the slots say; null: it is none, or they say more. */
function nextPrice({ slots, increments, unitS }: Rate): Decimal | null {
  const [slot, ...others] = slots;
  const { firstS, nextS } = deckSteps(increments);
  const isNext = slot?.fromS === firstS && slot.stepS === nextS && slot.unitS === unitS;
  return slot !== undefined && isNext && others.length === 0 ? slot.ratePerUnit : null;
}

/**
 * Rates as a CSV deck that {@link readDeck} reads back to the same rates: prices with all their decimals and the
 * seconds they are for, times in UTC. Rates of time windows, and what a deck has no column for
 * ({@link isWrittenWhole}), are left out; surcharges are text. A cell that a spreadsheet would run as a formula is
 * written with an apostrophe before it.
 */
export function writeDeckCsv(rates: Iterable<Rate>, layout: DeckLayout): string {
  const { delimiter = ",", decimal = "." } = layout;
  return stringify(deckTable([...rates], layout, decimal), {
    delimiter,
    cast: { string: inertText },
    record_delimiter: "\r\n",
  });
}

/** The same deck as XLSX. Codes and prices are text, so that no spreadsheet shortens or rounds them. */
export function writeDeckXlsx(rates: Iterable<Rate>, layout: DeckLayout): Uint8Array {
  const sheet = utils.aoa_to_sheet(deckTable([...rates], layout, "."), { dense: true });
  const workbook = utils.book_new();
  utils.book_append_sheet(workbook, sheet, "Rates");
  return new Uint8Array(write(workbook, { type: "array", bookType: "xlsx", compression: true }) as ArrayBuffer);
}

/** Header and rows; with columns of origins and of next prices only where a price depends on them. */
function deckTable(rates: readonly Rate[], { currency, surcharges = [] }: DeckLayout, decimal: "." | ","): string[][] {
  const written = rates.filter(({ window }) => window === null);
  const left = new Set<string>();
  if (!written.some(({ origin }) => (origin ?? null) !== null)) left.add(ORIGIN);
  if (!written.some((rate) => !rate.blocked && nextPrice(rate) !== null)) left.add(NEXT_RATE);
  const rows = [HEADER, ...deckRows(written, currency, decimal)];
  const table = rows.map((row) => row.filter((_, column) => !left.has(HEADER[column] as string)));
  const blanks = HEADER.slice(left.size + 1).fill("");
  return [...table, ...surcharges.map((one) => [surchargeLine(one, currency), ...blanks])];
}

function* deckRows(rates: Iterable<Rate>, currency: Currency, decimal: "." | ","): Generator<string[]> {
  const amount = (text: string): string => (decimal === "," ? text.replace(".", ",") : text);
  for (const rate of rates) {
    const { firstS, nextS } = deckSteps(rate.increments);
    yield [
      rate.destination === "" ? "-" : rate.destination,
      rate.prefix === "" ? "*" : rate.prefix,
      rate.blocked ? "" : amount(formatDecimal(rate.ratePerUnit)),
      rate.blocked ? "" : amount(formatDecimal(nextPrice(rate) ?? rate.ratePerUnit)),
      String(rate.unitS),
      `${firstS}/${nextS}`,
      amount(formatDecimal(rate.connectFee)),
      isoTime(rate.effectiveFrom),
      rate.effectiveTo === null ? "" : isoTime(rate.effectiveTo),
      rate.blocked ? "Blocked" : "Current",
      currency,
      rate.origin ?? "any",
    ];
  }
}

/** A first step of 0 s bills as one of the next step's length, and that a deck can say. */
const deckSteps = ({ firstS, nextS }: Increments): Increments => ({ firstS: firstS === 0 ? nextS : firstS, nextS });

/** "2026-03-09" at midnight UTC, else with the time. */
function isoTime(at: EpochMs): string {
  return toInstant(at)
    .toString()
    .replace(/T00:00:00Z$/, "");
}
