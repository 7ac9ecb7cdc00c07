import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { from as copyFrom } from "pg-copy-streams";
import { copyTo } from "../db/copy-to.ts";
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

/** Columns that Parquet files have, each with the number of files that have it. */
async function columnsOf(duck: Duck, paths: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await duck.rows<{ name: string; files: string }>(
    `select name, count(distinct file_name)::varchar as files from parquet_schema(${listOf(paths)}) group by name`,
  );
  return new Map(rows.map(({ name, files }) => [name, Number(files)]));
}

const listOf = (paths: readonly string[]): string => `[${paths.map(literal).join(", ")}]`;

/**
 * SQL for the rows of Parquet files with all columns of their table. A file that was written before a column came to
 * the table lacks it: there it is null, as it is in rows that were in the database then.
 */
export async function rowsInFiles(duck: Duck, table: ArchivedTable, paths: readonly string[]): Promise<string> {
  const present = await columnsOf(duck, paths);
  const columns = Object.entries(SHAPES[table].columns);
  if (columns.every(([column]) => present.get(column) === paths.length)) return `read_parquet(${listOf(paths)})`;
  const added = columns.flatMap(([column, kind]) =>
    present.has(column) ? [] : [`null::${DUCK_TYPES[kind]} as ${column}`],
  );
  return `(select ${["*", ...added].join(", ")} from read_parquet(${listOf(paths)}, union_by_name = true))`;
}

/** What the rows of a Parquet file come to, by the columns that it has. */
export async function fileFigures(duck: Duck, table: ArchivedTable, path: string): Promise<readonly Figure[]> {
  const present = await columnsOf(duck, [path]);
  const source = `read_parquet(${literal(path)})`;
  return await duck.rows<Figure>(figuresSql(table, source, "duckdb", (column) => present.has(column)));
}

/** What the rows of a Parquet file come to in the table as it is now; `written` by the columns that it has. */
export async function tableFigures(
  duck: Duck,
  table: ArchivedTable,
  { path, written }: { readonly path: string; readonly written: readonly Figure[] },
): Promise<readonly Figure[]> {
  const present = await columnsOf(duck, [path]);
  if (Object.keys(SHAPES[table].columns).every((column) => present.has(column))) return written;
  return await duck.rows<Figure>(figuresSql(table, await rowsInFiles(duck, table, [path]), "duckdb"));
}

/** Writes the rows of a Parquet file, or those that meet `where`, to a packed file as CSV. */
export async function toCsv(
  duck: Duck,
  { table, path, csv, where = "true" }: { table: ArchivedTable; path: string; csv: string; where?: string },
): Promise<void> {
  const rows = `select ${columnList(table)} from ${await rowsInFiles(duck, table, [path])} where ${where}`;
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
