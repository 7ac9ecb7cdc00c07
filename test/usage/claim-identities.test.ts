import { hash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import { claimIdentities } from "../../src/server/usage/claim-identities.ts";
import { usageIdentity } from "../../src/server/usage/identity.ts";
import type { PricedCall } from "../../src/server/usage/priced-call.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const SOURCE = uuidv7();
const BOOK = uuidv7();

/** Calls of the switch's keys from one number up to another, as far as claiming looks at them. */
const callsOf = (group: string, from: number, until: number): PricedCall[] =>
  Array.from({ length: until - from }, (_, i) => {
    const key = `${group} ${from + i}`;
    return {
      id: usageIdentity(SOURCE, key, ""),
      bookId: BOOK,
      event: { startedAt: epochMs(Date.UTC(2026, 1, 3)) },
      contentHash: hash("sha256", key).length,
      derivedHash: 2 ** 52 + from + i,
    } as PricedCall;
  });

const claim = (calls: readonly PricedCall[]) => db.bulk("ingest", {}, (tx) => claimIdentities(tx, calls));

test.each([
  ["a push", 3, "one statement"],
  ["a file", 700, "copied"],
])("identities of %s are claimed once, and what they say is kept (%3$s)", async (group, size) => {
  const calls = callsOf(group, 0, size);
  expect(await claim(calls)).toEqual([]);
  expect(await claim(calls)).toEqual(calls.map((_, place) => place));
  const more = [...callsOf(group, size, 2 * size), ...calls.slice(1, 2)];
  expect(await claim(more)).toEqual([size]);
  const { rows } = await db.transaction("ingest", {}, (tx) =>
    tx.query(
      `select book_id, started_at, content_hash, derived_hash from usage_identities
       where derived_hash between $1 and $2 and id = any($3::uuid[]) order by derived_hash`,
      [2 ** 52, 2 ** 52 + 1, calls.slice(0, 2).map(({ id }) => Buffer.from(id, "latin1").toString("hex"))],
    ),
  );
  const kept = { book_id: BOOK, started_at: Date.UTC(2026, 1, 3), content_hash: "64" };
  expect(rows).toEqual([
    { ...kept, derived_hash: `${2 ** 52}` },
    { ...kept, derived_hash: `${2 ** 52 + 1}` },
  ]);
});

test.each([
  ["pushes", 4, "one statement"],
  ["files", 700, "copied, until they meet"],
])("%s that claim the same identities at a time: each has one owner (%3$s)", async (group, size) => {
  const half = size / 2;
  let second: Promise<readonly number[]> | undefined;
  await db.bulk("ingest", {}, async (tx) => {
    await claimIdentities(tx, callsOf(group, 0, size));
    second = claim(callsOf(group, half, half + size));
    await someoneWaits();
  });
  expect(await second).toEqual(Array.from({ length: half }, (_, i) => i));
  const { rows } = await db.transaction("ingest", {}, (tx) =>
    tx.query("select count(*)::int as n from usage_identities where id = any($1::uuid[])", [
      callsOf(group, 0, half + size).map(({ id }) => Buffer.from(id, "latin1").toString("hex")),
    ]),
  );
  expect(rows).toEqual([{ n: half + size }]);
});

/** Until a session of this database waits for another's transaction. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const { rows } = await db.transaction("owner", {}, (tx) =>
      tx.query(`select from pg_locks join pg_stat_activity using (pid)
       where datname = current_database() and locktype = 'transactionid' and not granted`),
    );
    if (rows.length > 0) return;
  }
}
