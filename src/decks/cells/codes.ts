import type { Reject } from "../../core/reject.ts";
import { isCountryCode } from "./country-code.ts";

/** One prefix of a code cell. `writtenLength` is longer than the prefix when a range or wildcard was folded into it. */
export interface CodeItem {
  readonly prefix: string;
  readonly writtenLength: number;
}

export interface CodeGrammar {
  /** What blanks between digits mean; undefined: decided per cell, and refused where it can be two things. */
  readonly spaces: "list" | "country-first" | "grouping" | undefined;
  /** Taken off the front of a code, before "+" and "00": a tech prefix, "011". */
  readonly stripPrefixes: readonly string[];
  /** Put in front of every code of the cell: the country code from a column of its own, or from the template. */
  readonly countryCode: string;
}

export type Codes =
  | { readonly kind: "codes"; readonly items: readonly CodeItem[] }
  | { readonly kind: "reject"; readonly reject: Reject };

/** More codes than this in one cell are a mistake; the longest lists seen have about 1,500. */
export const CODES_PER_ROW_MAX = 5_000;

const PLAIN = /^\+?[1-9]\d{0,14}$/;

/**
 * A code cell to its prefixes. Separators `, ; | /` blank and newline; ranges `9180-9189`, short `9180-89`, folded into
 * the fewest prefixes that cover them; a country code once, then area codes (`61 38,39`, `61 (38,39)`); `+` and `00`
 * go; `x` stands for any digit; `*` alone is the default rate. What can be read two ways is refused, because a wrong
 * prefix sells one country at the price of another.
 */
export function parseCodes(text: string, grammar: CodeGrammar): Codes {
  if (PLAIN.test(text) && grammar.countryCode === "" && grammar.stripPrefixes.length === 0) {
    const prefix = text[0] === "+" ? text.slice(1) : text;
    return { kind: "codes", items: [{ prefix, writtenLength: prefix.length }] };
  }
  if (/^\d+([.,]\d+)?E\+?\d+$/i.test(text)) return rejected(digitsLost(text));
  const cell = cleanCell(text);
  if (grammar.countryCode === "" && isGroupedNumber(cell)) return rejected(groupedNumber(text));
  const split = splitCell(cell, grammar);
  if (split === undefined) return rejected(ambiguousSpaces(text));
  const items = new Map<string, CodeItem>();
  for (const token of split.tokens) {
    const found = readToken(token, split.countryCode, grammar.stripPrefixes);
    if (!Array.isArray(found))
      return rejected(found === "ambiguous" ? ambiguousRange(text, token) : codeInvalid(text, token));
    for (const item of found) items.set(item.prefix, item);
    if (items.size > CODES_PER_ROW_MAX) return rejected(listTooLong(text));
  }
  return items.size === 0 ? rejected(codeMissing()) : { kind: "codes", items: [...items.values()] };
}

const rejected = (reject: Reject): Codes => ({ kind: "reject", reject });

/** Takes off what spreadsheets and people add: `="93"`, a leading apostrophe, `.0` of a number, blanks around marks. */
function cleanCell(text: string): string {
  return text
    .replace(/^="(.*)"$/, "$1")
    .replace(/^'/, "")
    .replace(/^(\d+)\.0+$/, "$1")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/\s*-\s*/g, "-")
    .replace(/\s*[,;|/&\r\n]+\s*/g, ",")
    .replace(/[\s\u00a0]+/g, " ")
    .replace(/^[, ]+|[, ]+$/g, "");
}

/**
 * "93,701" may be the number 93701 with a thousands separator. Codes listed in one cell are of one country and begin
 * alike, and nobody lists single digits.
 */
function isGroupedNumber(cell: string): boolean {
  if (!/^\d{1,3}(,\d{3})+$/.test(cell)) return false;
  const [first = "", ...rest] = cell.split(",");
  return first.length < 3 || rest.some((code) => code[0] !== first[0]);
}

interface Tokens {
  readonly countryCode: string;
  readonly tokens: readonly string[];
}

/** Undefined when the blanks can be read two ways. */
function splitCell(cell: string, { spaces, countryCode }: CodeGrammar): Tokens | undefined {
  const bracketed = /^(\+?\d{1,4}) ?\(([^()]*)\)$/.exec(cell);
  if (bracketed?.[1] !== undefined && bracketed[2] !== undefined) {
    return { countryCode: countryCode + digitsOf(bracketed[1]), tokens: list(bracketed[2]) };
  }
  if (!cell.includes(" ")) return { countryCode, tokens: cell.split(",") };
  if (spaces === "grouping") return { countryCode, tokens: cell.replaceAll(" ", "").split(",") };
  if (spaces === "list") return { countryCode, tokens: list(cell) };
  const [first = "", ...rest] = list(cell);
  const isCountryFirst = isCountryCode(digitsOf(first)) && cell[first.length] === " ";
  const countryFirst = { countryCode: countryCode + digitsOf(first), tokens: rest };
  if (spaces === "country-first") return isCountryFirst ? countryFirst : { countryCode, tokens: list(cell) };
  // "+44 20" is one number however it is read: a list would have "+" before each.
  if (/^(\+|00)/.test(first) && rest.length === 1 && /^[1-9]/.test(rest[0] ?? "")) return countryFirst;
  const tokens = [first, ...rest];
  if (!isCountryFirst || rest.every((token) => digitsOf(token).startsWith(digitsOf(first))))
    return { countryCode, tokens };
  // "61 38,39": the blank means something else than the commas. "61 38 39" could be three countries or one.
  return !cell.slice(first.length + 1).includes(" ") && cell.includes(",") ? countryFirst : undefined;
}

