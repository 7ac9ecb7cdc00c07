import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { SETTING_TABLES } from "../../src/server/rating/fingerprint-store.ts";
import { LiveRatingContext } from "../../src/server/rating/live-rating-context.ts";
import type { RatingContext } from "../../src/server/rating/rating-context.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

let db: TestDatabase;
let operator: Operator;
let live: LiveRatingContext;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  operator = await Operator.create(db);
  live = new LiveRatingContext();
});

const current = (): Promise<RatingContext> =>
  db.transaction("app", { tenantId: operator.tenantId }, (tx) => live.current(tx, operator.tenantId));

const codes = async (): Promise<readonly string[]> => [...(await current()).accounts.values()].map(({ code }) => code);

/** Anything in SQL, by whomever. */
const sql = (text: string) => db.transaction("owner", {}, (tx) => tx.query(text));

test("every table that pricing depends on has its changes noted, whatever changes it", async () => {
  const { rows } = await sql(`
    select tgrelid::regclass::text as name, string_agg(tgname, ' ' order by tgname) as triggers from pg_trigger
    where tgfoid = 'note_changed_settings'::regproc group by 1 order by 1`);
  expect(rows).toEqual(
    [...SETTING_TABLES].sort().map((name) => ({ name, triggers: "note_deletes note_inserts note_updates" })),
  );
});

test("nothing is read again while nothing changes, nor where another tenant's settings do", async () => {
  await operator.account("ours");
  const before = await current();
  await (await Operator.create(db)).account("theirs");
  await sql(`update accounts set name = 'none' where code = 'nobody'`);
  expect(await current()).toBe(before);
});

test("only what comes from the tables that changed is read again", async () => {
  await operator.account("ada");
  const before = await current();
  await operator.tariff("retail", [anyRate("", "0.06")], []);
  const published = await current();
  expect(published.tariffs.epoch).toBe(before.tariffs.epoch + 1);
  for (const part of ["accounts", "payers", "assignments", "trunks"] as const)
    expect(published[part]).toBe(before[part]);
  await operator.account("ben");
  const added = await current();
  expect(added.accounts.size).toBe(2);
  expect(added.tariffs).toBe(published.tariffs);
  expect(added.payers).toBe(before.payers);
});

/** Another account like the one there is. */
const BEN = `insert into accounts (tenant_id, id, book_id, code, name, kind, payment, currency, time_zone)
  select tenant_id, gen_random_uuid(), book_id, 'ben', name, kind, payment, currency, time_zone from accounts`;

test.each<[string, string, readonly string[]]>([
  [`${BEN} where code = 'ada' and tenant_id =`, "a new account", ["ada", "ben"]],
  ["update accounts set code = 'eve' where code = 'ada' and tenant_id =", "a changed one", ["eve"]],
  ["delete from accounts where code = 'ada' and tenant_id =", "one that is gone", []],
])("%s … is seen (%s)", async (text, _why, expected) => {
  await operator.account("ada");
  expect(await codes()).toEqual(["ada"]);
  await sql(`${text} '${operator.tenantId}'`);
  expect((await codes()).toSorted()).toEqual(expected);
});

test("a change that began before another and commits after it is seen, and neither waits for the other", async () => {
  for (const code of ["ada", "ben"]) await operator.account(code);
  await current();
  const written = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  const slow = db.transaction("owner", {}, async (tx) => {
    await tx.query("update accounts set code = 'slow' where code = 'ada' and tenant_id = $1", [operator.tenantId]);
    written.resolve();
    await mayCommit.promise;
  });
  await written.promise;
  await sql(`set local lock_timeout = 1; update accounts set code = 'fast' where code = 'ben'
    and tenant_id = '${operator.tenantId}'`);
  expect((await codes()).toSorted()).toEqual(["ada", "fast"]);
  const between = await current();
  expect(await current()).toBe(between); // a transaction under way is no change
  mayCommit.resolve();
  await slow;
  expect((await codes()).toSorted()).toEqual(["fast", "slow"]);
  const after = await current();
  expect(await current()).toBe(after);
});

test("what is rolled back is no change, as a whole or to a savepoint", async () => {
  await operator.account("ada");
  const before = await current();
  const rename = `update accounts set name = 'other' where tenant_id = '${operator.tenantId}'`;
  await sql(`savepoint here; ${rename}; rollback to here`);
  await expect(sql(`${rename}; select 1 / 0`)).rejects.toThrow("division by zero");
  expect(await current()).toBe(before);
});

test("a transaction notes a table once, however many statements change it, and yesterday's notes are forgotten", async () => {
  const { tenantId } = operator;
  await db.transaction("owner", {}, async (tx) => {
    await tx.query("delete from changed_settings");
    await tx.query(`insert into changed_settings values ($1, '3', 'accounts', null, now() - interval '25 hours')`, [
      tenantId,
    ]);
    for (const name of ["one", "two"]) await tx.query("update tenants set name = $2 where id = $1", [tenantId, name]);
  });
  expect((await sql("select table_name from changed_settings")).rows).toEqual([{ table_name: "tenants" }]);
});

test("a look costs the same however much was noted: the index finds what is newer, under the tenant's policy too", async () => {
  await sql(`insert into changed_settings select '${operator.tenantId}', n::text::xid8, 'accounts'
    from generate_series(1, 5000) as n; analyze changed_settings`);
  const { rows } = await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
    tx.query<{ "QUERY PLAN": string }>(`explain select from changed_settings
      where tenant_id = '${operator.tenantId}' and transaction_id >= '4999'::xid8`),
  );
  expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toMatch(/Index Cond: .*transaction_id >= /);
  await sql("delete from changed_settings");
});

test("of accounts and their tariffs only the rows that changed are read again", async () => {
  const [ada, ben] = [await operator.account("ada"), await operator.account("ben")];
  const before = await current();
  await operator.tariff("retail", [anyRate("", "0.06")], [ben]);
  await sql(`update accounts set name = 'Ben the second' where id = '${ben.id}'`);
  const after = await current();
  expect(after.accounts.get(ada.id)).toBe(before.accounts.get(ada.id));
  expect(after.accounts.get(ben.id)?.name).toBe("Ben the second");
  expect(before.accounts.get(ben.id)?.name).toBe("Account ben");
  expect(after.assignments.get(ben.id)).toHaveLength(1);
  await sql(`delete from account_tariffs where account_id = '${ben.id}'`);
  expect((await current()).assignments.has(ben.id)).toBe(false);
});

test("rows are named while they are few: of many it is noted that there were any", async () => {
  const { tenantId } = operator;
  const ada = await operator.account("ada");
  const { rows: few } = await sql(`select row_ids as ids from changed_settings
    where tenant_id = '${tenantId}' and table_name = 'accounts'`);
  expect(few).toEqual([{ ids: [ada.id] }]);
  const insert = `insert into accounts (tenant_id, id, book_id, code, name, kind, payment, currency, time_zone)
    select '${tenantId}', gen_random_uuid(), '${ada.bookId}', 'more' || n, 'More', 'customer', 'prepaid', 'EUR', 'UTC'
    from generate_series`;
  await current();
  await db.transaction("owner", {}, async (tx) => {
    for (let n = 0; n < 3; n += 1) await tx.query(`${insert}(${n * 60}, ${n * 60 + 59}) as n`);
  });
  const { rows: many } = await sql(`select row_ids as ids from changed_settings
    where tenant_id = '${tenantId}' and table_name = 'accounts' order by transaction_id desc limit 1`);
  expect(many).toEqual([{ ids: null }]);
  expect((await current()).accounts.size).toBe(181);
});
