import type { CodeItem } from "./codes.ts";

/** The codes of one deck row. */
export interface RowCodes {
  readonly items: readonly CodeItem[];
}

/** A folded prefix that clashes is written out again, up to this many codes. */
const UNFOLDED_MAX = 1_000;

/**
 * Folded prefixes that would change a price and must be written out again: 9180-9189 became 918, but another row prices
 * 918 or 9185 itself.
 */
export function findClashes(rows: readonly RowCodes[]): ReadonlySet<string> {
  const folded = new Map<string, { row: number; writtenLength: number }>();
  for (const [row, { items }] of rows.entries()) {
    for (const { prefix, writtenLength } of items) {
      if (writtenLength > prefix.length && prefix !== "") folded.set(prefix, { row, writtenLength });
    }
  }
  const clashing = new Set<string>();
  if (folded.size === 0) return clashing;
  for (const [row, { items }] of rows.entries()) {
    for (const { prefix } of items) {
      for (let length = 1; length <= prefix.length; length += 1) {
        const parent = folded.get(prefix.slice(0, length));
        if (parent === undefined || parent.row === row || prefix.length > parent.writtenLength) continue;
        clashing.add(prefix.slice(0, length));
      }
    }
  }
  return clashing;
}

/** The prefixes of a code item; a folded one among `clashing` is every code it was written for. */
export function unfold({ prefix, writtenLength }: CodeItem, clashing: ReadonlySet<string>): string[] {
  const width = writtenLength - prefix.length;
  if (width === 0 || !clashing.has(prefix) || 10 ** width > UNFOLDED_MAX) return [prefix];
  return Array.from({ length: 10 ** width }, (_, at) => prefix + String(at).padStart(width, "0"));
}
