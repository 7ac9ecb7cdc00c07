import { afterAll, beforeAll, expect, test } from "vitest";
import { ensurePartitions } from "../../src/server/db/partitions.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const TENANT = "00000000-0000-4000-8000-000000000001";
const date = (text: string) => Temporal.PlainDate.from(text);

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.transaction("owner", {}, async (tx) => {
    await tx.query(`create table calls (tenant_id uuid not null, at timestamptz not null,
      number text collate "C" not null,
      note text default 'none', primary key (tenant_id, at)) partition by range (at)`);
    await tx.query("create index calls_number on calls (number, at)");
    await tx.query("select protect('calls', 'select')");
    await tx.query("grant select, insert on calls to tollwright_ingest");
  });
});
afterAll(() => db.drop());

const partitions = async () =>
  await db.session(async (client) => {
    const { rows } = await client.query<{ name: string; indexes: number }>(`
      select inhrelid::regclass::text as name, (select count(*)::int from pg_index where indrelid = inhrelid) as indexes
      from pg_inherits where inhparent = 'calls'::regclass order by 1`);
    return rows;
  });

test("the months of a range are made, by UTC month, with the parent's indexes and defaults", async () => {
  await db.transaction("ingest", {}, async (tx) => {
    await ensurePartitions(tx, "calls", { fromDate: date("2025-11-30"), untilDate: date("2026-02-01") });
    await tx.query("insert into calls (tenant_id, at, number) values ($1, $2, '1'), ($1, $3, '2')", [
      TENANT,
      "2025-12-31T23:59:59.999Z",
      "2026-01-01T00:00Z",
    ]);
  });
  expect(await partitions()).toEqual(
    ["calls_2025_11", "calls_2025_12", "calls_2026_01"].map((name) => ({ name, indexes: 2 })),
  );
  const found = await db.transaction(
    "ingest",
    {},
    async (tx) => (await tx.query("select tableoid::regclass::text as partition, note from calls order by at")).rows,
  );
  expect(found).toEqual([
    { partition: "calls_2025_12", note: "none" },
    { partition: "calls_2026_01", note: "none" },
  ]);
});

test("sessions that insert and need new months at once neither fail nor deadlock", async () => {
  const months = ["2024-01", "2024-02", "2024-03", "2024-04"];
  const session = (_: unknown, no: number) =>
    db.transaction("ingest", {}, async (tx) => {
      const order = no % 2 === 0 ? months : months.toReversed();
      for (const month of order) {
        const fromDate = date(`${month}-15`);
        await ensurePartitions(tx, "calls", { fromDate, untilDate: fromDate.add({ days: 1 }) });
        await tx.query("insert into calls values ($1, $2, '1')", [
          `00000000-0000-4000-8000-00000000010${no}`,
          `${month}-15T00:00Z`,
        ]);
      }
    });
  await Promise.all(Array.from({ length: 8 }, session));
  const made = (await partitions()).filter(({ name }) => name.startsWith("calls_2024"));
  expect(made.map(({ name }) => name)).toEqual(["calls_2024_01", "calls_2024_02", "calls_2024_03", "calls_2024_04"]);
});

test.each([
  ["calls", "1999-12-31", "no partition of calls for 1999-12-01", "no switch is that old: a wrong clock"],
  ["calls", "2999-01-01", "no partition of calls for 2999-01-01", "the far future is quarantine's"],
  ["schema_migrations", "2026-01-01", "not a partitioned table", "not partitioned"],
  ["pg_class", "2026-01-01", "not a partitioned table", "not ours"],
])("%s on %s is refused: %s (%s)", async (table, day, refusal) => {
  const fromDate = date(day);
  const attempt = db.transaction("ingest", {}, (tx) =>
    ensurePartitions(tx, table, { fromDate, untilDate: fromDate.add({ days: 1 }) }),
  );
  await expect(attempt).rejects.toThrow(refusal);
});

test("next month can be made ahead", async () => {
  const today = await db.session(async (client) => {
    const { rows } = await client.query<{ today: string }>("select (now() at time zone 'UTC')::date as today");
    return date(rows[0]!.today);
  });
  const fromDate = today.add({ months: 1 });
  await db.transaction("ingest", {}, (tx) =>
    ensurePartitions(tx, "calls", { fromDate, untilDate: fromDate.add({ days: 1 }) }),
  );
  expect((await partitions()).map(({ name }) => name)).toContain(
    `calls_${fromDate.toString().slice(0, 7).replace("-", "_")}`,
  );
});