const list = (cell: string): string[] => cell.split(/[, ]+/).filter((token) => token !== "");
const digitsOf = (token: string): string => token.replace(/^(\+|00)/, "");

/** One code, range or wildcard. */
function readToken(token: string, countryCode: string, strip: readonly string[]): CodeItem[] | "ambiguous" | "invalid" {
  // "^44.*", as switches match a code
  if (token.startsWith("^")) return readToken(token.slice(1), countryCode, strip);
  if (token === "*") return [{ prefix: countryCode, writtenLength: countryCode.length }];
  const stripped = strip.find((prefix) => token.startsWith(prefix));
  const bare = stripped === undefined ? token : token.slice(stripped.length);
  // Behind a country code "00" is part of the area code: Kazakhstan has 7 700.
  const digits = countryCode === "" ? digitsOf(bare) : countryCode + bare;
  const range = /^(\d+)-(\+?\d+)$/.exec(digits);
  if (range?.[1] !== undefined && range[2] !== undefined) return readRange(range[1], digitsOf(range[2]), countryCode);
  const body = digits.replace(/[xX*.%]+$/, "");
  const items = /[xX]/.test(body) ? expandWildcards(body) : [body];
  if (!items.every((prefix) => /^[1-9]\d{0,14}$/.test(prefix))) return "invalid";
  return items.map((prefix) => ({ prefix, writtenLength: prefix.length }));
}

/** Every value of the `x` marks inside a code; more than four of them are refused as no valid code. */
function expandWildcards(code: string): string[] {
  if ((code.match(/x/gi) ?? []).length > 4) return [""];
  let codes = [""];
  for (const mark of code) {
    const digits = /x/i.test(mark) ? [..."0123456789"] : [mark];
    codes = codes.flatMap((head) => digits.map((digit) => head + digit));
  }
  return codes;
}

/**
 * `from-to`. A hyphen also sets off a country code: "1-242" can only be that, "49-30" can be both, and "847-849" is a
 * range since 847 is no country code.
 */
function readRange(from: string, end: string, countryCode: string): CodeItem[] | "ambiguous" | "invalid" {
  if (countryCode === "" && isCountryCode(from)) {
    const joined = end.length > from.length && !end.startsWith(from) && from.length + end.length <= 15;
    return joined ? [{ prefix: from + end, writtenLength: from.length + end.length }] : "ambiguous";
  }
  const to = end.length === from.length ? end : from.slice(0, -end.length) + end;
  const isRange = to.length === from.length && from.length <= 15 && from[0] !== "0" && to[0] === from[0] && from <= to;
  return isRange ? coverRange(from, to) : "invalid";
}

/** The fewest prefixes that cover all numbers from `from` to `to`, both of one length: 9180–9189 is 918. */
export function coverRange(from: string, to: string): CodeItem[] {
  const writtenLength = from.length;
  const items: CodeItem[] = [];
  let low = Number(from);
  const high = Number(to);
  while (low <= high) {
    let width = 1;
    let digits = 0;
    while (low % (width * 10) === 0 && low + width * 10 - 1 <= high && digits < writtenLength - 1) {
      width *= 10;
      digits += 1;
    }
    items.push({ prefix: String(low / width), writtenLength });
    low += width;
  }
  return items;
}

export const codeMissing = (): Reject => ({
  code: "code-missing",
  what: "The row has a price but no code.",
  fix: "Fill in the code cell. If another column holds the codes, name it in the template's columns.code.",
});

const digitsLost = (text: string): Reject => ({
  code: "code-digits-lost",
  what: `The code "${text}" was shortened by a spreadsheet; its last digits are gone.`,
  fix: "Ask the carrier for the original file, or format the code column as text there and save it again.",
});

export const codeInvalid = (text: string, token: string): Reject => ({
  code: "code-invalid",
  what: token === text ? `"${text}" is no dial code.` : `"${token}" in the code cell "${text}" is no dial code.`,
  fix: "A code is 1 to 15 digits with the country code first and no leading zero; + and 00 may stand before it.",
});

const ambiguousSpaces = (text: string): Reject => ({
  code: "code-ambiguous",
  what: `The blanks in "${text}" can separate several codes, or a country code from its area codes.`,
  fix: 'Set the template\'s codeSpaces to "list", "country-first" or "grouping" (one code with blanks in it).',
});

const groupedNumber = (text: string): Reject => ({
  code: "code-ambiguous",
  what: `"${text}" can be a list of codes, or one code with thousands separators.`,
  fix: "Format the code column as text in the spreadsheet, or write the list with another separator.",
});

const ambiguousRange = (text: string, token: string): Reject => ({
  code: "code-ambiguous",
  what: `"${token}" in the code cell "${text}" can be a range, or a country code and an area code.`,
  fix: "Write all codes out in full: 4930 for one area, or 371,372 for two countries.",
});

const listTooLong = (text: string): Reject => ({
  code: "code-list-too-long",
  what: `The code cell "${text.slice(0, 40)}…" stands for more than ${CODES_PER_ROW_MAX} codes.`,
  fix: "Split the row, or use shorter prefixes.",
});
