import type { CursorKind, Position } from "./position.ts";

/** Rows as texts, in the order of their cursor column. */
export interface TablePage {
  readonly columns: readonly string[];
  /** Whether positions by time are UTC, or local times of the switch. */
  readonly isUtc: boolean;
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  /** One a column; null is the database's NULL. */
  readonly values: readonly (string | null)[];
  readonly position: Position;
}

/** What is asked of a table. */
export interface PageRequest {
  /** A table's name, with its schema's before a dot where it needs one. */
  readonly table: string;
  /** A query to read instead of the table, as an inner one; null reads the table. */
  readonly query: string | null;
  /** Columns in their order; null: all that there are. */
  readonly columns: readonly string[] | null;
  readonly cursor: { readonly column: string; readonly kind: CursorKind };
  /** The first position, rows at it included; null: from the beginning. */
  readonly from: Position | null;
  readonly limit: number;
}

/** A read-only connection to somebody else's database. */
export interface TableReader {
  /**
   * Rows from a position on. Errors: Problems `sql-table-missing`, `sql-columns-missing`, `sql-cursor-invalid`,
   * `sql-refused`, `sql-unreachable`.
   */
  page(request: PageRequest): Promise<TablePage>;
  close(): Promise<void>;
}

/** How to reach a database. */
export interface SqlConnection {
  /** With user and password: never stored, logged or shown. */
  readonly url: string;
  /** `verified`: the server proves its name; `encrypted`: whoever answers; `off`. */
  readonly tls: "verified" | "encrypted" | "off";
  /** Certificates, in PEM, of the authorities that may vouch for the server; null: those that Node knows. */
  readonly tlsAuthorities: string | null;
}

/** Longest wait for a connection. */
export const CONNECT_MS_MAX = 10_000;
/** Longest wait for one page: a switch's database must not be kept busy by a missing index. */
export const PAGE_MS_MAX = 60_000;
