import { uuidv7 } from "../../src/clock.ts";
import type { Tx } from "../../src/server/db/tx.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import type { TestDatabase } from "./database.ts";
import { ROW_VALUES } from "./row-values.ts";
import { type ColumnShape, loadTableShapes, type TableShape } from "./table-shapes.ts";
import type { WorldTenant } from "./world.ts";

/** Whose row is made. */
interface RowOwner {
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly tenantId: string;
  readonly account: StoredAccount;
  /** Counts all rows made: what has to differ differs by it. */
  readonly number: number;
}

/**
 * Gives each table that is empty for a tenant a row, and each that is kept by account one for every account without.
 * Values are made up by type and by what a column points at; those that a table is particular about stand in
 * {@link ROW_VALUES}.
 */
export async function fillTables(db: TestDatabase, tenants: readonly WorldTenant[]): Promise<void> {
  const shapes = new Map((await loadTableShapes(db)).map((shape) => [shape.name, shape]));
  const refusals = new Set<string>();
  await db.transaction("owner", {}, async (tx) => {
    for (const tenant of tenants) {
      const filling = { shapes, tenant, filled: new Set<string>(), refusals };
      for (const shape of shapes.values()) await fillAfter(tx, shape, filling);
    }
  });
  if (refusals.size > 0)
    throw new Error(
      `The world lacks rows; give these tables values in test/support/row-values.ts:\n${[...refusals].join("\n")}`,
    );
}

interface Filling {
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly tenant: WorldTenant;
  readonly filled: Set<string>;
  readonly refusals: Set<string>;
}

/** Fills a table after those that its rows have to point at. */
async function fillAfter(tx: Tx, shape: TableShape, filling: Filling): Promise<void> {
  if (filling.filled.has(shape.name)) return;
  filling.filled.add(shape.name);
  for (const { references } of shape.columns) {
    const pointedAt = references === null ? undefined : filling.shapes.get(references);
    if (pointedAt) await fillAfter(tx, pointedAt, filling);
  }
  await tx.query("savepoint filling");
  try {
    await fill(tx, shape, filling);
  } catch (error) {
    await tx.query("rollback to savepoint filling");
    filling.refusals.add(`${shape.name}: ${(error as Error).message}`);
  }
}

async function fill(tx: Tx, shape: TableShape, { shapes, tenant: { tenantId, accounts } }: Filling): Promise<void> {
  const has = (name: string): boolean => hasColumn(shape, name);
  if (!has("tenant_id")) return;
  const { rows } = await tx.query<{ account_id: string | null }>(
    `select ${has("account_id") ? "account_id" : "null as account_id"} from ${shape.name} where tenant_id = $1`,
    [tenantId],
  );
  const present = new Set(rows.map((row) => row.account_id));
  const everybody = Object.values(accounts);
  const owners = has("account_id") ? everybody.filter(({ id }) => !present.has(id)) : everybody.slice(0, 1);
  if (!has("account_id") && rows.length > 0) return;
  for (const account of owners) {
    made += 1;
    await insertRow(tx, shape, { shapes, tenantId, account, number: made });
  }
}

const hasColumn = ({ columns }: TableShape, name: string): boolean => columns.some((column) => column.name === name);

let made = 0;

async function insertRow(tx: Tx, shape: TableShape, owner: RowOwner): Promise<void> {
  const particular = ROW_VALUES[shape.name] ?? {};
  const columns: string[] = [];
  const values: unknown[] = [];
  for (const column of shape.columns) {
    const value = column.name in particular ? particular[column.name] : await valueFor(tx, column, owner);
    if (value === undefined) continue;
    columns.push(`"${column.name}"`);
    values.push(typeof value === "function" ? value(owner) : value);
  }
  const places = values.map((_, index) => `$${index + 1}`).join(", ");
  const sql = `insert into ${shape.name} (${columns.join(", ")}) overriding system value values (${places})`;
  await tx.query(sql, values);
}

/** Undefined: the column's own default, or null. */
async function valueFor(tx: Tx, column: ColumnShape, owner: RowOwner): Promise<unknown> {
  const { tenantId, account, number } = owner;
  if (column.name === "tenant_id") return tenantId;
  if (column.name === "account_id") return account.id;
  if (column.name === "book_id") return account.bookId;
  if (!column.isRequired) return undefined;
  if (column.references !== null) return await idIn(tx, column.references, owner);
  if (column.firstAllowed !== null) return column.firstAllowed;
  if (!(column.type in BY_TYPE)) throw new Error(`No value of ${column.type} for the column ${column.name}`);
  return BY_TYPE[column.type as keyof typeof BY_TYPE](number);
}

/** A row of the tenant's to point at, of the same account where there is one. */
async function idIn(tx: Tx, table: string, { shapes, tenantId, account }: RowOwner): Promise<string | undefined> {
  const shape = shapes.get(table);
  const isOwn = shape && hasColumn(shape, "account_id") ? "account_id is not distinct from $2" : "$2::uuid is null";
  const { rows } = await tx.query<{ id: string }>(
    `select id from ${table} where tenant_id = $1 order by ${isOwn} desc, id limit 1`,
    [tenantId, account.id],
  );
  return rows[0]?.id;
}

const BY_TYPE = {
  uuid: () => uuidv7(),
  text: (number: number) => `x${number}`,
  "text[]": () => ["x"],
  "uuid[]": () => [],
  bytea: (number: number) => Buffer.from(String(number).padStart(32, "0")),
  boolean: () => false,
  smallint: () => 1,
  integer: () => 1,
  bigint: (number: number) => number,
  numeric: () => "1",
  date: () => "2026-03-01",
  "timestamp with time zone": () => "2026-03-02T10:00:00Z",
  json: () => "{}",
  jsonb: () => "{}",
} as const;
