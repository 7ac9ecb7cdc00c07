import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { copyBody } from "../../src/server/db/binary-copy.ts";
import { copyIn } from "../../src/server/db/copy-in.ts";
import { copyIntoPartitions } from "../../src/server/db/copy-into-partitions.ts";
import { ensurePartitions } from "../../src/server/db/partitions.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("a decimal number is stored with the decimals it is written with, as its text would be", async () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.stringMatching(/^\d{1,17}$/), fc.stringMatching(/^\d{0,13}$/))
    .map(([isNegative, whole, fraction]) => `${isNegative ? "-" : ""}${whole}${fraction && `.${fraction}`}`);
  const written = ["0", "-0.00", "0.0001", "10000", "100000000.5", "0.0000000100", ...fc.sample(decimal, 500)];
  const differing = await db.bulk("ingest", {}, async (tx) => {
    await tx.query("create temp table numbers (written text, stored numeric) on commit drop");
    const body = copyBody(written, (copy, text) => {
      copy.row(2);
      copy.text(text);
      copy.numeric(text);
    });
    await copyIn(tx, "copy numbers from stdin (format binary)", body);
    const { rows } = await tx.query(
      "select written, stored from numbers where stored::text <> written::numeric::text or stored is null",
    );
    const { rows: counts } = await tx.query<{ n: number }>("select count(*)::int as n from numbers");
    return { rows, count: counts[0]?.n };
  });
  expect(differing).toEqual({ rows: [], count: written.length });
});

test("a body of many pieces, with a row longer than one, and JSON arrive as they were", async () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => ({ i, text: "ü".repeat(i === 4_000 ? 200_000 : i % 90) }));
  const sums = await db.bulk("ingest", {}, async (tx) => {
    await tx.query("create temp table texts (i integer, text text, json jsonb) on commit drop");
    const body = copyBody(rows, (copy, row) => {
      copy.row(3);
      copy.int4(row.i);
      copy.text(row.text);
      copy.json(row.i === 7 ? null : { text: `"\\${row.text}` });
    });
    await copyIn(tx, "copy texts from stdin (format binary)", body);
    const { rows: found } = await tx.query(
      `select count(*)::int as n, sum(length(text))::int as length, count(json)::int as json,
         count(*) filter (where json->>'text' = '"\\' || text)::int as same from texts`,
    );
    return found;
  });
  const length = rows.reduce((sum, row) => sum + row.text.length, 0);
  expect(sums).toEqual([{ n: 5_000, length, json: 4_999, same: 4_999 }]);
});

test("rows go to the partitions of their months, and the transaction is nobody else's afterwards", async () => {
  const days = ["2026-01-31T23:59:59.999Z", "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"];
  await db.transaction("owner", {}, async (tx) => {
    await tx.query("create table calls (tenant_id uuid, at timestamptz not null) partition by range (at)");
    await tx.query("select protect('calls', 'select')");
    const range = { fromDate: Temporal.PlainDate.from("2026-01-01"), untilDate: Temporal.PlainDate.from("2026-03-01") };
    await ensurePartitions(tx, "calls", range);
  });
  const role = await db.bulk("ingest", {}, async (tx) => {
    await copyIntoPartitions(
      tx,
      {
        table: "calls",
        columns: "at",
        at: (at) => at,
        write: (copy, at) => {
          copy.row(1);
          copy.timestamptz(at);
        },
      },
      days.map((day) => fromInstant(Temporal.Instant.from(day))),
    );
    return (await tx.query<{ role: string }>("select current_user as role")).rows[0]?.role;
  });
  const found = await db.transaction(
    "owner",
    {},
    async (tx) =>
      (await tx.query("select tableoid::regclass::text as part, count(*)::int from calls group by 1 order by 1")).rows,
  );
  expect({ role, found }).toEqual({
    role: "tollwright_ingest",
    found: [
      { part: "calls_2026_01", count: 2 },
      { part: "calls_2026_02", count: 1 },
    ],
  });
});
