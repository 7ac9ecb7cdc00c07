import type { JsonNode } from "./json-node.ts";

/** What a column that a format knows is called in a file. */
export type NameOf<Column extends string> = (column: Column) => string;

/**
 * Reads an operator's names for the columns of a header that mean what a format knows by another name:
 * `{ "Caller": "cli" }`. Columns without one are called as the format calls them.
 */
export function readRenamed<Column extends string>(
  node: JsonNode | undefined,
  columns: readonly Column[],
): NameOf<Column> {
  const written = new Map(node?.entries().map(([name, column]) => [column.oneOf(columns), name]));
  return (column) => written.get(column) ?? column;
}
