import { decodeBytewise } from "./encoding.ts";

/** What database clients write for people or for themselves, by how its first lines look. */
const PRINTED: readonly (readonly [form: RegExp, what: string])[] = [
  [/^\+-+(\+-+)*\+$/, "a table as mysql or psql prints it"],
  [/^ .+\n[ -]?-+(\+-+)+-?$/, "a table as psql prints it"],
  [/^\*{10,} 1\. row \*{10,}$/, "rows as mysql prints them with \\G"],
  [/^-\[ RECORD 1 \]-/, "rows as psql prints them with \\x"],
  [/^-- (PostgreSQL database|MySQL|MariaDB) dump/, "a database dump"],
  [/^(COPY \S+ \(.*\) FROM stdin;|INSERT INTO \S+ |PRAGMA foreign_keys=OFF;|\/\*![0-9M]+)/, "a database dump"],
];

/** Lines that are looked at: a dump begins with a few of its own. */
const LINES = 5;
const HEAD_BYTES = 16_384;

/**
 * What a file is that begins with `head` when it was printed by a database client and no export: its rows can't be told
 * from its ornaments. null when it may be an export.
 */
export function printedBecause(head: Uint8Array): string | null {
  const text = decodeBytewise(head.subarray(0, HEAD_BYTES)).replace(/^\u00ef\u00bb\u00bf/, "");
  const lines = text
    .replace(/\n[^\n]*$/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && line !== "--")
    .slice(0, LINES);
  for (const [index, line] of lines.entries()) {
    const both = `${line}\n${lines[index + 1] ?? ""}`;
    const found = PRINTED.find(([form]) => form.test(line) || form.test(both));
    if (found !== undefined) return found[1];
  }
  return null;
}

/** Whether a line is what psql writes under an export, unless told not to: "(12 rows)". */
export const isRowCount = (line: string): boolean => /^\(\d+ rows?\)$/.test(line);
