import { connect, isIP } from "node:net";
import {
  type ConnectionOptions,
  createConnection,
  type FieldPacket,
  type RowDataPacket,
  type Connection as Session,
} from "mysql2/promise";
import { pageQuery, type SqlDialect } from "./page-query.ts";
import { positionText } from "./position.ts";
import { sqlColumnsMissing, sqlRefused, sqlTableMissing, sqlUnreachable } from "./problems.ts";
import { CONNECT_MS_MAX, PAGE_MS_MAX, type PageRequest, type SqlConnection, type TableReader } from "./table-reader.ts";
import { bytesText, tablePage } from "./table-rows.ts";
import { tlsFault } from "./tls-fault.ts";

const DIALECT: SqlDialect = { quoted: (name) => `\`${name.replaceAll("`", "``")}\``, placeholder: "?" };

const DEFAULT_PORT = 3_306;

/** Types of columns on the wire, and the character set of what is bytes. */
const TIMESTAMP = 7;
const BIT = 16;
const GEOMETRY = 255;
const TEXT_TYPES_FROM = 249;
const NO_CHARACTERS = 63;

/**
 * A MySQL or MariaDB that a switch writes to. Sessions can't write there, and are in UTC: a TIMESTAMP comes as UTC and
 * says so, a DATETIME as it stands. Errors: Problems `sql-unreachable`, `sql-refused`.
 */
export async function openMysql({ url, tls, tlsAuthorities }: SqlConnection): Promise<TableReader> {
  const session = await createConnection({
    ...loginOf(new URL(url)),
    connectTimeout: CONNECT_MS_MAX,
    charset: "utf8mb4",
    rowsAsArray: true,
    // As the server writes it, byte for byte: numbers longer than a double is exact, and dates that are none.
    typeCast: (field) => field.buffer(),
    ...(tls === "off"
      ? {}
      : {
          ssl: {
            rejectUnauthorized: tls === "verified",
            verifyIdentity: tls === "verified",
            ...authorities(tlsAuthorities),
          },
        }),
  }).catch((error: unknown) => {
    throw failure(error, null);
  });
  session.on("error", () => undefined); // the query under way fails too, and tells
  try {
    await session.query("set session transaction read only");
    await session.query("set time_zone = '+00:00'");
  } catch (error) {
    session.destroy();
    throw failure(error, null);
  }
  return {
    page: (request) => readPage(session, request),
    close: async () => session.destroy(), // what was asked for was read; a polite end may wait for a server that hangs
  };
}

/** `?socket=/run/mysqld/mysqld.sock` names a socket instead of host and port. */
function loginOf({ hostname, port, username, password, pathname, searchParams }: URL): ConnectionOptions {
  const socketPath = searchParams.get("socket");
  const at = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? DEFAULT_PORT : Number(port) };
  return {
    ...(socketPath === null ? { ...at, ...underAddress(at) } : { socketPath }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

/**
 * mysql2 compares the certificate of a server that is named by its address with "localhost". With a dot at its end the
 * address is a name to mysql2, and an address again to Node, which leaves the dot out.
 */
const underAddress = ({ host, port }: { readonly host: string; readonly port: number }): ConnectionOptions =>
  isIP(host) === 0 ? {} : { host: `${host}.`, stream: () => connect(port, host) };

const authorities = (ca: string | null) => (ca === null ? {} : { ca });

async function readPage(session: Session, request: PageRequest) {
  const { from, cursor } = request;
  const values = from === null ? [] : [positionText(cursor.kind, from)];
  const [rows, fields] = await session
    .query<RowDataPacket[][]>({ sql: pageQuery(DIALECT, request), values, timeout: PAGE_MS_MAX })
    .catch((error: unknown) => {
      throw failure(error, request);
    });
  const columns = fields.map(({ name, columnType }) => ({ name, isUtc: columnType === TIMESTAMP }));
  const texts = (rows as unknown as (Buffer | null)[][]).map((row) =>
    row.map((bytes, index) => (bytes === null ? null : textOf(bytes, fields[index]))),
  );
  return tablePage(request, columns, texts);
}

function textOf(bytes: Buffer, field: FieldPacket | undefined): string {
  const type = field?.columnType ?? 0;
  if (type === BIT) return String(BigInt(`0x${bytes.toString("hex") || "0"}`));
  if (type === TIMESTAMP) return offsetShown(bytes.toString("latin1"));
  const isBytes = field?.characterSet === NO_CHARACTERS && type >= TEXT_TYPES_FROM && type < GEOMETRY;
  return isBytes ? bytesText(bytes) : bytes.toString("utf8");
}

/** The session is in UTC, and a TIMESTAMP does not say so; the zero date is no time at all. */
const offsetShown = (text: string): string => (text.startsWith("0000-") ? text : `${text}+00`);

/** Names of errors that are not the query's fault; those that mysql2 makes itself begin otherwise than with ER_. */
const PASSING = new Set(["ER_SERVER_SHUTDOWN", "ER_CON_COUNT_ERROR", "ER_QUERY_INTERRUPTED", "ER_STATEMENT_TIMEOUT"]);

function failure(error: unknown, request: PageRequest | null) {
  const reason = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const tls = tlsFault(error);
  if (tls !== undefined) return sqlRefused({ reason: tls, cause: error });
  if (!code.startsWith("ER_") || PASSING.has(code)) return sqlUnreachable({ reason: reason || code, cause: error });
  if (request !== null && code === "ER_NO_SUCH_TABLE") return sqlTableMissing({ table: request.table, cause: error });
  if (request !== null && code === "ER_BAD_FIELD_ERROR")
    return sqlColumnsMissing({ table: request.table, reason, cause: error });
  return sqlRefused({ reason, cause: error });
}
