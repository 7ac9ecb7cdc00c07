import type { CodeItem } from "./codes.ts";

/** The codes of one deck row. */
export interface RowCodes {
  readonly items: readonly CodeItem[];
}

/** A folded prefix that clashes is written out again, up to this many codes. */
const UNFOLDED_MAX = 1_000;

/**
 * Writes folded ranges out again where folding would change a price: 9180-9189 became 918, but another row prices 918
 * or 9185 itself. Answers the prefixes per row, in order, and how many rows had to be written out.
 */
export function unfoldCodes(rows: readonly RowCodes[]): { prefixes: string[][]; unfoldedRows: number } {
  const folded = new Map<string, { row: number; writtenLength: number }>();
  for (const [row, { items }] of rows.entries()) {
    for (const { prefix, writtenLength } of items) {
      if (writtenLength > prefix.length && prefix !== "") folded.set(prefix, { row, writtenLength });
    }
  }
  const clashing = folded.size === 0 ? new Set<string>() : findClashes(rows, folded);
  let unfoldedRows = 0;
  const prefixes = rows.map(({ items }) => {
    const written = items.flatMap((item) =>
      clashing.has(item.prefix) && item.writtenLength > item.prefix.length ? writeOut(item) : [item.prefix],
    );
    if (written.length !== items.length) unfoldedRows += 1;
    return written;
  });
  return { prefixes, unfoldedRows };
}

function findClashes(
  rows: readonly RowCodes[],
  folded: ReadonlyMap<string, { readonly row: number; readonly writtenLength: number }>,
): Set<string> {
  const clashing = new Set<string>();
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

function writeOut({ prefix, writtenLength }: CodeItem): string[] {
  const width = writtenLength - prefix.length;
  if (10 ** width > UNFOLDED_MAX) return [prefix];
  return Array.from({ length: 10 ** width }, (_, at) => prefix + String(at).padStart(width, "0"));
}
