import { readFile } from "node:fs/promises";
import { fileFault } from "../../mediation/read-file.ts";
import { readSecret } from "../secret.ts";
import type { SqlPull } from "../sql-settings.ts";
import { openMysql } from "./mysql-reader.ts";
import { openPostgres } from "./postgres-reader.ts";
import { sqlRefused, sqlUrlInvalid } from "./problems.ts";
import type { SqlConnection, TableReader } from "./table-reader.ts";

type Opener = (connection: SqlConnection) => Promise<TableReader>;

/** Who reads which URL. PostgreSQL's may name a socket's folder instead of a host, and is no URL then to others. */
const OPENERS: readonly (readonly [RegExp, Opener])[] = [
  [/^postgres(ql)?:\/\/\S*\/\S+$/, openPostgres],
  [/^(mysql|mariadb):\/\/[^\s/]+\/\S+$/, openMysql],
];

/**
 * Connects to the database of a pull. Errors: Problems `pull-secret-missing`, `sql-url-invalid`, `sql-unreachable`,
 * `sql-refused`; none shows a password.
 */
export async function openReader({ name, urlFrom, tls, caFile }: SqlPull): Promise<TableReader> {
  const url = await readSecret(`URL of pull ${name}`, urlFrom);
  const [, open] = OPENERS.find(([form]) => form.test(url)) ?? [];
  if (open === undefined || (open === openMysql && !URL.canParse(url))) throw sqlUrlInvalid({ pull: name });
  return await open({ url, tls, tlsAuthorities: caFile === null ? null : await authorities(caFile) });
}

async function authorities(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((cause: unknown) => {
    throw sqlRefused({ reason: `the file ${path} of its authorities can't be read, ${fileFault(cause)}`, cause });
  });
}
