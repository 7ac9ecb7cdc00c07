import type { Reject } from "../core/reject.ts";
import { type DecimalMark, parsePrice } from "./cells/price.ts";
import type { Layout } from "./layout/layout.ts";
import { cellText, type TableRow } from "./table/table.ts";

/** What a row may say of its price that a rate of a deck cannot. */
export const UNREAD_TERMS = ["freeSeconds", "priceFactor", "surcharge"] as const;

/** A column of such a term. */
export interface UnreadTerm {
  readonly field: (typeof UNREAD_TERMS)[number];
  readonly column: number;
  readonly header: string;
}

export const unreadTerms = ({ columns, rivals, headers }: Pick<Layout, "columns" | "rivals" | "headers">) =>
  UNREAD_TERMS.flatMap((field): UnreadTerm[] => {
    const first = columns.get(field);
    if (first === undefined) return [];
    return [first, ...(rivals.get(field) ?? [])].map((column) => ({ field, column, header: headers[column] ?? "" }));
  });

/** Why a row cannot be used for a term that changes its price; undefined: it says nothing. */
export function unreadTermOf(
  { cells }: TableRow,
  { terms, decimal }: { readonly terms: readonly UnreadTerm[]; readonly decimal: DecimalMark },
): Reject | undefined {
  for (const term of terms) {
    const text = cellText(cells[term.column]);
    if (!isNeutral(term, text, decimal)) return termUnread(term, text);
  }
  return undefined;
}

const isNeutral = ({ field, header }: UnreadTerm, text: string, decimal: DecimalMark): boolean =>
  isNothing(text, decimal) || (field === "priceFactor" && isFactor(header) && /^1([.,]0+)?$/.test(text));

const isFactor = (header: string): boolean => /multipl|factor/i.test(header);

/** Blank, a dash, or a number that is 0. */
export const isNothing = (text: string, decimal: DecimalMark): boolean =>
  !/\d/.test(text) || parsePrice(text, decimal)?.amount.units === 0n;

const WHY = {
  freeSeconds: "seconds that cost nothing, or calls that do, have no place in a deck.",
  priceFactor: "what prices are to be multiplied with, or have added, has no place in a deck.",
  surcharge: "a surcharge is for some calls only, and a deck does not say for which.",
} as const;

const termUnread = ({ field, header }: UnreadTerm, text: string): Reject => ({
  code: "term-unread",
  what: `"${header}" is ${text}: ${WHY[field]}`,
  fix:
    (field === "surcharge"
      ? "Give it to the tariff in a setup file (`surcharges`, with `called`, `origins` and `perMinute` or `perCall`). "
      : "Ask for a deck of the prices as they are charged. ") +
    `To read all rows without that column, say so in the template: {"columns": {"${field}": null}}.`,
});
