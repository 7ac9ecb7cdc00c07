import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { populateWorld, type World } from "../support/world.ts";

let db: TestDatabase;
let world: World;
beforeAll(async () => {
  db = await testDatabase();
  world = await populateWorld(db);
  await addOthers();
});
afterAll(() => db.drop());

/** Other customers of the first operator, and their calls: enough that a wrong plan is a dear one. */
async function addOthers(): Promise<void> {
  const { accounts } = world.tenants[0];
  await db.transaction("owner", {}, async (tx) => {
    await tx.query(
      `insert into accounts select other.*
       from accounts a, generate_series(1, 2000) n, lateral jsonb_populate_record(a, jsonb_build_object(
         'id', gen_random_uuid(), 'code', 'other-' || n)) other
       where a.id = $1`,
      [accounts.direct.id],
    );
    const columns = await tx.query<{ names: string }>(
      `select string_agg(attname, ', ' order by attnum) as names from pg_attribute
       where attrelid = 'usage_events'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    );
    const names = columns.rows[0]?.names;
    await tx.query(
      `insert into usage_events (${names})
       select ${names} from (
         select other.* from usage_events u, generate_series(1, 5000) n, lateral jsonb_populate_record(u,
           jsonb_build_object('id', gen_random_uuid(), 'called', (490000000 + n * 7)::text,
             'started_at', u.started_at + n * interval '1 second')) other
         where u.account_id = $1) more`,
      [accounts.direct.id],
    );
    await tx.query("analyze accounts, usage_events, charges, postings");
  });
}

describe("who is not scoped", () => {
  test("has one policy a table, the tenant's and nothing more: no subtree is asked for in its plans", async () => {
    const { rows } = await db.session((client) =>
      client.query<{ policy: string }>(`
        select distinct format('%s %s %s using %s check %s', policyname, permissive, cmd, qual, with_check) as policy
        from pg_policies where schemaname = 'tollwright' and 'tollwright_app' = any (roles) order by 1`),
    );
    expect(rows.map(({ policy }) => policy)).toEqual([
      "tenant_isolation PERMISSIVE ALL using (id = current_tenant()) check (id = current_tenant())",
      "tenant_isolation PERMISSIVE ALL using (tenant_id = current_tenant()) check (tenant_id = current_tenant())",
    ]);
  });

  test("and loading and charging read past all of them, but for ends of calls that are kept as they were", async () => {
    const { rows } = await db.session((client) =>
      client.query<{ policy: string }>(`
        select distinct format('%s %s %s', policyname, permissive, qual) as policy
        from pg_policies where schemaname = 'tollwright' and 'tollwright_ingest' = any (roles) order by 1`),
    );
    expect(rows.map(({ policy }) => policy)).toEqual([
      "done_stays RESTRICTIVE (done_at IS NULL)",
      "ingest_all PERMISSIVE true",
    ]);
  });
});

/** How a statement would be run by somebody; no table is too small for an index. */
async function planOf(sql: string, party: "top" | null): Promise<string> {
  const [{ tenantId, accounts }] = world.tenants;
  const scope = { tenantId, accountId: party && accounts[party].id };
  return await db.transaction("app", scope, async (tx) => {
    await tx.query("set local enable_seqscan = off");
    const { rows } = await tx.query<Record<"QUERY PLAN", string>>(`explain (verbose, costs off) ${sql}`);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
}

describe("indexes", () => {
  const BY_CALLED = `select id from usage_events where started_on = '2026-03-02'
    and called >= '49000123' and called < '49000124' order by started_at limit 10`;
  const BY_TIME = `select sum(amount) from charges
    where answered_at >= '2026-03-01T00:00Z' and answered_at < '2026-04-01T00:00Z'`;

  test.each<[string, "top" | null, string, RegExp, string]>([
    // what, as whom, statement, has to be in the plan, why
    ["a search by number", null, BY_CALLED, /Index Cond: .*called >= '49000123'/, "as it always did"],
    [
      "a search by number",
      "top",
      BY_CALLED,
      /Index Cond: .*(called >= '49000123'|book_id = ANY)/,
      "by the number or the book",
    ],
    ["calls of a month", "top", BY_TIME, /Index Cond: \(\(charges.book_id = ANY/, "of the subtree's books alone"],
    [
      "an account",
      "top",
      "select name from accounts",
      /Index Cond: .*accounts.id = ANY/,
      "each of the subtree by its key",
    ],
    ["postings", "top", "select amount from postings", /Index Cond: .*postings.book_id = ANY/, "by book"],
  ])("%s as %s goes by an index (%s)", async (_what, party, sql, wanted) => {
    expect(await planOf(sql, party)).toMatch(wanted);
  });

  test("the subtree is asked for before the rows are read, and not once a row", async () => {
    const plan = await planOf(BY_TIME, "top");
    expect(plan).toMatch(/InitPlan[^\n]*\n\s*->\s+Result\n\s*Output: (tollwright\.)?current_books\(\)/);
    expect(plan).toMatch(/hashed SubPlan/);
  });
});
