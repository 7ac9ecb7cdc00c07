import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { loadTableShapes, type TableShape } from "../support/table-shapes.ts";
import { populateWorld, subtreeOf, type World, type WorldParty, type WorldTenant } from "../support/world.ts";
import { accountsOf, type Row, type Rows, TIES, type Tie } from "./ties.ts";

let db: TestDatabase;
let world: World;
let shapes: readonly TableShape[];
let rows: Rows;

beforeAll(async () => {
  db = await testDatabase();
  world = await populateWorld(db);
  shapes = await loadTableShapes(db);
  rows = await allRows();
});
afterAll(async () => {
  process.stdout.write(`\nRows seen, table by table; "-": it may not even ask.\n${countsTable()}\n`);
  await db.drop();
});

/** Who looks. No account: the operator's own people; no tenant: nobody said for whom. */
interface Scope {
  readonly name: string;
  readonly tenant: 0 | 1 | null;
  readonly party: WorldParty | null;
}

const SCOPES: readonly Scope[] = [
  { name: "no scope", tenant: null, party: null },
  { name: "operator A", tenant: 0, party: null },
  { name: "operator B", tenant: 1, party: null },
  { name: "top", tenant: 0, party: "top" },
  { name: "second", tenant: 0, party: "second" },
  { name: "customer", tenant: 0, party: "customer" },
  { name: "sibling", tenant: 0, party: "sibling" },
  { name: "direct", tenant: 0, party: "direct" },
];

/** Every row of every table, as the superuser sees it. */
async function allRows(): Promise<Rows> {
  return await db.session(async (client) => {
    const found = new Map<string, readonly Row[]>();
    for (const { name } of shapes) {
      const { rows } = await client.query<{ row: Row }>(`select to_jsonb(t) as row from ${name} t`);
      found.set(
        name,
        rows.map(({ row }) => row),
      );
    }
    return found;
  });
}

const tenantOf = ({ tenant }: Scope): WorldTenant | null => (tenant === null ? null : world.tenants[tenant]);

/** Whether a row is the scope's own, by what the table of ties says and not by any policy. */
function isOwn(scope: Scope, table: string, row: Row): boolean {
  const tenant = tenantOf(scope);
  if (tenant === null || (table === "tenants" ? row.id : row.tenant_id) !== tenant.tenantId) return false;
  if (scope.party === null) return true;
  const seen = subtreeOf(tenant, scope.party);
  return accountsOf(table, row, rows).some((id) => seen.has(id));
}

/** Runs `work` as the scope, on a connection of its own, and takes back whatever it did. */
async function as<T>(scope: Scope, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const tenant = tenantOf(scope);
  const accountId = tenant && scope.party && tenant.accounts[scope.party].id;
  return await db.session(async (client) => {
    await client.query(`begin; set local role ${accountId ? "tollwright_account" : "tollwright_app"}`);
    if (tenant) await client.query(`set local app.tenant_id = '${tenant.tenantId}'`);
    if (accountId) await client.query(`set local app.account_id = '${accountId}'`);
    try {
      return await work(client);
    } finally {
      await client.query("rollback");
    }
  });
}

type Answer = pg.QueryResult<Row> | { readonly refused: string };

/** A statement that may be refused, and is taken back. */
async function attempt(client: pg.PoolClient, sql: string, values: readonly unknown[] = []): Promise<Answer> {
  await client.query("savepoint attempted");
  const answer: Answer = await client
    .query<Row>(sql, [...values])
    .catch((error: { code?: string }) => ({ refused: error.code ?? String(error) }));
  await client.query("rollback to savepoint attempted");
  return answer;
}

const INSUFFICIENT_PRIVILEGE = "42501";
/** Columns that whoever is connected may read. */
async function readableColumns(client: pg.PoolClient, table: string): Promise<readonly string[]> {
  const { rows: found } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped
       and has_column_privilege(attrelid, attnum, 'select') order by attnum`,
    [table],
  );
  return found.map(({ name }) => name);
}

const picked = (row: Row, names: readonly string[]): string => JSON.stringify(names.map((name) => row[name]));

/** The table of docs/reference/isolation.md: the tie of each table, as it is said there. */
async function documentedTies(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(import.meta.dirname, "../../docs/reference/isolation.md"), "utf8");
  return Object.fromEntries([...text.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, table, tie]) => [table, tie]));
}

function tieText(tie: Tie): string {
  if (tie.kind === "operator") return "the operator's";
  return `\`${tie.kind === "column" ? tie.column : tie.table}\``;
}

