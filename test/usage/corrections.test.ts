import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dismissQuarantined, editQuarantined } from "../../src/server/mediation/decide-quarantined.ts";
import { listWaiting } from "../../src/server/mediation/quarantine-store.ts";
import { retryQuarantine } from "../../src/server/mediation/retry-quarantine.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "duration",
  "billsec",
  "uuid",
  "accountcode",
];
const MAPPING = { columns: COLUMNS };

/** Three answered calls and one that was not, in the switch's local time. */
const FILE = `"442079460018","14155550123","2026-03-02 10:15:07","2026-03-02 10:15:13","2026-03-02 10:16:48","101","95","k1","alpha"
"442079460018","14155550123","2026-03-02 11:15:07","2026-03-02 11:15:13","2026-03-02 11:15:43","36","30","k2","alpha"
"442079460018","4930123456","2026-03-02 12:15:07","","2026-03-02 12:15:27","20","0","k3","beta"
"442079460018","4930123456","2026-03-02 23:59:07","2026-03-02 23:59:13","2026-03-03 00:01:13","126","120","k4","beta"
`;

const EVENTS = `select count(*)::int as events, sum(talked_s)::int as talked_s, min(started_at)::text as first,
  count(distinct account_id)::int as accounts from usage_events`;
/** The ledger and the sub-ledger, which must always agree. */
const MONEY = `select (select coalesce(sum(amount), 0)::float8 from charges) as charged,
  (select coalesce(-sum(amount), 0)::float8 from balances where kind = 'revenue') as revenue,
  (select coalesce(sum(amount), 0)::float8 from balances where kind = 'unbilled') as unbilled,
  (select coalesce(sum(amount), 0)::float8 from balances) as balance`;

/** Two customers at 0.06 and 0.12 a minute, told apart by their account codes. */
async function twoCustomers() {
  const operator = await Operator.create(db);
  const [alpha, beta] = [await operator.account("alpha"), await operator.account("beta")];
  await operator.tariff("one", [anyRate("", "0.06")], [alpha]);
  await operator.tariff("two", [anyRate("", "0.12")], [beta]);
  await operator.rules([
    [alpha, { match: { accountCode: "alpha" } }],
    [beta, { match: { accountCode: "beta" } }],
  ]);
  return { operator, alpha, beta };
}

