import type { BulkTx, Tx } from "../db/tx.ts";
import { HELD, type HeldTable, type PersonKind } from "./held-data.ts";

/** Somebody of whom data is held. */
export interface Person {
  readonly kind: PersonKind;
  readonly tenantId: string;
  readonly id: string;
  /** A user's e-mail address, an account's code. */
  readonly name: string;
}

export async function findUser(tx: Tx, tenantId: string, email: string): Promise<Person | undefined> {
  const { rows } = await tx.query<{ id: string; email: string }>(
    "select id, email from users where tenant_id = $1 and email = lower($2)",
    [tenantId, email],
  );
  return rows.map(({ id, email: name }): Person => ({ kind: "user", tenantId, id, name }))[0];
}

export async function findAccountPerson(tx: Tx, tenantId: string, code: string): Promise<Person | undefined> {
  const { rows } = await tx.query<{ id: string; code: string }>(
    "select id, code from accounts where tenant_id = $1 and code = $2",
    [tenantId, code],
  );
  return rows.map(({ id, code: name }): Person => ({ kind: "account", tenantId, id, name }))[0];
}

/** The tables that hold something of such a person. */
export const tablesOf = (kind: PersonKind): readonly HeldTable[] => HELD.filter(({ of }) => of === kind);

/** $3 is for tables that know users by their address alone. */
const valuesOf = ({ where }: HeldTable, { kind, tenantId, id, name }: Person): unknown[] =>
  where.includes("$3") ? [tenantId, id, kind === "user" ? name : null] : [tenantId, id];

const PAGE_ROWS = 1_000;

/** Rows of a person as JSON text, through a cursor: as many as there are, in the memory of a page. */
export async function* rowsOf(tx: BulkTx, held: HeldTable, person: Person): AsyncGenerator<string> {
  const left = (held.secret ?? []).map((name) => ` - '${name}'`).join("");
  await tx.query(
    `declare person_rows no scroll cursor for select (to_jsonb(t)${left})::text as row from ${held.table} t
     where ${held.where}`,
    valuesOf(held, person),
  );
  let page: readonly { readonly row: string }[];
  do {
    page = (await tx.query<{ row: string }>(`fetch ${PAGE_ROWS} from person_rows`)).rows;
    for (const { row } of page) yield row;
  } while (page.length === PAGE_ROWS);
  await tx.query("close person_rows");
}

export async function countRows(tx: Tx, held: HeldTable, person: Person): Promise<number> {
  const { rows } = await tx.query<{ count: string }>(
    `select count(*) from ${held.table} where ${held.where}`,
    valuesOf(held, person),
  );
  return Number(rows[0]?.count ?? 0);
}

export async function deleteRows(tx: Tx, held: HeldTable, person: Person): Promise<number> {
  return (await tx.query(`delete from ${held.table} where ${held.where}`, valuesOf(held, person))).rowCount;
}

/** Takes out of rows what is personal in them, by the clause of an update. */
export async function blankRows(tx: Tx, held: HeldTable, set: string, person: Person): Promise<number> {
  return (await tx.query(`update ${held.table} set ${set} where ${held.where}`, valuesOf(held, person))).rowCount;
}

/** Columns that name who did something, of tables that are no part of the audit. */
async function authorColumns(tx: Tx): Promise<readonly { readonly table: string; readonly column: string }[]> {
  const { rows } = await tx.query<{ table: string; column: string }>(
    `select c.relname as table, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not like 'audit%' and a.attnum > 0 and not a.attisdropped and a.atttypid = 'text'::regtype
       and a.attname ~ '^(author|by_name|.*_by)$'
       and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id') order by 1, 2`,
  );
  return rows;
}

/** Puts an id where a user's name stands as the author of something; answers in how many rows. */
export async function pseudonymise(tx: Tx, { tenantId, id, name }: Person): Promise<number> {
  let count = 0;
  for (const { table, column } of await authorColumns(tx)) {
    const { rowCount } = await tx.query(
      `update ${table} set ${column} = $2 where ${column} in ('user:' || $3::text, $3) and tenant_id = $1`,
      [tenantId, `user:${id}`, name],
    );
    count += rowCount;
  }
  const told = await tx.query(
    `update events set data = jsonb_set(data, '{by}', to_jsonb($2::text))
     where tenant_id = $1 and data ->> 'by' in ('user:' || $3::text, $3)`,
    [tenantId, `user:${id}`, name],
  );
  return count + told.rowCount;
}

/** How many calls of an account are up. */
export async function openSessions(tx: Tx, { tenantId, id }: Person): Promise<number> {
  const { rows } = await tx.query<{ count: string }>(
    "select count(*) from sessions where tenant_id = $1 and account_id = $2 and state = 'open'",
    [tenantId, id],
  );
  return Number(rows[0]?.count ?? 0);
}
