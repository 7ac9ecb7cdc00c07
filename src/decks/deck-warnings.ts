import { counted } from "../core/counted.ts";
import type { DeckRow, DeckWarning } from "./deck-row.ts";
import type { RowContext } from "./row-context.ts";
import { rowText, type TableRow } from "./table/table.ts";

const STEPS = ["increments", "firstInterval", "nextInterval"] as const;

/** What the operator should know about a reading that stops nothing. */
export function deckWarnings(
  context: RowContext,
  rows: readonly DeckRow[],
  { unfoldedRows, remarks }: { readonly unfoldedRows: number; readonly remarks: readonly TableRow[] },
): DeckWarning[] {
  const { columns, rateField, unknownStatuses, zeroRates } = context;
  const warnings: DeckWarning[] = [];
  const warn = (holds: boolean, code: DeckWarning["code"], what: string): void => {
    if (holds) warnings.push({ code, what });
  };
  warn(
    context.isInferred,
    "columns-inferred",
    "The deck has no header: the columns were told apart by what they hold.",
  );
  warn(
    context.isDateOrderAssumed,
    "date-order-assumed",
    'Every date can be day first or month first. Read month first, as the deck is North American; set "dateOrder".',
  );
  warn(
    rateField !== "rate" && context.priced.length === 1,
    "jurisdiction-prices",
    `The deck prices by jurisdiction and is read from the column for ${rateField}; set "jurisdiction" for another.`,
  );
  const origins = new Set(rows.flatMap(({ origin }) => origin ?? []));
  warn(
    origins.size > 0,
    "origin-prices",
    `Prices depend on where calls come from: ${[...origins].slice(0, 5).join(", ")}${origins.size > 5 ? ", …" : ""}.`,
  );
  warnings.push(...unreadWarnings(context, remarks));
  const hidden = hiddenText(context, rows);
  warn(hidden !== "", "hidden-read", `A spreadsheet hides ${hidden}; they are read like all others.`);
  warn(
    context.isNanpAssumed,
    "nanp-codes-completed",
    "Codes are of North America and written without the 1, which was put before them.",
  );
  warn(context.inCents, "rates-in-cents", "The deck says cents: every price was divided by 100.");
  warn(
    zeroRates.count > 0,
    "zero-rates-free",
    `${counted(zeroRates.count, "row costs 0 and is", "rows cost 0 and are")} read as free; set "zeroRate" to "blocked" if that is wrong.`,
  );
  warn(
    !STEPS.some((field) => columns.has(field)) && context.increments === undefined,
    "increments-assumed",
    'The deck has no increments: every row is billed per second (1/1). Set "defaults.increments" for others.',
  );
  warn(
    context.undatedTitle !== undefined,
    "title-date-not-read",
    `Rows have no dates, and the one in "${context.undatedTitle}" is not read: give it as the time they begin.`,
  );
  const currencies = new Set(rows.map(({ currency }) => currency ?? "none"));
  warn(currencies.size > 1, "mixed-currencies", `The deck has several currencies: ${[...currencies].join(", ")}.`);
  const words = [...unknownStatuses].slice(0, 5).join(", ");
  warn(unknownStatuses.size > 0, "status-unknown", `Words in the status column that say nothing known: ${words}.`);
  warn(
    unfoldedRows > 0,
    "code-range-expanded",
    `Code ranges of ${counted(unfoldedRows, "row")} overlap another row, and were written out code by code.`,
  );
  return warnings;
}

/** What the deck has beside what was read of it. */
function unreadWarnings(context: RowContext, remarks: readonly TableRow[]): DeckWarning[] {
  const warnings: DeckWarning[] = [];
  const warn = (holds: boolean, code: DeckWarning["code"], what: string): void => {
    if (holds) warnings.push({ code, what });
  };
  const others = named(context.otherPrices);
  warn(others !== "", "prices-not-read", `Other columns hold prices too and are not read: ${others}.`);
  const unread = named(context.otherColumns);
  warn(unread !== "", "columns-not-read", `Other columns with numbers are not read: ${unread}.`);
  const surcharged = remarks.find((row) => /surcharge/i.test(rowText(row)));
  warn(
    surcharged !== undefined,
    "surcharges-not-read",
    `Line ${surcharged?.line} speaks of a surcharge, and is not read: give it to the tariff in a setup file ("surcharges").`,
  );
  const sheets = named(context.otherSheets);
  warn(
    sheets !== "",
    "sheets-not-read",
    `Other sheets have rates of some of the same codes and are not read: ${sheets}.`,
  );
  return warnings;
}

/** The first ten, in quotes. */
const named = (texts: readonly string[]): string =>
  [...texts.slice(0, 10).map((text) => `"${text}"`), ...(texts.length > 10 ? ["…"] : [])].join(", ");

/** "3 of the rows with prices and the columns of rate, code"; "" for nothing. */
function hiddenText({ hidden, columns }: RowContext, rows: readonly DeckRow[]): string {
  const hiddenLines = new Set(hidden.lines);
  const { size } = new Set(rows.map(({ line }) => line)).intersection(hiddenLines);
  const fields = [...columns].flatMap(([field, at]) => (hidden.columns.includes(at) ? [field] : []));
  const parts = [`${size} of the rows with prices`, `the columns of ${fields.join(", ")}`];
  return parts.filter((_, index) => (index === 0 ? size > 0 : fields.length > 0)).join(" and ");
}
