import { type Currency, parseCurrency } from "../core/money/currency.ts";
import { Problem } from "../core/problem.ts";
import type { Increments } from "../core/tariff/rate.ts";
import type { EpochMs } from "../core/time/epoch.ts";
import { type DateOrder, detectDateOrder, isDecisiveDate, serialDay } from "./cells/dates.ts";
import { parseIncrements } from "./cells/increments.ts";
import type { DeckOrigin } from "./cells/origin.ts";
import { type DecimalMark, detectDecimalMark, type Price } from "./cells/price.ts";
import { isIgnoredHeader } from "./layout/fields.ts";
import {
  headerCurrency,
  headerIsCents,
  headerMayBePence,
  headerUnitS,
  headerZone,
  titleHints,
  titleWithStart,
} from "./layout/header-hints.ts";
import { SAMPLE_ROWS } from "./layout/match-columns.ts";
import { type PricedColumn, pricedColumns, priceField } from "./priced-columns.ts";
import { settleColumns } from "./settle-columns.ts";
import { type OpenDeck, titleRows } from "./table/open-deck.ts";
import { cellText, type HiddenCells, rowText } from "./table/table.ts";
import { type DeckField, type DeckTemplate, deckTemplateInvalid } from "./template.ts";
import { type UnreadTerm, unreadTerms } from "./unread-terms.ts";

/** What prices of the time after the first interval are in. */
interface NextPrices {
  /** Seconds that they are for; null: the same as first prices. */
  readonly unitS: number | null;
  readonly inCents: boolean;
  /** Second of the call that they begin at; null: the end of the row's first step. */
  readonly fromS: number | null;
}

/** What holds for all rows of one deck, the counters that rows add to, and what was parsed before. */
export interface RowContext {
  readonly template: DeckTemplate;
  /** Column index, from 0; `rate` is the column that prices the deck. */
  readonly columns: ReadonlyMap<DeckField, number>;
  readonly decimal: DecimalMark;
  readonly dateOrder: DateOrder;
  /** null: the deck has no dates that depend on it. */
  readonly shownDateOrder: DateOrder | null;
  readonly timeZone: string;
  /** Seconds that a price is for; "increment": those of the row's next step. */
  readonly unitS: number | "increment";
  readonly inCents: boolean;
  readonly feesInCents: boolean;
  /** Of the column of prices for what follows the first interval; null: the deck has none. */
  readonly next: NextPrices | null;
  /** Of rows that name none. */
  readonly currency: Currency | null;
  /** Columns of what no rate of a deck can say: rows that have it are rejected. */
  readonly terms: readonly UnreadTerm[];
  /** Of rows that have none; undefined: 1/1. */
  readonly increments: Increments | undefined;
  /** Codes are six-digit NPA-NXX without the leading 1. */
  readonly isNanp: boolean;
  /** ... because all codes look so, and not because the header says it. */
  readonly isNanpAssumed: boolean;
  readonly rateField: DeckField;
  readonly priced: readonly PricedColumn[];
  /** Of the column of prices that is being read, where that names one. */
  readonly origin: string | null;
  /** Headers of columns of prices that are not read. */
  readonly otherPrices: readonly string[];
  /** Headers of other columns with numbers that are not read. */
  readonly otherColumns: readonly string[];
  readonly otherSheets: readonly string[];
  readonly hidden: HiddenCells;
  /** The line above the header that dates all prices, where neither rows nor the template do. */
  readonly undatedTitle: string | undefined;
  /** The deck has no header. */
  readonly isInferred: boolean;
  readonly isDateOrderAssumed: boolean;
  /** The column of changes is headed "Action". */
  readonly isStatusAction: boolean;
  readonly unknownStatuses: Set<string>;
  readonly zeroRates: { count: number };
  /** Rows under a destination's first one often leave its name blank. */
  readonly lastDestination: { text: string };
  /** Of the last row that stated one. */
  readonly lastCountry: { code: string; name: string };
  /** Decks repeat a few thousand different prices, dates and steps over hundreds of thousands of rows. */
  readonly caches: {
    readonly prices: Map<string, Price | undefined>;
    readonly dates: Map<string, EpochMs | undefined>;
    readonly increments: Map<string, Increments | undefined>;
    readonly origins: Map<string, DeckOrigin>;
  };
}