describe("importing again after a correction = once, at the corrected values", () => {
  test("of the source's time zone", async () => {
    const { operator } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    expect((await operator.importText(source, "a.csv", FILE)).counts).toMatchObject({ rows: 4, stored: 4 });
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 4, talked_s: 245, first: "2026-03-02 10:15:07+00" });
    const money = await operator.figures(MONEY);
    expect(money).toMatchObject({ charged: 0.125 + 0.24, revenue: 0.365, unbilled: 0.365, balance: 0 });

    const corrected = await operator.source("s", "freeswitch-csv", { mapping: MAPPING, timeZone: "Europe/Rome" });
    const again = await operator.importText(corrected, "a.csv", FILE);
    expect(again.counts).toMatchObject({ rows: 4, stored: 0, duplicate: 4, corrected: 4 });
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 4, talked_s: 245, first: "2026-03-02 09:15:07+00" });
    expect(await operator.figures(MONEY)).toEqual(money);
    expect(await operator.figures("select count(*)::int as n from usage_history")).toEqual({ n: 4 });

    const third = await operator.importText(corrected, "a.csv", FILE);
    expect(third.counts).toMatchObject({ duplicate: 4, corrected: 0 });
    await operator.importText(await operator.source("s", "freeswitch-csv", { mapping: MAPPING }), "a.csv", FILE);
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 4, first: "2026-03-02 10:15:07+00" });
    expect(await operator.figures(MONEY)).toEqual(money);
  });

  test("of an account rule: the charge moves to the other account's book at its price", async () => {
    const { operator, alpha, beta } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    await operator.importText(source, "a.csv", FILE);
    await operator.rule(beta, { match: { accountCode: "alpha", callingPrefix: "44" } });
    const again = await operator.importText(source, "a.csv", FILE);
    expect(again.counts).toMatchObject({ duplicate: 4, corrected: 2 });
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 4, accounts: 1 });
    expect(await operator.figures(MONEY)).toMatchObject({ charged: 0.49, revenue: 0.49, unbilled: 0.49, balance: 0 });
    const ofAlpha = await operator.figures(
      `select sum(amount)::float8 as left from balances where account_id = '${alpha.id}' and kind = 'unbilled'`,
    );
    expect(ofAlpha).toEqual({ left: 0 });
  });

  test("that has no price: the charge stays as it is, and the import says why", async () => {
    const { operator, beta } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    await operator.importText(source, "a.csv", FILE);
    const before = [await operator.figures(EVENTS), await operator.figures(MONEY)];
    const strict = await operator.account("strict");
    await operator.tariff("strict", [anyRate("1", "0.12"), anyRate("14", "0", { blocked: true })], [strict]);
    await operator.rule(strict, { match: { accountCode: "alpha", callingPrefix: "44" }, priority: 1 });
    const again = await operator.importText(source, "a.csv", FILE);
    expect(again.counts).toMatchObject({ rows: 4, stored: 0, duplicate: 4, corrected: 0, quarantined: 0 });
    expect(again.unpriced).toMatchObject([{ code: "destination-blocked", rows: 2, line: 1 }]);
    expect([await operator.figures(EVENTS), await operator.figures(MONEY)]).toEqual(before);
    await operator.rule(beta, { match: { accountCode: "alpha", callingPrefix: "442" }, priority: 2 });
    const third = await operator.importText(source, "a.csv", FILE);
    expect(third).toMatchObject({ counts: { duplicate: 4, corrected: 2 }, unpriced: [] });
  });

  test("of a split pair, one half at a time", async () => {
    const operator = await Operator.create(db);
    const settings = (timeZone: string) => ({ timeZone, mapping: null });
    const source = await operator.source("proxy", "kamailio-acc", settings("UTC"));
    await operator.flatRate(source, "0.06");
    const header = "method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,dst_user\n";
    const bye = `${header}BYE,to1,from1,call1@h,200,OK,2026-03-02 10:01:00,,\n`;
    const invite = `${header}INVITE,from1,to1,call1@h,200,OK,2026-03-02 10:00:00,442079460018,14155550123\n`;
    expect((await operator.importText(source, "1.csv", bye)).counts).toMatchObject({ open: 1 });
    expect((await operator.importText(source, "2.csv", invite)).counts).toMatchObject({ stored: 1, open: 0 });
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 1, talked_s: 60, first: "2026-03-02 10:00:00+00" });
    const corrected = await operator.source("proxy", "kamailio-acc", settings("Europe/Rome"));
    await operator.importText(corrected, "1.csv", bye);
    await operator.importText(corrected, "2.csv", invite);
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 1, talked_s: 60, first: "2026-03-02 09:00:00+00" });
    expect(
      await operator.figures(
        "select sum(stored)::int as stored, sum(open)::int as open, sum(rows)::int as rows from source_files",
      ),
    ).toEqual({
      stored: 0,
      open: 0,
      rows: 2,
    });
  });
});

