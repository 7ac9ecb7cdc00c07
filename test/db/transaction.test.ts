import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { timestampToSql } from "../../src/server/db/sql-types.ts";
import type { Tx } from "../../src/server/db/tx.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.transaction("owner", {}, (tx) =>
    tx.query("create table numbers (n int unique deferrable initially deferred)"),
  );
});
beforeEach(() => db.transaction("owner", {}, async (tx) => void (await tx.query("truncate numbers"))));
afterAll(() => db.drop());

const insert = (tx: Tx, n: number) => tx.query("insert into numbers values ($1)", [n]);
const stored = () =>
  db.transaction("owner", {}, async (tx) => {
    const { rows } = await tx.query<{ n: number }>("select n from numbers order by n");
    return rows.map((row) => row.n);
  });

describe("a transaction", () => {
  test("commits what its work did, and hands back what it resolved to", async () => {
    const answer = await db.transaction("owner", {}, async (tx) => {
      await Promise.all([insert(tx, 1), insert(tx, 2)]); // sent together
      return "done";
    });
    expect([answer, await stored()]).toEqual(["done", [1, 2]]);
  });

  test("rolls back when its work throws, and throws the same", async () => {
    const failure = new Error("on second thoughts");
    const work = db.transaction("owner", {}, async (tx) => {
      await insert(tx, 1);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await stored()).toEqual([]);
  });

  test("never says it committed when a statement's error was swallowed", async () => {
    const work = db.transaction("owner", {}, async (tx) => {
      await insert(tx, 1);
      await tx.query("select 1/0").catch(() => undefined);
    });
    await expect(work).rejects.toThrow("its error was swallowed");
    expect(await stored()).toEqual([]);
  });

  test("reports what only the commit finds out", async () => {
    const work = db.transaction("owner", {}, async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1);
    });
    await expect(work).rejects.toMatchObject({ code: "23505" });
    expect(await stored()).toEqual([]);
  });

  test("of statements sent together, reports the one that failed and not those behind it", async () => {
    const work = db.transaction("owner", {}, async (tx) => {
      await Promise.all([insert(tx, 1), tx.query("select 1/0"), insert(tx, 2)]);
    });
    await expect(work).rejects.toThrow("division by zero");
    expect(await stored()).toEqual([]);
  });

  test("whose connection dies fails; the next one has a new connection", async () => {
    const work = db.transaction("owner", {}, async (tx) => {
      await insert(tx, 1);
      await db.session((client) =>
        client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tollwright' and datname = current_database()",
        ),
      );
      await insert(tx, 2);
    });
    await expect(work).rejects.toThrow();
    expect(await stored()).toEqual([]);
  });

  test("runs nothing when its role is refused", async () => {
    const work = db.transaction("wrong" as "owner", {}, (tx) => insert(tx, 1));
    await expect(work).rejects.toThrow('role "tollwright_wrong" does not exist');
    expect(await stored()).toEqual([]);
  });

  test("on a bulk connection is a transaction too", async () => {
    const work = db.bulk("owner", {}, async (tx) => {
      await insert(tx, 1);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await stored()).toEqual([]);
  });
});

test.each<[string, unknown, string]>([
  // SQL                                              arrives as                                   why
  ["9007199254740993::int8", "9007199254740993", "beyond what a number holds"],
  ["1.10::numeric(28,9)", "1.100000000", "exact, with its scale"],
  ["array[1.10, null]::numeric[]", ["1.10", null], "pg's own parser would make floats"],
  ["array[1]::int8[]", ["1"], "exact"],
  ["timestamptz '2026-03-29T01:30:00.123456+02'", Date.UTC(2026, 2, 28, 23, 30, 0, 123), "an instant, cut to ms"],
  ["timestamptz '1969-12-31T23:59:59.9999Z'", -1, "cut downwards before 1970 too"],
  ["timestamptz '2026-03-29T01:30:00.5Z'", Date.UTC(2026, 2, 29, 1, 30, 0, 500), "short fractions"],
  ["timestamptz 'infinity'", Number.POSITIVE_INFINITY, "an open end"],
  ["array[timestamptz 'epoch', null]", [0, null], "arrays alike"],
  ["date '2026-03-29'", "2026-03-29", "a civil date is no instant"],
  ["array[date '2026-03-29']", ["2026-03-29"], "nor in an array"],
  ["timestamp '2026-03-29 02:30'", "2026-03-29 02:30:00", "no zone, no instant"],
  ["interval '1 month'", "P1M", "as text"],
  ["7::int4", 7, "fits"],
  ["'{\"a\": 1}'::jsonb", { a: 1 }, "parsed"],
])("%s arrives as %j (%s)", async (sql, expected) => {
  const value = await db.transaction("owner", {}, async (tx) => {
    const { rows } = await tx.query<{ value: unknown }>(`select ${sql} as value`);
    return rows[0]?.value;
  });
  expect(value).toEqual(expected);
});

test.each([0, -1, 1_774_747_800_123, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "the instant %d survives the way to the database and back",
  async (at) => {
    const value = await db.transaction("owner", {}, async (tx) => {
      const { rows } = await tx.query<{ at: number; both: number[] }>(
        "select $1::timestamptz as at, $2::timestamptz[] as both",
        [timestampToSql(epochMs(at)), [timestampToSql(epochMs(at)), "epoch"]],
      );
      return rows[0];
    });
    expect(value).toEqual({ at, both: [at, 0] });
  },
);
