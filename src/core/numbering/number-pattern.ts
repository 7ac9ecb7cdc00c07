import { NOT_E164_MARK } from "./stored-number.ts";

/**
 * What stored numbers (see `calledText`) are looked for. `exact` and `prefix` are found by an index, `contains` by
 * reading. An exact number is looked for as E.164 and as a number that is not.
 */
export type NumberPattern =
  | { readonly kind: "exact"; readonly texts: readonly string[] }
  | { readonly kind: "prefix"; readonly ranges: readonly TextRange[] }
  | { readonly kind: "contains"; readonly part: string };

/** Texts from `from` up to but not including `until`, by code point. */
export interface TextRange {
  readonly from: string;
  readonly until: string;
}

/**
 * Reads what a person types: "+44 20 7946 0018" or "442079460018" is one number, "4420*" all that begin so, "*0018" or
 * "*794*" all that hold it. Spaces, hyphens, dots, slashes and brackets are left out, and so are a "+" or "00" before an
 * E.164 number. undefined: there is nothing to look for.
 */
export function readNumberPattern(typed: string): NumberPattern | undefined {
  const text = typed.trim();
  const inner = text.replace(/^\*|\*$/g, "").replaceAll("*", "");
  if (text.slice(1, -1).includes("*")) return undefined;
  if (text.startsWith("*")) {
    const part = plain(inner);
    return part === "" ? undefined : { kind: "contains", part };
  }
  const number = withoutDialPrefix(plain(inner));
  if (number === "") return undefined;
  const texts = number.startsWith(NOT_E164_MARK) ? [number] : [number, NOT_E164_MARK + number];
  return text.endsWith("*") ? { kind: "prefix", ranges: texts.map(rangeOf) } : { kind: "exact", texts };
}

const plain = (text: string): string => text.replace(/[\s\-./()]/g, "");

const withoutDialPrefix = (text: string): string => text.replace(/^(?:\+|00)(?=\d)/, "");

/** The first text after all that begin with `prefix`, whose last character is never the highest there is. */
const rangeOf = (prefix: string): TextRange => ({
  from: prefix,
  until: prefix.slice(0, -1) + String.fromCodePoint((prefix.codePointAt(prefix.length - 1) ?? 0) + 1),
});