describe("order", () => {
  test("with flat prices the order of files is irrelevant", async () => {
    const lines = FILE.trim().split("\n");
    const results = [];
    for (const order of [
      [0, 1, 2, 3],
      [3, 1, 0, 2],
      [2, 3, 1, 0],
    ]) {
      const { operator } = await twoCustomers();
      const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
      for (const i of order) await operator.importText(source, `${i}.csv`, `${lines[i]}\n${lines[(i + 1) % 4]}\n`);
      results.push([await operator.figures(EVENTS), await operator.figures(MONEY)]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

describe("quarantine", () => {
  const COUNTS = "select rows::int, stored::int, duplicate::int, quarantined::int, non_billable::int from source_files";

  test("a row without an account waits, and is released when the rule is there", async () => {
    const { operator, beta } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    const file = FILE.replaceAll("alpha", "gamma");
    expect((await operator.importText(source, "a.csv", file)).counts).toMatchObject({ stored: 2, quarantined: 2 });
    const filter = { tenantId: operator.tenantId, code: "account-unknown", limit: 10 };
    expect(await retryQuarantine(db, filter, testerOf(operator.tenantId))).toMatchObject({
      tried: 2,
      fates: { stored: 0, quarantined: 2 },
    });
    await operator.rule(beta, { match: { accountCode: "gamma" } });
    expect(await retryQuarantine(db, filter, testerOf(operator.tenantId))).toMatchObject({
      tried: 2,
      fates: { stored: 2, quarantined: 0 },
    });
    expect(await operator.figures(COUNTS)).toMatchObject({ rows: 4, stored: 4, quarantined: 0 });
    expect(await operator.figures(MONEY)).toMatchObject({ charged: 0.49, balance: 0 });
    expect(await retryQuarantine(db, filter, testerOf(operator.tenantId))).toMatchObject({ tried: 0 });
  });

  test("a broken row is edited and retried; another is dismissed", async () => {
    const { operator } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    const broken = FILE.replace("2026-03-02 10:16:48", "2026-03-02 09:16:48").replace('"30","k2"', '"-30","k2"');
    expect((await operator.importText(source, "a.csv", broken)).counts).toMatchObject({ stored: 2, quarantined: 2 });
    const { tenantId } = operator;
    const waiting = await db.transaction("app", { tenantId }, (tx) => listWaiting(tx, { tenantId, limit: 10 }));
    const [first, second] = waiting;
    if (!first || !second) throw new Error("two rows wait");
    await editQuarantined(db, { id: first.id, raw: FILE.split("\n")[0] ?? "", actor: testerOf(tenantId) });
    expect(await retryQuarantine(db, { tenantId, limit: 10 }, testerOf(tenantId))).toMatchObject({
      tried: 2,
      fates: { stored: 1, quarantined: 1 },
    });
    await dismissQuarantined(db, { id: second.id, actor: testerOf(tenantId) });
    expect(await operator.figures(COUNTS)).toEqual({
      rows: 4,
      stored: 3,
      duplicate: 0,
      quarantined: 0,
      non_billable: 1,
    });
    const again = await operator.importText(source, "a.csv", broken);
    expect(again.counts).toMatchObject({ stored: 0, quarantined: 0, nonBillable: 1, duplicate: 3 });
  });

  test("importing the file again after the rule came does what a retry does", async () => {
    const { operator, beta } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    const file = FILE.replaceAll("alpha", "gamma");
    await operator.importText(source, "a.csv", file);
    expect((await operator.importText(source, "a.csv", file)).counts).toMatchObject({ duplicate: 2, quarantined: 2 });
    await operator.rule(beta, { match: { accountCode: "gamma" } });
    expect((await operator.importText(source, "a.csv", file)).counts).toMatchObject({
      stored: 2,
      duplicate: 2,
      quarantined: 0,
    });
    expect(await operator.figures("select count(*)::int as waiting from quarantine where state = 'waiting'")).toEqual({
      waiting: 0,
    });
  });

  test.each([
    ["another call", '"k4","beta"', '"k1","beta"', "it has a price"],
    ["another call", '"k4","beta"', '"k1","gamma"', "it has no account yet"],
    ["another call", '"120","k4"', '"-120","k1"', "it cannot be true"],
  ])("%s under a used key is not stored and not lost: %s as %s", async (_, from, to) => {
    const { operator } = await twoCustomers();
    const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING });
    await operator.importText(source, "a.csv", FILE);
    const other = FILE.split("\n")[3]?.replace(from, to) ?? "";
    expect((await operator.importText(source, "b.csv", `${other}\n`)).counts).toMatchObject({ quarantined: 1 });
    expect(await operator.figures(EVENTS)).toMatchObject({ events: 4, talked_s: 245 });
  });

  test("two files that were cut off are two faults", async () => {
    const { operator } = await twoCustomers();
    const source = await operator.source("s", "broadworks-xml");
    const cutOff = (version: string) => `<?xml version="1.0"?>\n<broadWorksCDR version="${version}">\n`;
    for (const version of ["19.0", "20.0", "19.0"])
      expect((await operator.importText(source, "a.xml", cutOff(version))).counts).toMatchObject({
        rows: 1,
        quarantined: 1,
      });
    const { tenantId } = operator;
    const waiting = await db.transaction("app", { tenantId }, (tx) => listWaiting(tx, { tenantId, limit: 10 }));
    expect(waiting.map(({ code }) => code)).toEqual(["trailer-missing", "trailer-missing"]);
  });
});
