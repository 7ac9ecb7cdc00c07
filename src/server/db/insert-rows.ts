import type { RowSink } from "./binary-copy.ts";
import { ColumnArrays } from "./column-arrays.ts";
import type { Rows, Tx } from "./tx.ts";

/** How rows of one kind are written into a table. */
export interface TableRows<Row> {
  readonly table: string;
  /** Names of the columns, in the order in which `write` gives them. */
  readonly columns: string;
  readonly write: (sink: RowSink, row: Row) => void;
}

/**
 * Inserts a few rows by one statement that is prepared once a connection: a `COPY` costs more than they do. It is sent
 * before this returns. `ending`: what follows the rows in the statement.
 */
export async function insertRows<Row, Returned extends object = Record<string, unknown>>(
  tx: Tx,
  { table, columns, write }: TableRows<Row>,
  rows: readonly Row[],
  ending = "",
): Promise<Rows<Returned>> {
  if (rows.length === 0) return { rows: [], rowCount: 0 };
  const arrays = new ColumnArrays();
  for (const row of rows) write(arrays, row);
  const unnested = arrays.types.map((type, index) => `$${index + 1}::${type}[]`).join(", ");
  const text = `insert into ${table} (${columns}) select * from unnest(${unnested}) ${ending}`;
  return await tx.prepared<Returned>(`insert-${table}`, text, arrays.parameters());
}
