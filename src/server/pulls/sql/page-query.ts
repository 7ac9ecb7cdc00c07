import type { PageRequest } from "./table-reader.ts";

/** What differs between databases in the text of a query. */
export interface SqlDialect {
  /** A name as an identifier, whatever characters it has. */
  readonly quoted: (name: string) => string;
  /** The place of the only value. */
  readonly placeholder: string;
}

/**
 * The query for a page. Rows at the first position are included: a page may have ended among rows that have the same.
 * A table's rows without a position are none of its results.
 */
export function pageQuery({ quoted, placeholder }: SqlDialect, request: PageRequest): string {
  const { table, query, columns, cursor, from, limit } = request;
  const wanted = columns === null ? "*" : columns.map(quoted).join(", ");
  const relation =
    query === null ? table.split(".").map(quoted).join(".") : `(${query.trim().replace(/;$/, "")}) as pulled`;
  const column = quoted(cursor.column);
  const condition = from === null ? `${column} is not null` : `${column} >= ${placeholder}`;
  return `select ${wanted} from ${relation} where ${condition} order by ${column} limit ${limit}`;
}
