import { withoutApostrophes } from "../core/inert-text.ts";
import { type Currency, parseCurrency } from "../core/money/currency.ts";
import { ZERO } from "../core/money/decimal.ts";
import type { Reject } from "../core/reject.ts";
import type { Increments } from "../core/tariff/rate.ts";
import type { EpochMs } from "../core/time/epoch.ts";
import { type CodeItem, codeInvalid, codeMissing, parseCodes } from "./cells/codes.ts";
import { readCountryCode } from "./cells/country-code.ts";
import { type DateOrder, isImmediate, isZeroDate, parseDeckDate, serialDate } from "./cells/dates.ts";
import { dayAndTime } from "./cells/day-and-time.ts";
import { parseIncrements } from "./cells/increments.ts";
import { parseOrigin } from "./cells/origin.ts";
import { parseAction, parseRemark, parseStatus, saysYes } from "./cells/status.ts";
import { parseUnit } from "./cells/unit.ts";
import type { DeckRow, DeckStatus } from "./deck-row.ts";
import { costsLater, readNextPrice } from "./next-price.ts";
import { priceText, readAmount } from "./price-cell.ts";
import type { RowContext } from "./row-context.ts";
import { type Cell, cellText, type TableRow } from "./table/table.ts";
import type { DeckField } from "./template.ts";
import { unreadTermOf } from "./unread-terms.ts";

/** `row` has the first of the prefixes in `items`. */
export type ReadRow =
  | { readonly kind: "row"; readonly row: DeckRow; readonly items: readonly CodeItem[] }
  | { readonly kind: "reject"; readonly reject: Reject }
  /** A title, section heading, repeated header or footer: neither a code nor a price. */
  | { readonly kind: "note" };

const PER_SECOND_STEPS: Increments = { firstS: 1, nextS: 1 };

/** One row of the table to a deck row, a reject with its reason, or a note. */
export function readRow(row: TableRow, context: RowContext): ReadRow {
  if (row.fault !== undefined) return rejected(FAULTS[row.fault]);
  const cell = (field: DeckField): Cell => {
    const column = context.columns.get(field);
    return column === undefined ? "" : (row.cells[column] ?? "");
  };
  const codeCell = cell("code");
  const rateCell = cell("rate");
  const destination = readDestination(cell, context);
  if (isNote(row, codeCell, rateCell)) {
    if (cellText(cell("destination")) !== "") context.lastDestination.text = destination;
    return { kind: "note" };
  }
  const country = readCountry(cell, context);
  context.lastDestination.text = destination;
  const broken = brokenCell(codeCell) ?? brokenCell(rateCell);
  if (broken !== undefined) return rejected(broken);
  if (typeof country !== "string") return rejected(country);
  const codes = readCodes(codeCell, country, context);
  if (codes.kind === "reject") return codes;
  const status = saysYes(cellText(cell("blocked"))) ? "blocked" : readStatus(cell, context);
  const increments = readIncrements(cell, context);
  if ("code" in increments) return rejected(increments);
  const isFree = !costsLater(cell("nextRate"), context);
  const price = readPrice(priceText(rateCell, context), { status, isFree }, context);
  if ("code" in price) return rejected(price);
  const unread = price.kind === "price" ? unreadTermOf(row, context) : undefined;
  if (unread !== undefined) return rejected(unread);
  const { named, ...terms } = price;
  const details = readDetails(cell, named, context);
  if ("code" in details) return rejected(details);
  const unitS = readUnit(cellText(cell("rateUnit")), increments, context);
  if (unitS === undefined) return rejected(rateUnitInvalid(cellText(cell("rateUnit"))));
  const slots = readNextPrice(cell("nextRate"), { ...terms, increments, unitS }, context);
  if (slots !== null && "code" in slots) return rejected(slots);
  return {
    kind: "row",
    items: codes.items,
    row: {
      line: row.line,
      prefix: codes.items[0]?.prefix ?? "",
      codeText: cellText(codeCell),
      destination,
      status,
      increments,
      unitS,
      slots,
      ...terms,
      ...details,
      comment: cellText(cell("comment")),
      origin: readOrigin(cellText(cell("origin")), context),
    },
  };
}