/**
 * Settles for the whole deck what no row can say alone.
 * Errors: `deck-decimal-ambiguous`, `deck-cents-ambiguous`, `deck-unit-ambiguous`, `deck-date-order-ambiguous`,
 * `deck-template-invalid`.
 */
export function rowContext(deck: OpenDeck, template: DeckTemplate): RowContext {
  const { layout } = deck;
  const rateField = priceField(layout.columns, template);
  const priced = pricedColumns(layout, template);
  const prices = [...priced.map(({ column }) => column), layout.columns.get("nextRate")].flatMap((column) =>
    columnTexts(deck, column),
  );
  const decimal = template.decimal ?? detectDecimalMark(prices);
  if (decimal === undefined) throw decimalAmbiguous(prices[0] ?? "");
  const columns = settleColumns(deck, priced, { rateField, decimal });
  const texts = (field: DeckField): string[] => columnTexts(deck, columns.get(field));
  const order = template.dateOrder ?? detectDateOrder([...texts("effectiveFrom"), ...texts("effectiveTo")]);
  // Jurisdictions exist in North America alone, where dates are written month first.
  if (order === undefined && rateField === "rate") throw dateOrderAmbiguous(texts("effectiveFrom")[0] ?? "");
  if (template.dateOrder === undefined) refuseSwappedDates(deck, columns.get("effectiveFrom"));
  const header = (field: DeckField): string => layout.headers[columns.get(field) ?? -1] ?? "";
  const isNanp = /\bn(pa|xx)/i.test(header("code"));
  const isPinned =
    isNanp ||
    /\be\W?164\b/i.test(header("code")) ||
    template.countryCode !== undefined ||
    template.columns?.code !== undefined;
  const isCompleted =
    !isPinned && areNpaNxx(deck, columns.get("code") as number, rateField === "rate" ? NPA_NXX_MIN : 1);
  if (isCompleted && rateField === "rate") throw codesAmbiguous();
  const money = moneyOf(deck, {
    ...{ rateHeader: header("rate"), feeHeader: header("connectFee"), stepHeader: header("nextInterval") },
    template,
  });
  return {
    template,
    columns,
    decimal,
    dateOrder: order === undefined ? "mdy" : (order ?? "dmy"),
    shownDateOrder: order === undefined ? "mdy" : order,
    isDateOrderAssumed: order === undefined,
    isInferred: layout.headerLine === null,
    timeZone: checkedZone(
      template.timeZone ?? headerZone(`${header("effectiveFrom")} ${header("effectiveTime")}`) ?? "UTC",
    ),
    ...money,
    terms: unreadTerms(layout),
    next: columns.has("nextRate") ? nextPrices(header, money, { template, hasUnits: columns.has("rateUnit") }) : null,
    increments: checkedIncrements(template.defaults?.increments),
    isNanp: isNanp || isCompleted,
    isNanpAssumed: isCompleted,
    rateField,
    priced,
    origin: null,
    otherPrices: layout.otherPrices
      .filter((column) => !priced.some((one) => one.column === column))
      .map((column) => layout.headers[column] ?? ""),
    otherColumns: unreadColumns(deck, [
      ...[...columns.values(), ...priced.map(({ column }) => column)],
      ...unreadTerms(layout).map(({ column }) => column),
    ]),
    otherSheets: deck.otherSheets,
    hidden: deck.table.hidden ?? NOTHING_HIDDEN,
    undatedTitle:
      columns.has("effectiveFrom") || template.defaults?.effectiveFrom !== undefined
        ? undefined
        : titleWithStart([...titlesOf(deck), header("rate")]),
    isStatusAction: /^action\s*([[(].*)?$/i.test(header("status").trim()),
    unknownStatuses: new Set(),
    zeroRates: { count: 0 },
    lastDestination: { text: "" },
    lastCountry: { code: "", name: "" },
    caches: { prices: new Map(), dates: new Map(), increments: new Map(), origins: new Map() },
  };
}

const UNITS: Readonly<Record<string, RowContext["unitS"]>> = { minute: 60, second: 1, increment: "increment" };

const NOTHING_HIDDEN: HiddenCells = { lines: [], columns: [] };

/**
 * What the prices are in, as far as it is the same for all of them.
 * Errors: `deck-cents-ambiguous`, `deck-unit-ambiguous`.
 */
function moneyOf(
  deck: OpenDeck,
  {
    rateHeader,
    feeHeader,
    stepHeader,
    template,
  }: {
    readonly rateHeader: string;
    readonly feeHeader: string;
    readonly stepHeader: string;
    readonly template: DeckTemplate;
  },
): Pick<RowContext, "unitS" | "inCents" | "feesInCents" | "currency"> {
  const title = titleHints(titlesOf(deck));
  const named = headerCurrency(rateHeader);
  const currency = checkedCurrency(template.defaults?.currency) ?? named ?? title.currency ?? null;
  const isOpen = template.inCents === undefined && !title.inCents && headerMayBePence(rateHeader);
  if (isOpen && mayBePounds(deck, currency)) throw centsAmbiguous(rateHeader);
  if (template.ratePer === undefined && headerUnitS(rateHeader) === undefined) refuseCycles(deck, rateHeader);
  return {
    // "Rate" beside "Billable units" is the price of such a unit.
    unitS:
      UNITS[template.ratePer ?? ""] ??
      headerUnitS(rateHeader) ??
      (/\bbillable unit/i.test(stepHeader) ? "increment" : 60),
    inCents: template.inCents ?? (headerIsCents(rateHeader) || (named === undefined && title.inCents)),
    feesInCents: headerIsCents(feeHeader) || (headerCurrency(feeHeader) === undefined && title.inCents),
    currency,
  };
}

/** "First min" is the call's first minute, whatever its steps are. */
function nextPrices(
  header: (field: DeckField) => string,
  { inCents }: Pick<RowContext, "inCents">,
  { template, hasUnits }: { readonly template: DeckTemplate; readonly hasUnits: boolean },
): NextPrices {
  const text = header("nextRate");
  return {
    unitS: hasUnits || template.ratePer !== undefined ? null : (headerUnitS(text) ?? null),
    inCents: template.inCents ?? (headerIsCents(text) || (headerCurrency(text) === undefined && inCents)),
    fromS: /\b(first|1st|initial) min(ute)?s?\b/i.test(header("rate")) ? 60 : null,
  };
}

/** VOS3000 calls the step a billing cycle and prices that; others mean a price a minute. Of 60 s both are the same. */
function refuseCycles(deck: OpenDeck, rateHeader: string): void {
  const column = deck.layout.columns.get("increments") ?? -1;
  const header = deck.layout.headers[column] ?? "";
  if (!/\bbilling cycle\b|计费周期/i.test(header)) return;
  const other = columnTexts(deck, column).find((text) => !/^60\b/.test(text));
  if (other !== undefined) throw unitAmbiguous(rateHeader, header, other);
}

/** Whether prices are in pounds, or nothing says of all of them that they are not. */
function mayBePounds({ table, layout }: OpenDeck, currency: Currency | null): boolean {
  const column = layout.columns.get("currency");
  if (column === undefined) return currency === null || currency === "GBP";
  return table.rows.slice(layout.dataFrom).some(({ cells }) => /^GBP$/i.test(cellText(cells[column])));
}

/** The lines above the header, as text. */
const titlesOf = (deck: OpenDeck): string[] => titleRows(deck).map(rowText);

/** Texts of one column below the header; dates and numbers of a sheet carry no marks and are left out. */
function columnTexts({ table, layout }: OpenDeck, column: number | undefined): string[] {
  if (column === undefined) return [];
  return table.rows
    .slice(layout.dataFrom)
    .map((row) => row.cells[column])
    .filter((cell): cell is string => typeof cell === "string" && /\d/.test(cell));
}

/** A list of international codes with none but six digits is hardly one; with fewer than these it may be. */
const NPA_NXX_MIN = 20;

/** Whether nine in ten codes, and `min` of them, are six digits that can be an area and an exchange of North America. */
function areNpaNxx({ table, layout }: OpenDeck, column: number, min: number): boolean {
  let like = 0;
  let others = 0;
  for (const { cells } of table.rows.slice(layout.dataFrom)) {
    const code = cellText(cells[column]);
    if (/^[2-9]\d\d[2-9]\d\d$/.test(code)) like += 1;
    else if (code !== "") others += 1;
  }
  return like >= min && others * 9 <= like;
}

/** Headers of columns that are not `used`, are not known to say nothing of prices, and have numbers other than 0. */
function unreadColumns({ table, layout }: OpenDeck, used: readonly number[]): string[] {
  const known = new Set([...used, ...layout.otherPrices]);
  const rows = table.rows.slice(layout.dataFrom, layout.dataFrom + SAMPLE_ROWS);
  return layout.headers.filter(
    (header, column) =>
      header !== "" &&
      !known.has(column) &&
      !isIgnoredHeader(header) &&
      rows.some(({ cells }) => /^[-+]?[\d.,/: -]*[1-9][\d.,/: -]*$/.test(cellText(cells[column]))),
  );
}

/**
 * A spreadsheet that opens another country's dates makes dates of those it can read, with day and month exchanged, and
 * leaves the others as text. It was there where a sheet has dates with no day above 12, and texts that all have one.
 */
function refuseSwappedDates({ table, layout, format }: OpenDeck, column: number | undefined): void {
  if (column === undefined || format === "text") return;
  const cells = table.rows.slice(layout.dataFrom).flatMap((row) => row.cells[column] ?? []);
  const texts = cells.filter((cell) => typeof cell === "string" && /\d/.test(cell)) as string[];
  const serials = cells.flatMap((cell) => (typeof cell !== "string" && cell.kind === "date" ? [cell.serial] : []));
  if (texts.length === 0 || serials.length === 0) return;
  if (texts.every(isDecisiveDate) && serials.every((serial) => serialDay(serial) <= 12))
    throw datesSwapped(texts[0] as string);
}

function checkedZone(timeZone: string): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
    return timeZone;
  } catch {
    throw deckTemplateInvalid(`timeZone "${timeZone}" is no IANA time zone`);
  }
}

