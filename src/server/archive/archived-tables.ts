import { invariant } from "../../core/invariant.ts";
import { addDecimal, type Decimal, formatDecimal, parseDecimal } from "../../core/money/decimal.ts";

/** Which tables go to the archive, each to a file of its own. */
export const ARCHIVED_TABLES = ["usage_events", "charges", "usage_history"] as const;
export type ArchivedTable = (typeof ARCHIVED_TABLES)[number];

/** How a column stands in Parquet. `decimal`: of any scale, as text; `json`: as text. */
type ColumnKind = "uuid" | "time" | "text" | "smallint" | "integer" | "bigint" | "amount" | "decimal" | "json";

interface TableShape {
  /** All columns of the table; new ones stand last, since digests of older files go by their order. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** Order of the rows in the file: by time, so that a search for a day leaves the rest of the file alone. */
  readonly order: string;
  /** SQL that names what sums are made of: by side and currency where there is money. */
  readonly group: string;
  readonly amount: string;
  readonly seconds: string;
}

export const SHAPES: Readonly<Record<ArchivedTable, TableShape>> = {
  usage_events: {
    columns: {
      tenant_id: "uuid",
      book_id: "uuid",
      started_at: "time",
      id: "uuid",
      account_id: "uuid",
      source_id: "uuid",
      batch_id: "bigint",
      line: "bigint",
      revision: "smallint",
      call_key: "text",
      leg: "text",
      call_id: "text",
      direction: "text",
      calling: "text",
      called: "text",
      answered_at: "time",
      ended_at: "time",
      talked_ms: "bigint",
      talked_s: "integer",
      account_code: "text",
      sip_user: "text",
      source_address: "text",
      ingress_trunk: "text",
      egress_trunk: "text",
      vendor_account_id: "uuid",
      q850: "smallint",
      sip: "smallint",
      cause_text: "text",
      tech_prefix: "text",
      routing_number: "text",
      service: "text",
      quantity: "bigint",
    },
    order: "started_at, id",
    group: "'calls'",
    amount: "0",
    seconds: "talked_s",
  },
  charges: {
    columns: {
      tenant_id: "uuid",
      book_id: "uuid",
      answered_at: "time",
      usage_id: "uuid",
      entry_no: "smallint",
      account_id: "uuid",
      side: "text",
      batch_id: "bigint",
      amount: "amount",
      currency: "text",
      tariff_amount: "amount",
      tariff_currency: "text",
      exchange_rate: "decimal",
      tariff_id: "uuid",
      tariff_epoch: "bigint",
      prefix: "text",
      destination: "text",
      rate: "decimal",
      billed_s: "integer",
      reverses_entry_no: "smallint",
      connect_fee: "decimal",
      covered_s: "integer",
      parts: "json",
      service: "text",
      quantity: "bigint",
    },
    order: "answered_at, usage_id, entry_no",
    group: "side || ' ' || currency",
    amount: "amount",
    seconds: "billed_s",
  },
  usage_history: {
    columns: {
      tenant_id: "uuid",
      book_id: "uuid",
      id: "uuid",
      revision: "smallint",
      replaced_at: "time",
      batch_id: "bigint",
      event: "json",
    },
    order: "book_id, id, revision",
    group: "'earlier readings'",
    amount: "0",
    seconds: "0",
  },
};

/** Column names of a table, for a list in SQL. */
export const columnList = (table: ArchivedTable): string => Object.keys(SHAPES[table].columns).join(", ");

/** Types of Parquet, by the names that DuckDB has for them. */
export const DUCK_TYPES: Readonly<Record<ColumnKind, string>> = {
  uuid: "UUID",
  time: "TIMESTAMPTZ",
  text: "VARCHAR",
  smallint: "SMALLINT",
  integer: "INTEGER",
  bigint: "BIGINT",
  amount: "DECIMAL(28,9)",
  decimal: "VARCHAR",
  json: "VARCHAR",
};

/**
 * What rows of one side and currency come to. `digest` is the sum of a number that is made of every column of a row:
 * it is the same in both databases, in any order of the rows, and another as soon as one column of one row is.
 */
export interface Figure {
  readonly key: string;
  readonly rows: string;
  readonly digest: string;
  readonly amount: string;
  readonly seconds: string;
}

/**
 * The figures of `source`, in SQL that PostgreSQL and DuckDB read alike but for what `dialect` says; of the columns that
 * `has` lets in.
 */
export const figuresSql = (
  table: ArchivedTable,
  source: string,
  dialect: "postgres" | "duckdb",
  has: (column: string) => boolean = () => true,
): string => {
  const { group, amount, seconds } = SHAPES[table];
  return `select ${group} as key, count(*)::text as rows, sum(${rowNumber(table, dialect, has)})::text as digest,
      sum(${amount})::text as amount, sum(${seconds})::text as seconds
    from ${source} group by 1 order by 1`;
};

/** 60 bits of the MD5 of a row's text: against damage and mistakes, not against forgers, whom the file's SHA-256 meets. */
function rowNumber(table: ArchivedTable, dialect: "postgres" | "duckdb", has: (column: string) => boolean): string {
  const micros = (column: string): string =>
    dialect === "duckdb" ? `epoch_us(${column})` : `(extract(epoch from ${column}) * 1000000)::bigint`;
  const columns = Object.entries(SHAPES[table].columns).filter(([column]) => has(column));
  const texts = columns.map(
    ([column, kind]) => `coalesce((${kind === "time" ? micros(column) : column})::text, chr(30))`,
  );
  const digits = `left(md5(concat_ws(chr(31), ${texts.join(", ")})), 15)`;
  return dialect === "duckdb" ? `('0x' || ${digits})::bigint` : `('x' || ${digits})::bit(60)::bigint`;
}

/** Whether two lists of figures say the same. */
export const sameFigures = (a: readonly Figure[], b: readonly Figure[]): boolean => figuresText(a) === figuresText(b);

const figuresText = (figures: readonly Figure[]): string =>
  figures
    .map(({ key, rows, digest, amount, seconds }) => [key, ...[rows, digest, amount, seconds].map(plain)].join(" "))
    .sort()
    .join("\n");

/** What several lists of figures come to together. */
export function sumFigures(lists: readonly (readonly Figure[])[]): readonly Figure[] {
  const sums = new Map<string, Figure>();
  for (const figure of lists.flat()) {
    const sum = sums.get(figure.key);
    sums.set(figure.key, sum === undefined ? figure : added(sum, figure));
  }
  return [...sums.values()];
}

const added = (a: Figure, b: Figure): Figure => ({
  key: a.key,
  rows: addedTexts(a.rows, b.rows),
  digest: addedTexts(a.digest, b.digest),
  amount: addedTexts(a.amount, b.amount),
  seconds: addedTexts(a.seconds, b.seconds),
});

const addedTexts = (a: string, b: string): string => formatDecimal(addDecimal(decimalOf(a), decimalOf(b)));

/** A figure without the zeros that one of the databases may write behind it. */
const plain = (figure: string): string => formatDecimal(decimalOf(figure));

function decimalOf(figure: string): Decimal {
  const value = parseDecimal(figure);
  invariant(value, `${figure} is a decimal`);
  return value;
}

/** All rows of a list of figures. */
export const rowsOf = (figures: readonly Figure[]): number => figures.reduce((sum, { rows }) => sum + Number(rows), 0);

/** One text for all rows of figures, however many files they come from. */
export const digestOf = (figures: readonly Figure[]): string =>
  `${rowsOf(figures)} ${figures.reduce((sum, { digest }) => sum + BigInt(digest), 0n)}`;