const rejected = (reject: Reject): { readonly kind: "reject"; readonly reject: Reject } => ({ kind: "reject", reject });

/** A code or a price has a digit in it; a lone remark with a number ("Valid until 31.12.") and a total are neither. */
function isNote(row: TableRow, codeCell: Cell, rateCell: Cell): boolean {
  if ((codeCell === "" || rateCell === "") && isTotal(row)) return true;
  if (typeof codeCell !== "string" || typeof rateCell !== "string") return false;
  if (/\d/.test(rateCell)) return false;
  if (!/[\d*]/.test(codeCell)) return true;
  return /\p{L}{3}/u.test(codeCell) && row.cells.filter((cell) => cell !== "").length <= 2;
}

const isTotal = (row: TableRow): boolean =>
  row.cells.some((cell) => /^(grand )?(total|sum|count|records|rows)\b/i.test(cellText(cell)));

function brokenCell(cell: Cell): Reject | undefined {
  if (typeof cell !== "string") {
    if (cell.kind === "formula") return formulaWithoutValue(cell.text);
    return cell.kind === "error" ? cellError(cell.text) : undefined;
  }
  return /^=(?!"\+?\d+"$)/.test(cell) ? formulaWithoutValue(cell) : undefined;
}

/**
 * The country code before the row's area codes; "" where codes are whole. A blank one is that of the row above if the
 * names are blank too, or name the same country: a list often states it once.
 */
function readCountry(cell: (field: DeckField) => Cell, context: RowContext): string | Reject {
  if (!context.columns.has("countryCode")) return "";
  const text = cellText(cell("countryCode"));
  const code = readCountryCode(text);
  if (code === undefined) return codeInvalid(text, text);
  const name = cellText(cell("country"));
  const { lastCountry } = context;
  if (code !== "") {
    Object.assign(lastCountry, { code, name });
    return code;
  }
  const isSame = name === "" ? cellText(cell("destination")) === "" : name === lastCountry.name;
  if (isSame && lastCountry.code !== "") return lastCountry.code;
  return cellText(cell("code")) === "" ? "" : countryCodeMissing();
}

function readCodes(cell: Cell, countryCode: string, context: RowContext): ReturnType<typeof parseCodes> {
  const { codeSpaces, stripPrefixes = [], countryCode: deckCountry = "" } = context.template;
  let text = cellText(cell);
  let country = countryCode;
  if (context.isNanp && country === "" && /^[2-9]\d{2,9}$/.test(text)) text = `1${text}`;
  if (context.isNanp && /^[2-9]\d\d$/.test(country)) country = `1${country}`;
  if (typeof cell !== "string" && cell.kind === "number" && !Number.isSafeInteger(cell.value)) {
    return parseCodes(/\./.test(text) ? text : "1E+16", { spaces: codeSpaces, stripPrefixes: [], countryCode: "" });
  }
  if (text === "" && country !== "")
    return parseCodes(deckCountry + country, { spaces: codeSpaces, stripPrefixes, countryCode: "" });
  if (text === "") return rejected(codeMissing());
  return parseCodes(text, { spaces: codeSpaces, stripPrefixes, countryCode: deckCountry + country });
}

/**
 * "Country" alone, or before "Destination" where that does not repeat it; a blank name is that of the row above, "-" is
 * none. The apostrophe that keeps a spreadsheet from running "=…" is not part of a name.
 */
function readDestination(cell: (field: DeckField) => Cell, context: RowContext): string {
  const name = withoutApostrophes(cellText(cell("destination")));
  if (name === "-") return "";
  const country = cellText(cell("country"));
  if (name === "" && country === "") return context.lastDestination.text;
  if (country === "" || name.toLowerCase().startsWith(country.toLowerCase())) return name;
  return name === "" ? country : `${country} ${name}`;
}

