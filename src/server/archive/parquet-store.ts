import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { BulkTx } from "../db/tx.ts";
import { type ArchivedTable, columnList, DUCK_TYPES, type Figure, figuresSql, SHAPES } from "./archived-tables.ts";
import { type Duck, literal } from "./duck.ts";

/**
 * Rows go between the two databases as CSV, packed: text is what both read and write exactly, and DuckDB has no way to
 * take a stream. `\N` is null; a text of these two characters, and the empty one, are quoted.
 */
const CSV = `header false, delim ',', quote '"', escape '"', nullstr '\\N', compression zstd`;

/** Writes what each `COPY … TO STDOUT` answers to one packed file. */
export async function copyOut(tx: BulkTx, statements: readonly string[], path: string): Promise<void> {
  async function* texts(): AsyncGenerator<Buffer> {
    for (const statement of statements) yield* tx.client.query(copyTo(statement)) as AsyncIterable<Buffer>;
  }
  await pipeline(texts(), createZstdCompress(), createWriteStream(path, { mode: 0o600 }));
}

/** Makes a packed file of {@link copyOut} a Parquet file. */
export async function toParquet(duck: Duck, table: ArchivedTable, csv: string, path: string): Promise<void> {
  const types = Object.entries(SHAPES[table].columns).map(([column, kind]) => `${column}: '${DUCK_TYPES[kind]}'`);
  await duck.rows(
    `copy (
       select * from read_csv(${literal(csv)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
         nullstr = '\\N', allow_quoted_nulls = false, new_line = '\\n', max_line_size = 1048576, parallel = false,
         compression = 'zstd', columns = {${types.join(", ")}})
     ) to ${literal(path)} (format parquet, compression zstd, parquet_version v2)`,
  );
}

/** What the rows of a Parquet file come to. */
export const fileFigures = (duck: Duck, table: ArchivedTable, path: string): Promise<readonly Figure[]> =>
  duck.rows<Figure>(figuresSql(table, `read_parquet(${literal(path)})`, "duckdb"));

/** Writes the rows of a Parquet file, or those that meet `where`, to a packed file as CSV. */
export async function toCsv(
  duck: Duck,
  { table, path, csv, where = "true" }: { table: ArchivedTable; path: string; csv: string; where?: string },
): Promise<void> {
  const rows = `select ${columnList(table)} from read_parquet(${literal(path)}) where ${where}`;
  await duck.rows(`copy (${rows}) to ${literal(csv)} (format csv, ${CSV})`);
}

/** Sends a packed file of {@link toCsv} to a `COPY … FROM STDIN`, and removes it. */
export async function copyIn(tx: BulkTx, csv: string, statement: string): Promise<void> {
  try {
    await pipeline(createReadStream(csv), createZstdDecompress(), tx.client.query(copyFrom(statement)));
  } finally {
    await rm(csv, { force: true });
  }
}
