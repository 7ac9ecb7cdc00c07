import { utils, write } from "@e965/xlsx";
import { stringify } from "csv-stringify/sync";
import { inertText } from "../core/inert-text.ts";
import type { Currency } from "../core/money/currency.ts";
import { formatDecimal } from "../core/money/decimal.ts";
import type { Increments, Rate } from "../core/tariff/rate.ts";
import { type EpochMs, toInstant } from "../core/time/epoch.ts";

/** How an exported deck looks. */
export interface DeckLayout {
  readonly currency: Currency;
  readonly delimiter?: "," | ";" | "\t";
  readonly decimal?: "." | ",";
}

const HEADER = [
  "Destination",
  "E.164 prefix",
  "Rate",
  "Rate unit seconds",
  "Increment",
  "Connect fee",
  "Effective from",
  "Valid to",
  "Status",
  "Currency",
  "Origin",
];

/** Whether a deck has columns for all that a rate costs; slots, free seconds and bounds it cannot say. */
export function isWrittenWhole({
  blocked,
  slots,
  freeS,
  minimumS,
  increments,
  minimumCost,
  maximumCost,
}: Rate): boolean {
  const steps = deckSteps(increments);
  const isBounded = minimumS > steps.firstS || minimumCost !== null || maximumCost !== null;
  return blocked || (slots.length === 0 && freeS === 0 && !isBounded);
}

/**
 * Rates as a CSV deck that {@link readDeck} reads back to the same rates: prices with all their decimals and the
 * seconds they are for, times in UTC. Rates of time windows, and what a deck has no column for
 * ({@link isWrittenWhole}), are left out. A cell that a spreadsheet would run as a formula is written with an
 * apostrophe before it.
 */
export function writeDeckCsv(rates: Iterable<Rate>, { currency, delimiter = ",", decimal = "." }: DeckLayout): string {
  return stringify(deckTable([...rates], currency, decimal), {
    delimiter,
    cast: { string: inertText },
    record_delimiter: "\r\n",
  });
}

/** The same deck as XLSX. Codes and prices are text, so that no spreadsheet shortens or rounds them. */
export function writeDeckXlsx(rates: Iterable<Rate>, { currency }: DeckLayout): Uint8Array {
  const sheet = utils.aoa_to_sheet(deckTable([...rates], currency, "."), { dense: true });
  const workbook = utils.book_new();
  utils.book_append_sheet(workbook, sheet, "Rates");
  return new Uint8Array(write(workbook, { type: "array", bookType: "xlsx", compression: true }) as ArrayBuffer);
}

/** Header and rows; with a column of origins only where a price depends on it. */
function deckTable(rates: readonly Rate[], currency: Currency, decimal: "." | ","): string[][] {
  const hasOrigins = rates.some(({ origin, window }) => window === null && (origin ?? null) !== null);
  const rows = [HEADER, ...deckRows(rates, currency, decimal)];
  return hasOrigins ? rows : rows.map((row) => row.slice(0, -1));
}

function* deckRows(rates: Iterable<Rate>, currency: Currency, decimal: "." | ","): Generator<string[]> {
  const amount = (text: string): string => (decimal === "," ? text.replace(".", ",") : text);
  for (const rate of rates) {
    if (rate.window !== null) continue;
    const { firstS, nextS } = deckSteps(rate.increments);
    yield [
      rate.destination === "" ? "-" : rate.destination,
      rate.prefix === "" ? "*" : rate.prefix,
      rate.blocked ? "" : amount(formatDecimal(rate.ratePerUnit)),
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
