import pg from "pg";
import { pageQuery, type SqlDialect } from "./page-query.ts";
import { positionText } from "./position.ts";
import { sqlColumnsMissing, sqlRefused, sqlTableMissing, sqlUnreachable } from "./problems.ts";
import { CONNECT_MS_MAX, PAGE_MS_MAX, type PageRequest, type SqlConnection, type TableReader } from "./table-reader.ts";
import { bytesText, tablePage } from "./table-rows.ts";
import { tlsFault } from "./tls-fault.ts";

const DIALECT: SqlDialect = { quoted: (name) => pg.escapeIdentifier(name), placeholder: "$1" };

/** bytea, of which the server writes "\x48656c6c6f", and timestamp with time zone. */
const BYTES = 17;
const TIMESTAMPTZ = 1_184;

/** Everything as the server writes it: numbers longer than a double is exact, times to the microsecond. */
const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

/**
 * A PostgreSQL that a switch writes to. Sessions can't write there, and are in UTC: a time with a zone comes with its
 * offset, and one without a zone as it stands. Errors: Problems `sql-unreachable`, `sql-refused`.
 */
export async function openPostgres({ url, tls, tlsAuthorities }: SqlConnection): Promise<TableReader> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: PAGE_MS_MAX + 1_000,
    keepAlive: true,
    application_name: "tollwright",
    types: AS_TEXT,
    ssl:
      tls === "off"
        ? false
        : { rejectUnauthorized: tls === "verified", ...(tlsAuthorities === null ? {} : { ca: tlsAuthorities }) },
    options: `-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO -c statement_timeout=${PAGE_MS_MAX}`,
  });
  client.on("error", () => undefined); // the query under way fails too, and tells
  try {
    await client.connect();
  } catch (error) {
    throw failure(error, null);
  }
  return {
    page: (request) => readPage(client, request),
    close: () => client.end().catch(() => undefined),
  };
}

async function readPage(client: pg.Client, request: PageRequest) {
  const { from, cursor } = request;
  const values = from === null ? [] : [positionText(cursor.kind, from)];
  const { fields, rows } = await client
    .query<(string | null)[]>({ text: pageQuery(DIALECT, request), values, rowMode: "array" })
    .catch((error: unknown) => {
      throw failure(error, request);
    });
  const columns = fields.map(({ name, dataTypeID }) => ({ name, isUtc: dataTypeID === TIMESTAMPTZ }));
  const bytesAt = new Set(fields.flatMap(({ dataTypeID }, index) => (dataTypeID === BYTES ? [index] : [])));
  const shown = (text: string | null, index: number) =>
    text !== null && bytesAt.has(index) ? bytesText(Buffer.from(text.slice(2), "hex")) : text;
  return tablePage(request, columns, bytesAt.size === 0 ? rows : rows.map((row) => row.map(shown)));
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57 (shutdown, cancelled), and what is no answer of the server. */
function failure(error: unknown, request: PageRequest | null) {
  const reason = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof pg.DatabaseError ? (error.code ?? "") : "";
  const tls = tlsFault(error);
  if (tls !== undefined) return sqlRefused({ reason: tls, cause: error });
  if (code === "" || /^(08|53|57)/.test(code)) return sqlUnreachable({ reason, cause: error });
  if (request !== null && (code === "42P01" || code === "3F000"))
    return sqlTableMissing({ table: request.table, cause: error });
  if (request !== null && code === "42703") return sqlColumnsMissing({ table: request.table, reason, cause: error });
  return sqlRefused({ reason, cause: error });
}
