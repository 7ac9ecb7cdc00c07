import { readFile } from "node:fs/promises";
import { fileFault } from "../../mediation/read-file.ts";
import { readSecret } from "../secret.ts";
import type { SqlPull } from "../sql-settings.ts";
import { openMysql } from "./mysql-reader.ts";
import { openPostgres } from "./postgres-reader.ts";
import { sqlRefused, sqlUrlInvalid } from "./problems.ts";
import type { SqlConnection, TableReader } from "./table-reader.ts";

const OPENERS: Readonly<Record<string, (connection: SqlConnection) => Promise<TableReader>>> = {
  "postgres:": openPostgres,
  "postgresql:": openPostgres,
  "mysql:": openMysql,
  "mariadb:": openMysql,
};

/**
 * Connects to the database of a pull. Errors: Problems `pull-secret-missing`, `sql-url-invalid`, `sql-unreachable`,
 * `sql-refused`; none shows a password.
 */
export async function openReader({ name, urlFrom, tls, caFile }: SqlPull): Promise<TableReader> {
  const text = await readSecret(`URL of pull ${name}`, urlFrom);
  const url = URL.canParse(text) ? new URL(text) : null;
  const open = OPENERS[url?.protocol ?? ""];
  if (url === null || open === undefined || url.pathname.length < 2) throw sqlUrlInvalid({ pull: name });
  return await open({ url, tls, tlsAuthorities: caFile === null ? null : await authorities(caFile) });
}

async function authorities(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((cause: unknown) => {
    throw sqlRefused({ reason: `the file ${path} of its authorities can't be read, ${fileFault(cause)}`, cause });
  });
}
