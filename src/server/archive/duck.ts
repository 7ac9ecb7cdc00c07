import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBValue } from "@duckdb/node-api";
import { uuidv7 } from "../../clock.ts";
import { archiveUnavailable } from "./problems.ts";

/** A session of DuckDB: an analytical database in this process, which reads and writes Parquet files. */
export interface Duck {
  /** Runs one statement; values as `$1`, `$2` … Big integers, decimals and times come as text. */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): void;
}

/** A month is sorted and summed by PostgreSQL already; DuckDB streams, and needs little: beyond it, it uses files. */
const LIMITS = {
  memory_limit: "512MB",
  threads: "2",
  // What is not built in would be downloaded.
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
};

/**
 * Opens a session, in memory.
 *
 * @throws Problem `archive-unavailable` where the optional package is not installed or does not load.
 */
export async function openDuck(): Promise<Duck> {
  const { DuckDBInstance, listValue } = await loadPackage();
  const spill = join(tmpdir(), `tollwright-duckdb-${uuidv7()}`); // made when it is needed, and gone with the session
  const instance = await DuckDBInstance.create(":memory:", { ...LIMITS, temp_directory: spill });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  await connection.run("load parquet");
  await connection.run("set parquet_metadata_cache = true"); // what a file says of its row groups is read once a session
  return {
    rows: async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
      const bound = values.map((value) => (Array.isArray(value) ? listValue(value) : value) as DuckDBValue);
      return (await connection.runAndReadAll(sql, bound)).getRowObjectsJson() as Row[];
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Opens a session for `work` and closes it. */
export async function withDuck<T>(work: (duck: Duck) => Promise<T>): Promise<T> {
  const duck = await openDuck();
  try {
    return await work(duck);
  } finally {
    duck.close();
  }
}

async function loadPackage() {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw archiveUnavailable({ reason, cause });
  }
}

/** A text as a literal of SQL: names of files can't be parameters everywhere. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
