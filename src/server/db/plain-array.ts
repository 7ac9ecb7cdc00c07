import { invariant } from "../../core/invariant.ts";

/**
 * An array parameter as PostgreSQL writes one, for plain tokens: uuids, numbers, dates, codes. pg escapes each element
 * of an array by itself, which costs more than the statement on arrays of tens of thousands.
 *
 * Errors: a token that would need quoting is a bug and throws.
 */
export function plainArray(tokens: readonly (string | number | bigint | null)[]): string {
  const text = tokens.map((token) => (token === null ? "NULL" : token)).join(",");
  invariant(PLAIN.test(text), "the elements of a plain array need no quotes");
  return `{${text}}`;
}

const PLAIN = /^[\w.:+\-,/]*$/;