function checkedCurrency(text: string | undefined): Currency | undefined {
  if (text === undefined) return undefined;
  const currency = parseCurrency(text);
  if (currency === undefined) throw deckTemplateInvalid(`defaults.currency "${text}" is no ISO 4217 code`);
  return currency;
}

function checkedIncrements(text: string | undefined): RowContext["increments"] {
  if (text === undefined) return undefined;
  const increments = parseIncrements(text);
  if (increments === undefined) throw deckTemplateInvalid(`defaults.increments "${text}" is not like 60/60`);
  return increments;
}

const decimalAmbiguous = (example: string) =>
  new Problem("deck-decimal-ambiguous", {
    what: `The commas in the prices ("${example}") can be decimal commas or thousands separators.`,
    fix: 'Set the template\'s decimal to "," or ".".',
  });

const centsAmbiguous = (header: string) =>
  new Problem("deck-cents-ambiguous", {
    what: `The prices under "${header}" can be in pounds or in pence, a hundredth of that.`,
    fix: "Set the template's inCents to true for pence, else to false, or its defaults.currency if it is not GBP.",
  });

const unitAmbiguous = (rateHeader: string, header: string, text: string) =>
  new Problem("deck-unit-ambiguous", {
    what: `The prices under "${rateHeader}" can be for a minute or for one "${header}", which is ${text} in a row.`,
    fix: 'Set the template\'s ratePer to "minute", or to "increment" for the price of a cycle.',
  });

const codesAmbiguous = () =>
  new Problem("deck-codes-ambiguous", {
    what: "The codes have six digits each: of North America without the 1, or whole codes of other countries.",
    fix: 'Set the template\'s countryCode to "1", or name the column of codes ("columns": {"code": …}) if they are whole.',
  });

const datesSwapped = (example: string) =>
  new Problem("deck-date-order-ambiguous", {
    what:
      `Dates such as "${example}" are text and all others are dates with a day up to 12: a spreadsheet of another ` +
      "country has exchanged day and month in those it could read.",
    fix: "Ask the carrier for the original file. If the dates are right as they stand, set the template's dateOrder.",
  });

const dateOrderAmbiguous = (example: string) =>
  new Problem("deck-date-order-ambiguous", {
    what: `The dates of the deck ("${example}") can be read in more than one order of day, month and year.`,
    fix: 'Set the template\'s dateOrder to "dmy" or "mdy". Years that stand first need four digits.',
  });
