import type { Currency } from "../../core/money/currency.ts";
import { type Decimal, parseDecimal } from "../../core/money/decimal.ts";
import { headerCurrency } from "../layout/header-hints.ts";

export type DecimalMark = "." | ",";

export interface Price {
  readonly amount: Decimal;
  /** Decimals as written, trailing zeros included. */
  readonly writtenDecimals: number;
  /** What the cell itself names: "€0.20", "0.20 USD"; null for a bare number or a bare "$". */
  readonly currency: Currency | null;
}

/**
 * The decimal mark of a column of prices, from all its cells together: a mark counts when it stands last after the
 * other one, when other than three digits follow it, or when only a zero stands before it ("0,117"), because no
 * thousands separator does that. Points that could be both ("1.200") are decimal points, as prices are small; when only
 * commas that could be both are left ("1,200"), the answer is undefined and the operator has to say.
 */
export function detectDecimalMark(texts: Iterable<string>): DecimalMark | undefined {
  const votes = { ".": 0, ",": 0 };
  let doubtfulCommas = 0;
  for (const text of texts) {
    const match = /(\d*)([.,])(\d*)\D*$/.exec(text);
    if (match === null) continue;
    const [tail, before = "", mark, after = ""] = match as unknown as [string, string, DecimalMark, string];
    const head = text.slice(0, text.length - tail.length);
    const repeated = head.includes(mark);
    if (repeated) votes[mark === "." ? "," : "."] += 1;
    else if (after.length !== 3 || /^0*$/.test(before) || /[.,]/.test(head)) votes[mark] += 1;
    else if (mark === ",") doubtfulCommas += 1;
  }
  if (votes["."] === 0 && votes[","] === 0) return doubtfulCommas === 0 ? "." : undefined;
  return votes[","] > votes["."] ? "," : ".";
}

/**
 * One price cell to an exact number: currency marks are read, blanks and thousands separators go, a sign stays ("-1" can
 * be a code for "blocked"). Undefined when the cell is no price.
 */
export function parsePrice(text: string, mark: DecimalMark): Price | undefined {
  let plain = text;
  let currency: Currency | null = null;
  if (!/^\d*\.?\d*$/.test(text) || mark === ",") {
    ({ plain, currency } = withoutCurrency(text));
    const group = mark === "." ? "," : ".";
    const grouped = new RegExp(`^[-+]?[1-9]\\d{0,2}(?:[${group}'’ \\u00a0\\u202f]\\d{3})+(?:\\${mark}\\d*)?$`);
    if (grouped.test(plain)) plain = plain.replace(new RegExp(`[${group}'’ \\u00a0\\u202f]`, "g"), "");
    else if (plain.includes(group)) return undefined;
    if (mark === ",") plain = plain.replace(",", ".");
  }
  const amount = parseDecimal(plain);
  if (amount === undefined) return undefined;
  const point = plain.indexOf(".");
  const exponent = /[eE]/.test(plain);
  return { amount, writtenDecimals: exponent ? amount.scale : point === -1 ? 0 : plain.length - point - 1, currency };
}

/** Takes a currency mark or code off, before or behind the number, and "/min". */
function withoutCurrency(text: string): { plain: string; currency: Currency | null } {
  const match = /^(\D*?)\s*([-+]?[.,]?\d.*?)\s*([A-Za-z]{3}|(?:US)?\$|[€£¥])?(?:\s*\/\s*min\.?)?$/.exec(text);
  const [, before = "", number = "", behind = ""] = match ?? [];
  const isMark = (mark: string) => /^$|^(US|A|C|NZ|HK|S)?\$$|^¥$/.test(mark) || headerCurrency(mark) !== undefined;
  const named = [before, behind].map((mark) => headerCurrency(mark)).filter((found) => found !== undefined);
  if (match === null || !isMark(before) || !isMark(behind) || named.length > 1) return { plain: text, currency: null };
  return { plain: number, currency: named[0] ?? null };
}