describe("the world", () => {
  test("every table is classified, and nothing else is", () => {
    expect(Object.keys(TIES).toSorted()).toEqual(shapes.map(({ name }) => name).toSorted());
  });

  test("the reference says the same of each table", async () => {
    const ties = Object.entries(TIES).map(([table, tie]) => [table, tieText(tie)]);
    expect(await documentedTies()).toEqual(Object.fromEntries(ties));
  });

  test("every table has rows of both tenants: the walk would else prove nothing", () => {
    const bare = shapes
      .filter(({ columns }) => columns.some(({ name }) => name === "tenant_id"))
      .filter(({ name }) =>
        world.tenants.some(({ tenantId }) => !rows.get(name)?.some((row) => row.tenant_id === tenantId)),
      );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  test("every table below the operator shows its rows to somebody who has some", () => {
    const top = SCOPES.filter(({ party }) => party !== null);
    const unseen = shapes
      .filter(({ name }) => TIES[name]?.kind !== "operator")
      .filter(({ name }) => !top.some((scope) => rows.get(name)?.some((row) => isOwn(scope, name, row))));
    expect(unseen.map(({ name }) => name)).toEqual([]);
  });
});

/** Puts in a row that is given as JSON. */
function insertOf({ name, columns }: TableShape): string {
  const names = columns.flatMap((column) => (column.isGenerated ? [] : `"${column.name}"`)).join(", ");
  return `insert into ${name} (${names}) overriding system value
    select ${names} from jsonb_populate_record(null::${name}, $1)`;
}

/** How many rows of each table a scope sees; null: it may not even ask. */
const counts = new Map<string, Map<string, number | null>>();

function countsTable(): string {
  const names = [...counts.keys()];
  const cells = shapes.map(({ name }) => [name, ...names.map((scope) => String(counts.get(scope)?.get(name) ?? "-"))]);
  const line = ([table = "", ...numbers]: readonly string[]): string =>
    `${table.padEnd(24)}${numbers.map((text) => text.padStart(12)).join("")}`;
  return [["table", ...names], ...cells].map(line).join("\n");
}

describe.each(SCOPES)("$name", (scope) => {
  test("sees exactly its own rows of every table", async () => {
    const seen = new Map<string, number | null>();
    const wrong: object[] = [];
    await as(scope, async (client) => {
      for (const { name, columns } of shapes) {
        const readable = await readableColumns(client, name);
        seen.set(name, null);
        if (readable.length === 0) {
          expect(await attempt(client, `select from ${name}`)).toEqual({ refused: INSUFFICIENT_PRIVILEGE });
          if (scope.party !== null && TIES[name]?.kind !== "operator") wrong.push({ table: name, columns });
          continue;
        }
        const { rows: found } = await client.query<Row>(
          `select ${readable.map((column) => `to_jsonb(t."${column}") as "${column}"`).join(", ")} from ${name} t`,
        );
        seen.set(name, found.length);
        const wanted = (rows.get(name) ?? []).filter((row) => isOwn(scope, name, row));
        const texts = [found, wanted].map((some) => some.map((row) => picked(row, readable)).toSorted());
        if (JSON.stringify(texts[0]) !== JSON.stringify(texts[1]))
          wrong.push({ table: name, found: found.length, wanted: wanted.length });
      }
    });
    counts.set(scope.name, seen);
    expect(wrong).toEqual([]);
  });

  test("changes no row that is a stranger's, and can't give one away", async () => {
    const wrong: object[] = [];
    await as(scope, async (client) => {
      for (const shape of shapes) {
        const owned = (rows.get(shape.name) ?? []).filter((row) => isOwn(scope, shape.name, row)).length;
        const [column] = shape.columns.filter(({ name }) => name === "tenant_id" || name === "id");
        const statements = [
          `delete from ${shape.name}`,
          ...(column ? [`update ${shape.name} set "${column.name}" = "${column.name}"`] : []),
        ];
        for (const sql of statements) {
          const answer = await attempt(client, sql);
          const changed = "refused" in answer ? 0 : (answer.rowCount ?? 0);
          if (changed > owned) wrong.push({ sql, changed, owned });
        }
      }
    });
    expect(wrong).toEqual([]);
  });

  test("can't put in a row that is a stranger's, nor tell whether it is there", async () => {
    const wrong: object[] = [];
    await as(scope, async (client) => {
      for (const shape of shapes) {
        const stranger = rows.get(shape.name)?.find((row) => !isOwn(scope, shape.name, row));
        if (stranger === undefined) continue;
        for (const ending of ["", " on conflict do nothing"]) {
          const answer = await attempt(client, insertOf(shape) + ending, [JSON.stringify(stranger)]);
          if (!("refused" in answer) || answer.refused !== INSUFFICIENT_PRIVILEGE)
            wrong.push({ table: shape.name, ending, answer: "refused" in answer ? answer.refused : "done" });
        }
      }
    });
    expect(wrong).toEqual([]);
  });

  test("can't point from a row of its own at what is a stranger's", async () => {
    const wrong: object[] = [];
    await as(scope, async (client) => {
      for (const shape of shapes.filter(({ name }) => scope.party !== null && TIES[name]?.kind !== "operator")) {
        const own = rows.get(shape.name)?.find((row) => isOwn(scope, shape.name, row));
        const pointing = shape.columns.filter(({ references }) => references !== null && references !== "tenants");
        for (const { name, references } of own === undefined ? [] : pointing) {
          const stranger = rows.get(references ?? "")?.find((row) => !isOwn(scope, references ?? "", row));
          const fresh = shape.columns.some((column) => column.name === "id") ? { id: uuidv7() } : {};
          const row = { ...own, ...fresh, [name]: stranger?.id };
          const answer = await attempt(client, insertOf(shape), [JSON.stringify(row)]);
          if (!("refused" in answer) || answer.refused !== INSUFFICIENT_PRIVILEGE)
            wrong.push({ table: shape.name, name, answer: "refused" in answer ? answer.refused : "done" });
        }
      }
    });
    expect(wrong).toEqual([]);
  });
});

test("an account of another tenant is nobody", async () => {
  const [{ tenantId }, { accounts }] = world.tenants;
  const found = await db.transaction("app", { tenantId, accountId: accounts.top.id }, async (tx) => {
    const counted: Record<string, unknown> = {};
    for (const [table, tie] of Object.entries(TIES)) {
      if (tie.kind === "operator") continue;
      const { rows } = await tx.query<{ count: string }>(`select count(*) as count from ${table}`);
      if (rows[0]?.count !== "0") counted[table] = rows[0]?.count;
    }
    return counted;
  });
  // Rates between currencies, and months in the archive: of the tenant alone, whoever asks.
  expect(Object.keys(found)).toEqual(["archives", "exchange_rates"]);
});

test("prices above, vendors, and secrets are in no column that a subtree may read", async () => {
  const readable = await as({ name: "top", tenant: 0, party: "top" }, async (client) => {
    const found = new Map<string, readonly string[]>();
    for (const { name } of shapes) found.set(name, await readableColumns(client, name));
    return found;
  });
  const hidden = {
    sessions: ["levels", "attempt", "answers", "switch_key"],
    usage_events: ["vendor_account_id", "egress_trunk", "batch_id"],
    tariff_versions: ["derivation", "base_tariff_id", "deck_id", "published_by"],
    sip_users: ["secret", "key_id"],
    tenants: ["name", "letterhead"],
    journals: ["input_hash", "batch_id", "first_answered_at", "booked_by"],
    mails: ["body"],
  };
  for (const [table, columns] of Object.entries(hidden))
    expect(columns.filter((column) => readable.get(table)?.includes(column))).toEqual([]);
});
