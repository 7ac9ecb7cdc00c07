import type pg from "pg";

/**
 * The database roles that code works as; each is a role without login that the connection takes for one transaction.
 * `app`: requests, one tenant only; those of a reseller or a customer take `tollwright_account` instead, which sees less.
 * `ingest`: bulk load and charging, all tenants. `owner`: migrations, maintenance.
 */
export type Role = "app" | "ingest" | "owner";

/**
 * What narrows a transaction further. Only `app` has a scope, and it must have one: without it, it would see nothing.
 */
export interface Scopes {
  /** `accountId`: sees the subtree of this account and nothing else of the tenant; null or not given: all of it. */
  readonly app: { readonly tenantId: string; readonly accountId?: string | null };
  readonly ingest: Readonly<Record<string, never>>;
  readonly owner: Readonly<Record<string, never>>;
}

/** A statement's outcome: its rows, and how many rows it returned or changed. */
export interface Rows<Row> {
  readonly rows: Row[];
  readonly rowCount: number;
}

/**
 * An open transaction, under its role and scope; the only thing a store takes.
 *
 * Statements sent without awaiting the one before travel together and run in order. After an error every later
 * statement of the transaction fails too, and the transaction is rolled back.
 */
export interface Tx {
  /**
   * Runs one statement. Values are sent apart from the text ($1, $2 …), never inside it. Types of the result: see
   * sql-types.ts; numeric and int8 are strings, timestamptz is EpochMs, date is text.
   *
   * @throws pg.DatabaseError with the server's SQLSTATE in `code`.
   */
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>>;

  /** The same, prepared once per connection under `name`: for the statements of the hot paths. */
  prepared<Row extends object = Record<string, unknown>>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Rows<Row>>;
}

/** A transaction that can also copy: its connection takes pg-copy-streams, and each statement is sent by itself. */
export interface BulkTx extends Tx {
  /** For `client.query(copyFrom(…))` and `copyTo`; always through `stream/promises` pipeline. */
  readonly client: pg.PoolClient;
}

/** Whether a transaction can copy, and so sends each statement by itself. */
export const canCopy = (tx: Tx): tx is BulkTx => "client" in tx;
