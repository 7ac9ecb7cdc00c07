import { cellText, type TableRow } from "../table/table.ts";
import type { DeckField } from "../template.ts";
import { matchHeader, namesFirstPrice, namesHours, namesNextPrice } from "./fields.ts";

/** Which column holds each field. Columns count from 0. */
export interface MatchedColumns {
  readonly columns: Map<DeckField, number>;
  /** Columns whose headers name a field as well as that of the chosen column does. */
  readonly rivals: ReadonlyMap<DeckField, readonly number[]>;
  /** Columns of prices that lose to a better header, such as "Current rate" beside "New rate". */
  readonly otherPrices: readonly number[];
}

interface Candidate {
  readonly column: number;
  readonly rank: number;
}

/** Rows looked at to see whether a column has digits at all. */
export const SAMPLE_ROWS = 300;

/**
 * By the headers and the first `rows` below them, the column of each field: the pattern listed first wins, then the
 * leftmost column. A column of codes or prices has digits: "Code" above AFG and "Tariff" above "Gold" are passed over.
 * Prices by hours are rivals of any other price. `isBlank`: whether a column has nothing in any row.
 */
export function matchColumns(
  headers: readonly string[],
  rows: readonly TableRow[],
  isBlank: (column: number) => boolean,
): MatchedColumns {
  const columns = new Map<DeckField, number>();
  const rivals = new Map<DeckField, readonly number[]>();
  let otherPrices: readonly number[] = [];
  const found = candidates(headers);
  dropBlankCodes(found, rows, isBlank);
  settleDestinationCodes(found, rows);
  settleTwoPrices(headers, found);
  dropPurchases(headers, found);
  for (const [field, candidatesOfField] of found) {
    const ranked = candidatesOfField.toSorted((a, b) => a.rank - b.rank || a.column - b.column);
    const isNumeric = field === "code" || field === "rate";
    const digits = isNumeric ? ranked.filter(({ column }) => hasDigits(rows, column)) : ranked;
    const [chosen, ...others] = digits.length > 0 ? digits : ranked;
    if (chosen === undefined) continue;
    columns.set(field, chosen.column);
    const isRival = ({ column, rank }: Candidate) =>
      rank === chosen.rank || ((field === "rate" || field === "nextRate") && namesHours(headers[column] ?? ""));
    rivals.set(
      field,
      others.filter(isRival).map(({ column }) => column),
    );
    if (field === "rate") otherPrices = others.filter((other) => !isRival(other)).map(({ column }) => column);
  }
  settleTime(headers, columns);
  return { columns, rivals, otherPrices };
}

/** Where no header names codes, a "Destination" column of nothing but digits is them, as billing platforms export. */
function settleDestinationCodes(found: Map<DeckField, Candidate[]>, rows: readonly TableRow[]): void {
  if (CODES.some((field) => found.has(field))) return;
  const isCodes = ({ column }: Candidate): boolean => {
    const texts = rows.flatMap(({ cells }) => cellText(cells[column]) || []);
    return texts.length > 0 && texts.every((text) => /^\+?\d{1,15}$/.test(text));
  };
  const named = found.get("destination") ?? [];
  const codes = named.filter(isCodes);
  if (codes.length === 0) return;
  found.set("code", codes);
  found.set(
    "destination",
    named.filter((candidate) => !codes.includes(candidate)),
  );
}

const CODES = ["code", "countryCode", "areaCode"] as const;

/** "Rate prefix" beside "Area prefix", "Prefix" beside "Dst prefix": one of them is often never filled. */
function dropBlankCodes(
  found: Map<DeckField, Candidate[]>,
  rows: readonly TableRow[],
  isBlank: (column: number) => boolean,
): void {
  const isFilled = ({ column }: Candidate): boolean =>
    rows.some(({ cells }) => cellText(cells[column]) !== "") || !isBlank(column);
  const filled = CODES.map((field) => [field, (found.get(field) ?? []).filter(isFilled)] as const);
  if (filled.every(([, candidates]) => candidates.length === 0)) return;
  for (const [field, candidates] of filled) {
    if (candidates.length === 0) found.delete(field);
    else found.set(field, candidates);
  }
}

const STEPS = ["firstInterval", "nextInterval", "increments", "connectFee"] as const;

/** Platforms export what they pay beside what they ask: "buyrateinitblock" is no step of "rateinitial". */
function dropPurchases(headers: readonly string[], found: Map<DeckField, Candidate[]>): void {
  const isPurchase = ({ column }: Candidate): boolean => /^\s*buy/i.test(headers[column] ?? "");
  if ((found.get("rate") ?? []).every(isPurchase)) return;
  for (const field of STEPS) {
    const sold = (found.get(field) ?? []).filter((candidate) => !isPurchase(candidate));
    if (sold.length > 0) found.set(field, sold);
  }
}

/** A price of the first interval and one of what follows; without the latter, "Price 1" is a price like any other. */
function settleTwoPrices(headers: readonly string[], found: Map<DeckField, Candidate[]>): void {
  const columnsOf = (names: (header: string) => boolean): Candidate[] =>
    headers.flatMap((header, column) => (names(header) ? [{ column, rank: namesHours(header) ? 1 : 0 }] : []));
  const first = columnsOf(namesFirstPrice);
  const next = columnsOf((header) => namesNextPrice(header, first.length > 0));
  if (next.length === 0) return;
  const taken = new Set([...first, ...next].map(({ column }) => column));
  for (const [field, candidates] of found) {
    const rest = candidates.filter(({ column }) => !taken.has(column));
    if (rest.length === 0) found.delete(field);
    else found.set(field, rest);
  }
  const others = (found.get("rate") ?? []).map(({ column, rank }) => ({ column, rank: rank + 2 }));
  if (first.length + others.length > 0) found.set("rate", [...first, ...others]);
  found.set("nextRate", next);
}

/** A time without a date beside it is "Effective time" and has the date in it, or is the time of something else. */
function settleTime(headers: readonly string[], columns: Map<DeckField, number>): void {
  const time = columns.get("effectiveTime");
  if (time === undefined || columns.has("effectiveFrom")) return;
  columns.delete("effectiveTime");
  if (matchHeader(headers[time] ?? "")?.rank !== 0) columns.set("effectiveFrom", time);
}

function candidates(headers: readonly string[]): Map<DeckField, Candidate[]> {
  const found = new Map<DeckField, Candidate[]>();
  for (const [column, header] of headers.entries()) {
    const match = matchHeader(header);
    if (match === undefined) continue;
    const known = found.get(match.field);
    if (known === undefined) found.set(match.field, [{ column, rank: match.rank }]);
    else known.push({ column, rank: match.rank });
  }
  return found;
}

/** Whether half of the column's filled cells have a digit; true for a column without cells. */
function hasDigits(rows: readonly TableRow[], column: number): boolean {
  const texts = rows.flatMap(({ cells }) => cellText(cells[column]) || []);
  return texts.filter((text) => /\d/.test(text)).length * 2 >= texts.length;
}
