import { uuidv7 } from "../../src/clock.ts";
import type { TestDatabase } from "../support/database.ts";
import { subtreeOf, type WorldParty, type WorldTenant } from "../support/world.ts";
import { accountsOf, type Row, type Rows } from "./ties.ts";

/** What a name in a path, a query or a body points at: a column of a table. */
interface Reference {
  readonly table: string;
  readonly column: string;
}

/** Every name by which routes point at something stored. A new one is written here, or the walk fails. */
export const REFERENCES: Readonly<Record<string, Reference>> = {
  account: { table: "accounts", column: "code" },
  accountId: { table: "accounts", column: "id" },
  alarm: { table: "alarms", column: "id" },
  call: { table: "usage_events", column: "id" },
  delivery: { table: "webhook_deliveries", column: "id" },
  entry: { table: "audit_entries", column: "id" },
  factor: { table: "user_second_factors", column: "id" },
  impersonation: { table: "impersonations", column: "id" },
  invoice: { table: "invoices", column: "number" },
  key: { table: "api_keys", column: "id" },
  operation: { table: "operations", column: "id" },
  parent: { table: "accounts", column: "code" },
  role: { table: "roles", column: "id" },
  row: { table: "quarantine", column: "id" },
  seller: { table: "accounts", column: "code" },
  session: { table: "user_sessions", column: "id" },
  source: { table: "sources", column: "name" },
  tariff: { table: "tariffs", column: "name" },
  user: { table: "users", column: "id" },
  userId: { table: "users", column: "id" },
  webhook: { table: "webhooks", column: "id" },
};

/** Two tenants may use one name, and the world's do. Here the second calls its things as the first calls none. */
export async function renameOthers(db: TestDatabase, tenantId: string): Promise<void> {
  const named = new Map(Object.values(REFERENCES).map((one) => [`${one.table}.${one.column}`, one]));
  await db.transaction("owner", {}, async (tx) => {
    for (const { table, column } of named.values())
      if (column !== "id")
        await tx.query(`update ${table} set ${column} = ${column} || '-of-others' where tenant_id = $1`, [tenantId]);
  });
}

/** Who asks, and so what is theirs. */
export interface Place {
  readonly tenant: WorldTenant;
  /** null: the operator's people. */
  readonly party: WorldParty | null;
}

/** Whether a row is theirs to see, by the table of ties. */
export function isOwn({ tenant, party }: Place, table: string, row: Row, rows: Rows): boolean {
  if ((table === "tenants" ? row.id : row.tenant_id) !== tenant.tenantId) return false;
  if (party === null) return true;
  const seen = subtreeOf(tenant, party);
  return accountsOf(table, row, rows).some((id) => seen.has(id));
}

/** What a place's own things are called, what others' are, and what nothing is. */
export interface Names {
  /** What is not there, where they have no such thing. */
  own(name: string): string;
  strangers(name: string): string;
  missing(name: string): string;
}

/** `stranger` has what is pointed at from outside: another tenant, or the same one, of which the place sees a part. */
export function namesOf(place: Place, stranger: WorldTenant, rows: Rows): Names {
  const values = (name: string, isWanted: (row: Row, table: string) => boolean): string[] => {
    const reference = REFERENCES[name];
    if (reference === undefined) throw new Error(`Say in REFERENCES what {${name}} of a route points at.`);
    const { table, column } = reference;
    return (rows.get(table) ?? []).filter((row) => isWanted(row, table)).map((row) => String(row[column]));
  };
  const owned = (name: string) => values(name, (row, table) => isOwn(place, table, row, rows));
  const first = (name: string, found: readonly string[]): string => {
    if (found[0] === undefined) throw new Error(`The world has nothing that {${name}} could point at.`);
    return found[0];
  };
  const missing = (name: string): string =>
    /^[\da-f-]{36}$/.test(
      first(
        name,
        values(name, () => true),
      ),
    )
      ? uuidv7()
      : "no-such-thing";
  return {
    // Of a made-up invoice there is no document to print.
    own: (name) => owned(name).find((value) => !MADE_UP.test(value)) ?? owned(name)[0] ?? missing(name),
    strangers(name) {
      const mine = new Set(owned(name));
      const theirs = values(name, (row) => row.tenant_id === stranger.tenantId);
      return first(
        name,
        theirs.filter((value) => !mine.has(value)),
      );
    },
    missing,
  };
}

/** What a text is that `fillTables` makes. */
const MADE_UP = /^x\d+$/;