function readStatus(cell: (field: DeckField) => Cell, context: RowContext): DeckStatus | null {
  if (!context.columns.has("status")) return parseRemark(cellText(cell("comment")));
  const text = cellText(cell("status"));
  if (text === "") return null;
  const action = context.isStatusAction ? parseAction(text) : undefined;
  const status = action === undefined ? parseStatus(text) : action;
  if (status === undefined) context.unknownStatuses.add(text);
  return status ?? null;
}

function readIncrements(cell: (field: DeckField) => Cell, context: RowContext): Increments | Reject {
  const pair = cell("increments");
  // A minimum of 0 is none.
  const first = cellText(cell("firstInterval")).replace(/^0(\.0+)?$/, "");
  const next = cellText(cell("nextInterval"));
  // "Minimum" and "Increment" columns: the second one is the next step, unless it holds the pair itself.
  const step = next || cellText(pair);
  const text = first !== "" && /^\d+(\.0+)?$/.test(step) ? `${first}/${step}` : cellText(pair) || first || next;
  if (text === "") return context.increments ?? PER_SECOND_STEPS;
  if (typeof pair !== "string" && pair.kind === "date") return incrementsInvalid(text);
  const increments = remember(context.caches.increments, text, () => parseIncrements(text.replace(/\.0+\b/g, "")));
  return increments ?? incrementsInvalid(text);
}

function readOrigin(text: string, context: RowContext): string | null {
  const said = context.origin ?? text;
  return remember(context.caches.origins, said, () => parseOrigin(said, context.template)).name;
}

/** Seconds that the price pays for. */
function readUnit(text: string, increments: Increments, { unitS }: RowContext): number | undefined {
  if (text !== "") return parseUnit(text);
  return unitS === "increment" ? increments.nextS : unitS;
}

/** `named`: the currency that the cell itself states. */
type RowPrice = Pick<DeckRow, "kind" | "ratePerUnit" | "writtenDecimals"> & { readonly named: Currency | null };

/** `isFree`: a price of 0 is not just that of the first interval. */
function readPrice(
  text: string,
  { status, isFree }: { readonly status: DeckStatus | null; readonly isFree: boolean },
  context: RowContext,
): RowPrice | Reject {
  const { template } = context;
  const without = (kind: "blocked" | "closed"): RowPrice => ({
    ...{ kind, ratePerUnit: ZERO, writtenDecimals: 0, named: null },
  });
  if (status === "closed" || status === "blocked") return without(status);
  if (/^(blocked|barred)$/i.test(text)) return without("blocked");
  if (/^(closed|deleted)$/i.test(text)) return without("closed");
  if (/^$|^(n\/?a|-+|tba|tbd|null|none)$/i.test(text)) {
    return template.blankRate === "blocked" ? without("blocked") : rateMissing();
  }
  if (template.blockedRates?.includes(text)) return without("blocked");
  const price = readAmount(text, context, context);
  if ("code" in price) return price;
  if (price.amount.units === 0n && isFree) {
    if (template.zeroRate === "blocked") return without("blocked");
    if (template.zeroRate === undefined) context.zeroRates.count += 1;
  }
  const { amount: ratePerUnit, writtenDecimals, named } = price;
  return { kind: "price", ratePerUnit, writtenDecimals, named };
}

type RowDetails = Pick<DeckRow, "connectFee" | "effectiveFrom" | "effectiveTo" | "currency">;

function readDetails(
  cell: (field: DeckField) => Cell,
  named: Currency | null,
  context: RowContext,
): RowDetails | Reject {
  const feeText = priceText(cell("connectFee"), context);
  const isPaid = feeText !== "" && feeText !== "-";
  const fee = isPaid ? readAmount(feeText, context, { inCents: context.feesInCents }) : { amount: ZERO };
  if ("code" in fee) return fee;
  const fromCell = dayAndTime(cell("effectiveFrom"), cell("effectiveTime"));
  const from = readDate(
    cellText(fromCell) === "" ? (context.template.defaults?.effectiveFrom ?? "") : fromCell,
    context,
  );
  const to = readDate(cell("effectiveTo"), context);
  if (from === undefined) return dateInvalid(cellText(fromCell), context.dateOrder);
  if (to === undefined) return dateInvalid(cellText(cell("effectiveTo")), context.dateOrder);
  const currencyText = cellText(cell("currency")).toUpperCase();
  const currency = currencyText === "" ? (named ?? context.currency) : parseCurrency(currencyText);
  if (currency === undefined) return currencyInvalid(currencyText);
  if (named !== null && currency !== named) return currencyContradicts(named, currencyText);
  return { connectFee: fee.amount, effectiveFrom: from, effectiveTo: to, currency };
}

