import { parsePosition } from "./position.ts";
import { sqlCursorInvalid } from "./problems.ts";
import type { PageRequest, TablePage, TableRow } from "./table-reader.ts";

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** A time with a zone: it comes in UTC. */
  readonly isUtc: boolean;
}

/**
 * A page of the texts that a database wrote, with the position of each row. Errors: Problem `sql-cursor-invalid`.
 */
export function tablePage(
  request: PageRequest,
  columns: readonly ResultColumn[],
  rows: readonly (readonly (string | null)[])[],
): TablePage {
  const { table, cursor } = request;
  const at = columns.findIndex(({ name }) => name.toLowerCase() === cursor.column.toLowerCase());
  if (at < 0) throw sqlCursorInvalid({ table, column: cursor.column, seen: null });
  const isUtc = columns[at]?.isUtc ?? false;
  return {
    columns: columns.map(({ name }) => name),
    isUtc,
    rows: rows.map((values): TableRow => {
      const text = values[at] ?? "";
      const position = parsePosition(cursor.kind, isUtc ? text.replace(/\+00$/, "") : text);
      if (position === undefined) throw sqlCursorInvalid({ table, column: cursor.column, seen: text });
      return { position, values };
    }),
  };
}

/** Bytes of a column of bytes: the text that they are in UTF-8, or else two hexadecimal digits each. */
export function bytesText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("hex");
  }
}
