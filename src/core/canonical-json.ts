import { invariant } from "./invariant.ts";

/** What JSON can say. Amounts are decimal strings, never numbers. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one text of a value: no spaces, members sorted by the UTF-16 units of their names, numbers and strings as
 * ECMAScript writes them. Two values that say the same have the same text, so that digests of it can be compared.
 *
 * Errors: a number that JSON can't say is a bug and throws. Source: RFC 8785.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "number") invariant(Number.isFinite(value), `JSON has no number ${value}`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