/** null: blank, or "immediately". */
function readDate(cell: Cell, context: RowContext): EpochMs | null | undefined {
  const text = cellText(cell);
  if (text === "" || text === "-" || isImmediate(text) || isZeroDate(text)) return null;
  if (typeof cell !== "string" && cell.kind === "date") return serialDate(cell.serial, context.timeZone);
  return remember(context.caches.dates, text, () => parseDeckDate(text, context.dateOrder, context.timeZone));
}

function remember<T>(cache: Map<string, T>, text: string, parse: () => T): T {
  const known = cache.get(text);
  if (known !== undefined || cache.has(text)) return known as T;
  const value = parse();
  cache.set(text, value);
  return value;
}

const FAULTS: Readonly<Record<NonNullable<TableRow["fault"]>, Reject>> = {
  "broken-quoting": {
    code: "broken-quoting",
    what: "A quoted cell of the row does not end, or text follows its closing quote.",
    fix: 'Double the quotes inside quoted cells ("5"" pipe"), or remove them.',
  },
  "cell-too-long": {
    code: "cell-too-long",
    what: "A cell of the row is longer than 65,536 characters.",
    fix: "Split the row's code list over several rows; if the cell is no code list, the delimiter is wrong.",
  },
};

const formulaWithoutValue = (text: string): Reject => ({
  code: "formula-without-value",
  what: `The cell holds the formula "${text.slice(0, 60)}" and no value.`,
  fix: "Formulas are never run here. Open the file in a spreadsheet program, paste the column as values and save it.",
});

const cellError = (text: string): Reject => ({
  code: "cell-error",
  what: `The cell holds the spreadsheet error ${text}.`,
  fix: "Correct the formula in the carrier's file, or ask the carrier for the value.",
});

const rateMissing = (): Reject => ({
  code: "rate-missing",
  what: "The row has a code but no price.",
  fix: 'Ask the carrier for the price. If blank means blocked, set the template\'s blankRate to "blocked".',
});

const rateUnitInvalid = (text: string): Reject => ({
  code: "rate-invalid",
  what: `"${text}" is no number of seconds that a price can be for.`,
  fix: "Write 60 for a price per minute, 1 for one per second.",
});

const incrementsInvalid = (text: string): Reject => ({
  code: "increments-invalid",
  what: `"${text}" is no billing increment.`,
  fix:
    "Write 30/6 (first/next seconds). Spreadsheets turn 1/1 and 6/6 into dates: format the column as text, or set " +
    "the template's columns.increments to null and defaults.increments to the deck's.",
});

const dateInvalid = (text: string, order: DateOrder): Reject => ({
  code: "date-invalid",
  what: `"${text}" is no date; numeric dates of this deck are read ${order === "dmy" ? "day first" : "month first"}.`,
  fix: "Correct the cell, or set the template's dateOrder.",
});

const currencyContradicts = (named: Currency, text: string): Reject => ({
  code: "currency-invalid",
  what: `The price is in ${named}, and the currency column says ${text}.`,
  fix: "Ask the carrier which one is meant, and correct the row.",
});

const countryCodeMissing = (): Reject => ({
  code: "code-missing",
  what: "The row has an area code and no country code.",
  fix: "Fill in the country code. It is taken from the row above only where that is of the same country.",
});

const currencyInvalid = (text: string): Reject => ({
  code: "currency-invalid",
  what: `"${text}" is no ISO 4217 currency code.`,
  fix: "Write the three-letter code (USD), or set the template's columns.currency to null and defaults.currency.",
});
