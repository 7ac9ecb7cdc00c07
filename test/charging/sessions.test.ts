import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { NO_ACCOUNT_LIMITS } from "../../src/core/tenancy/session-limits.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ChargingLane } from "../../src/server/charging/charging-lane.ts";
import type { Authorise, ChargingRequest, Stop, Update } from "../../src/server/charging/charging-request.ts";
import { DEFAULT_POLICY } from "../../src/server/charging/charging-work.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, pay as payInto, prepaidCustomer } from "../support/prepaid-customer.ts";
import { authorisation, ending, report } from "../support/session-requests.ts";

let db: TestDatabase;
let operator: Operator;
let lane: ChargingLane;
let source: Source;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
});

/** Ada, prepaid, at .06 a minute in steps of a minute with a fee of .02, whom the switch names by account code. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const increments = { firstS: 60, nextS: 60 };
  const rates = [anyRate("49", "0.06", { increments, connectFee: { units: 2n, scale: 2 } })];
  await prepaidCustomer(operator, { amount: "0", rates });
  source = await operator.source("switch", "freeswitch-csv");
  lane = new ChargingLane(db, operator.tenantId, DEFAULT_POLICY);
});

const pay = (amount: string, code = "ada") => payInto(operator, amount, { code });

const authorise = (key: string, fields?: Partial<Authorise>) => authorisation(source.id, key, fields);
const update = (key: string, talkedS: number, fields?: Partial<Update>) => report(source.id, key, talkedS, fields);
const stop = (key: string, talkedS: number, fields?: Partial<Stop>) => ending(source.id, key, talkedS, fields);
const decide = (request: ChargingRequest) => lane.decide(request);

/** What is in the books and held, in the account's currency. */
const money = () => booksOf(operator);

describe("a call from its start to its end", () => {
  test("is granted the longest time that the money pays, held, metered, charged and released", async () => {
    await pay("0.12");
    expect(await decide(authorise("a"))).toMatchObject({
      kind: "granted",
      talkS: 60,
      isLast: true,
      limitedBy: "balance",
    });
    expect(await money()).toMatchObject({ wallet: 0.12, overrun: 0, held: 0.08, open: 1, calls: 0 });
    expect(await decide(stop("a", 42))).toEqual({ kind: "closed", fate: "stored" });
    expect(await money()).toMatchObject({ wallet: 0.04, overrun: 0, held: 0, open: 0, calls: 1 });
  });

  test("is granted in slices, the last one exactly", async () => {
    await pay("0.20");
    expect(await decide(authorise("a", { wantedS: 60 }))).toMatchObject({ talkS: 60, isLast: false });
    expect(await decide(update("a", 55, { wantedS: 60 }))).toMatchObject({ talkS: 115, isLast: false });
    expect(await decide(update("a", 110, { wantedS: 120 }))).toMatchObject({ talkS: 180, isLast: true });
    expect(await money()).toMatchObject({ wallet: 0.2, held: 0.2 });
    expect(await decide(stop("a", 180))).toEqual({ kind: "closed", fate: "stored" });
    expect(await money()).toMatchObject({ wallet: 0, overrun: 0, held: 0, open: 0, calls: 1 });
  });

  test("that lasts beyond its grant is charged in full; what the wallet lacks is overrun", async () => {
    await pay("0.10");
    await decide(authorise("a"));
    await decide(stop("a", 100));
    expect(await money()).toMatchObject({ wallet: 0, overrun: 0.04, held: 0, open: 0, calls: 1 });
  });

  test("that is not answered costs nothing and holds nothing", async () => {
    await pay("1");
    await decide(authorise("a"));
    expect(await decide(stop("a", 0))).toEqual({ kind: "closed", fate: "stored" });
    expect(await money()).toMatchObject({ wallet: 1, overrun: 0, held: 0, open: 0, calls: 1 });
  });

  test("whose start never came is stored by its stop", async () => {
    await pay("1");
    expect(await decide(stop("a", 60))).toEqual({ kind: "unknown" });
    expect(await decide(stop("b", 60, { attempt: authorise("b").attempt }))).toEqual({
      kind: "closed",
      fate: "stored",
    });
    expect(await money()).toMatchObject({ wallet: 0.92, overrun: 0, held: 0, open: 0, calls: 1 });
  });
});

describe("refusals", () => {
  test.each<[string, Partial<Authorise["attempt"]>, string]>([
    ["no money", {}, "balance-exhausted"],
    ["nobody's call", { accountCode: "eve" }, "account-unknown"],
    ["no price", { called: "33123456789" }, "rate-missing-for-call"],
  ])("%s", async (_why, attempt, code) => {
    const request = authorise("a");
    const asked = { ...request, attempt: { ...request.attempt, ...attempt } };
    expect(await decide(asked)).toMatchObject({ kind: "refused", reason: { code } });
    expect(await money()).toMatchObject({ held: 0, open: 0, calls: 0 });
  });

  test("a repeat is refused the same though money has come; another request is decided anew", async () => {
    expect(await decide(authorise("a"))).toMatchObject({ kind: "refused" });
    await pay("1");
    expect(await decide(authorise("a"))).toMatchObject({ kind: "refused" });
    expect(await decide(authorise("a", { requestKey: "again" }))).toMatchObject({ kind: "granted", talkS: 960 });
    expect(await decide(authorise("a"))).toMatchObject({ kind: "refused" });
    expect(await decide(authorise("a", { requestKey: "third" }))).toMatchObject({ kind: "granted", talkS: 960 });
  });
});

test("the end of a call that was refused leaves no record, unless it talked", async () => {
  for (const key of ["a", "b"]) expect(await decide(authorise(key))).toMatchObject({ kind: "refused" });
  expect(await decide(stop("a", 0))).toEqual({ kind: "closed", fate: "non-billable" });
  expect(await money()).toMatchObject({ held: 0, calls: 0 });
  expect(await decide(stop("b", 10))).toEqual({ kind: "closed", fate: "stored" });
  expect(await money()).toMatchObject({ overrun: 0.08, calls: 1 });
});

describe("repeats and disorder", () => {
  test("a repeated request changes nothing and is answered the same", async () => {
    await pay("1");
    for (const request of [authorise("a", { wantedS: 60 }), update("a", 30, { wantedS: 60 }), stop("a", 61)]) {
      const first = await decide(request);
      const after = await money();
      expect(await decide(request)).toEqual(first);
      expect(await money()).toEqual(after);
    }
    expect(await money()).toMatchObject({ wallet: 0.86, overrun: 0, held: 0, open: 0, calls: 1 });
  });

  test("a key that is used again once its call is over lets no second call begin", async () => {
    await pay("1");
    await decide(authorise("a", { wantedS: 60, isUnnamed: true }));
    await decide(stop("a", 30));
    const again = authorise("a", { wantedS: 60, isUnnamed: true });
    expect(await decide(again)).toMatchObject({ reason: { code: "session-ended" } });
    expect(await money()).toMatchObject({ held: 0, open: 0, calls: 1 });
  });

  test("the same request many times at once is one", async () => {
    await pay("1");
    const answers = await Promise.all(Array.from({ length: 20 }, () => decide(authorise("a"))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await money()).toMatchObject({ open: 1 });
  });

  test("a report that was overtaken takes nothing back, and one after the end is told so", async () => {
    await pay("1");
    await decide(authorise("a", { wantedS: 60 }));
    await decide(update("a", 100, { wantedS: 0 }));
    expect(await decide(update("a", 40, { wantedS: 0 }))).toMatchObject({ talkS: 100 });
    await decide(stop("a", 130));
    expect(await decide(update("a", 120))).toMatchObject({ kind: "refused", reason: { code: "session-ended" } });
    expect(await money()).toMatchObject({ wallet: 0.8, held: 0, calls: 1 });
  });
});

test("what a switch was told while the rules came to name another payer leaves the hold with the first", async () => {
  await prepaidCustomer(operator, { code: "ben", amount: "5" });
  await pay("1");
  await decide(authorise("a", { wantedS: 60 }));
  const before = await money();
  const told = { kind: "granted", talkS: 120, usedS: 0, isLast: true, limitedBy: "cap" } as const;
  const attempt = { ...authorise("a").attempt, accountCode: "ben" };
  expect(await decide(authorise("a", { requestKey: "again", attempt, told }))).toEqual(told);
  expect(await money()).toEqual(before);
  await decide(stop("a", 60));
  expect(await money()).toMatchObject({ held: 0, open: 0, calls: 1 });
});

test("a thousand calls at once, in two processes, on a balance for three of them: three begin", async () => {
  await pay("0.24");
  const other = new ChargingLane(db, operator.tenantId, DEFAULT_POLICY);
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      (i % 2 === 0 ? lane : other).decide(authorise(`call ${i}`, { wantedS: 60 })),
    ),
  );
  expect(answers.filter(({ kind }) => kind === "granted")).toHaveLength(3);
  expect(await money()).toMatchObject({ wallet: 0.24, overrun: 0, held: 0.24, open: 3, calls: 0 });
});

/** Imports the record of a call of half a minute, as the switch writes it into a file. */
async function importRecordOf({ key, answeredAt, endedAt }: Stop) {
  const at = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  const answered = answeredAt ?? 0;
  const csv = `"","442071234567","4930123456","default","${at(answered - 2_000)}","${at(answered)}","${at(endedAt)}","32","30","NORMAL_CLEARING","${key}","","ada"\n`;
  return (await operator.importText(source, `${key}.csv`, csv)).counts;
}

test("a record of the same call that comes in a file later is a duplicate", async () => {
  await pay("1");
  await decide(authorise("a"));
  const ended = stop("a", 30);
  await decide(ended);
  expect(await importRecordOf(ended)).toMatchObject({ rows: 1, duplicate: 1, stored: 0 });
});

test("a record that comes before its stop ends the session, which pays for it; the stop is a duplicate then", async () => {
  await pay("0.12");
  await decide(authorise("a"));
  expect(await money()).toMatchObject({ wallet: 0.12, held: 0.08, open: 1 });
  const ended = stop("a", 30);
  expect(await importRecordOf(ended)).toMatchObject({ rows: 1, stored: 1 });
  const after = { wallet: 0.04, overrun: 0, held: 0, open: 0, calls: 1 };
  expect(await money()).toMatchObject(after);
  expect(await decide(update("a", 40))).toMatchObject({ reason: { code: "session-ended" } });
  expect(await decide(ended)).toEqual({ kind: "closed", fate: "duplicate" });
  expect(await money()).toMatchObject(after);
});

test("money that a session held and did not need covers what others could not pay meanwhile", async () => {
  await pay("0.20");
  await decide(authorise("a"));
  await importRecordOf(stop("of a file", 30));
  expect(await money()).toMatchObject({ wallet: 0.2, overrun: 0.08, held: 0.2 });
  await decide(stop("a", 30));
  expect(await money()).toMatchObject({ wallet: 0.04, overrun: 0, held: 0, calls: 2 });
});

test("sessions that hold more than there is take what they held, in the order in which they end", async () => {
  await pay("0.28");
  for (const key of ["a", "b"]) await decide(authorise(key, { wantedS: 120 }));
  const withdrawn = "update balances set amount = amount + 0.16 where kind = 'wallet' and tenant_id = $1";
  await db.transaction("owner", {}, (tx) => tx.query(withdrawn, [operator.tenantId]));
  expect(await money()).toMatchObject({ wallet: 0.12, held: 0.28, open: 2 });
  await decide(stop("a", 60));
  expect(await money()).toMatchObject({ wallet: 0.04, overrun: 0, held: 0.14 });
  await decide(stop("b", 60));
  expect(await money()).toMatchObject({ wallet: 0, overrun: 0.04, held: 0 });
});

test("a slice that is told of again counts once, however many were told of since", async () => {
  await pay("1");
  await decide(authorise("a", { wantedS: 10 }));
  const of = { counted: "since-last-report", answeredAt: epochMs(fromInstant(now()) - 600_000), wantedS: 10 } as const;
  const slice = (number: number) => update("a", 5, { ...of, requestKey: `slice ${number}`, number });
  for (let number = 1; number <= 12; number += 1)
    expect(await decide(slice(number))).toMatchObject({ usedS: 5 * number });
  for (const number of [1, 5, 8, 12]) await decide(slice(number));
  expect(await operator.figures("select used_s::integer from sessions")).toEqual({ used_s: 60 });
});

describe("a call of which nothing more is heard", () => {
  const expire = () =>
    db.transaction("ingest", {}, (tx) =>
      tx.query("update sessions set expires_at = now() - interval '1 second' where tenant_id = $1", [
        operator.tenantId,
      ]),
    );
  const giveUp = () => giveUpSessions(db, new Charging(db));

  test("is ended as it was last known, and corrected by its late stop", async () => {
    await pay("1");
    await decide(authorise("a"));
    const answeredAt = epochMs(fromInstant(now()) - 300_000);
    await decide(update("a", 70, { answeredAt, wantedS: 600 }));
    expect(await giveUp()).toMatchObject({ ended: 0 });
    await expire();
    expect(await giveUp()).toMatchObject({ ended: 1 });
    expect(await money()).toMatchObject({ wallet: 0.86, overrun: 0, held: 0, open: 0, calls: 1 });
    expect(await decide(stop("a", 170))).toEqual({ kind: "closed", fate: "corrected" });
    expect(await money()).toMatchObject({ wallet: 0.8, overrun: 0, held: 0, open: 0, calls: 1 });
    expect(await decide(stop("a", 170))).toEqual({ kind: "closed", fate: "corrected" });
    expect(await money()).toMatchObject({ wallet: 0.8, calls: 1 });
  });

  test("before it was answered leaves no record, and its hold is released", async () => {
    await pay("1");
    await decide(authorise("a"));
    await expire();
    expect(await giveUp()).toMatchObject({ ended: 1 });
    expect(await money()).toMatchObject({ wallet: 1, overrun: 0, held: 0, open: 0, calls: 0 });
    expect(await decide(stop("a", 30))).toEqual({ kind: "closed", fate: "stored" });
    expect(await money()).toMatchObject({ wallet: 0.92, overrun: 0, held: 0, open: 0, calls: 1 });
  });

  test("waits for no other that cannot be ended, however many there are", async () => {
    await pay("1");
    await decide(authorise("a"));
    // Their ids are not what their keys lead to, so that charging knows no such sessions.
    await db.transaction("ingest", {}, (tx) =>
      tx.query(
        `insert into sessions (id, tenant_id, source_id, state, levels, attempt, opened_at, used_s, granted_s,
           expires_at, answers)
         select gen_random_uuid(), tenant_id, source_id, 'open', '[]',
           (attempt::jsonb || jsonb_build_object('key', 'none ' || n))::json, opened_at, 0, 0, opened_at, '[]'
         from sessions, generate_series(1, 2000) as n where tenant_id = $1`,
        [operator.tenantId],
      ),
    );
    await expire();
    expect(await giveUp()).toMatchObject({ ended: 1 });
    await db.transaction("ingest", {}, (tx) => tx.query("delete from sessions where state = 'open'"));
  });

  test("is forgotten long after its end", async () => {
    await pay("1");
    await decide(authorise("a"));
    await decide(stop("a", 30));
    await expire();
    expect(await giveUp()).toEqual({ ended: 0, forgotten: 1 });
    expect(await decide(update("a", 60))).toEqual({ kind: "unknown" });
  });
});

test("each reseller of the chain is held and charged at its own price, and one without money stops the call", async () => {
  const top = await operator.account("top", { kind: "reseller", payment: "prepaid" });
  const below = { parentId: top.id, bookId: top.bookId };
  const bob = await operator.account("bob", { payment: "prepaid", ...below });
  await operator.tariff("bob's", [anyRate("49", "0.05", { increments: { firstS: 60, nextS: 60 } })], [bob]);
  await operator.tariff("top's", [anyRate("49", "0.03", { increments: { firstS: 1, nextS: 1 } })], [top]);
  await operator.rule(bob, { match: { accountCode: "bob" } });
  const { attempt } = authorise("b");
  const bobs = { ...authorise("b"), attempt: { ...attempt, accountCode: "bob" } };
  await pay("1", "bob");
  expect(await decide(bobs)).toMatchObject({ kind: "refused", reason: { code: "balance-exhausted" } });
  await pay("0.04", "top");
  const again = { ...bobs, requestKey: "again" };
  expect(await decide(again)).toMatchObject({ kind: "granted", talkS: 80, isLast: true, limitedBy: "balance" });
  expect(await money()).toMatchObject({ held: 0.14, open: 2 });
  await decide(stop("b", 90));
  // Bob: two minutes at .05; the reseller: 90 s at .03, of which it had .04.
  expect(await money()).toMatchObject({ wallet: 0.9, overrun: 0.005, held: 0, open: 0, calls: 1 });
});

test("a postpaid account is trusted, or held to its credit limit", async () => {
  const increments = { firstS: 60, nextS: 60 };
  const free = await operator.account("free");
  const limited = await operator.account("limited", { creditLimit: nanosFromSql("0.13") });
  await operator.tariff("postpaid", [anyRate("49", "0.06", { increments })], [free, limited]);
  await operator.rules([free, limited].map((one) => [one, { match: { accountCode: one.code } }]));
  const { attempt } = authorise("a");
  const of = (key: string, accountCode: string) => ({ ...authorise(key), attempt: { ...attempt, key, accountCode } });
  expect(await decide(of("a", "free"))).toMatchObject({ talkS: DEFAULT_POLICY.longestCallS, limitedBy: "cap" });
  expect(await decide(of("b", "limited"))).toMatchObject({ talkS: 120, limitedBy: "balance" });
  await decide(stop("b", 30));
  expect(await decide(of("c", "limited"))).toMatchObject({ talkS: 60, limitedBy: "balance" });
});

test("an account's limits hold beside its money: calls at once, seconds of one call, spend of the day", async () => {
  const limits = { ...NO_ACCOUNT_LIMITS, openSessions: 2, callS: 900, daySpend: nanosFromSql("0.25") };
  const carl = await operator.account("carl", { limits });
  await operator.tariff("carl's", [anyRate("49", "0.06", { increments: { firstS: 60, nextS: 60 } })], [carl]);
  await operator.rule(carl, { match: { accountCode: "carl" } });
  const { attempt } = authorise("a");
  const call = (key: string, wantedS: number | null) => ({
    ...authorise(key, { wantedS }),
    attempt: { ...attempt, key, accountCode: "carl" },
  });
  expect(await decide(call("a", null))).toMatchObject({ talkS: 240, limitedBy: "balance" });
  expect(await decide(call("b", 60))).toMatchObject({ kind: "refused", reason: { code: "spend-limited" } });
  await decide(stop("a", 60));
  expect(await decide(call("c", 60))).toMatchObject({ talkS: 60 });
  expect(await decide(call("d", 60))).toMatchObject({ talkS: 60 });
  expect(await decide(call("e", 60))).toMatchObject({ kind: "refused", reason: { code: "sessions-limited" } });
  await decide(stop("c", 0));
  expect(await decide(call("f", null))).toMatchObject({ talkS: 120 });
});

test.each(["ada", "nobody"])(
  "an emergency call of %s passes without money, and is never charged",
  async (accountCode) => {
    const { attempt } = authorise("a");
    const emergency = { ...authorise("a"), attempt: { ...attempt, called: "112", accountCode } };
    expect(await decide(emergency)).toMatchObject({ kind: "granted", limitedBy: "cap" });
    const fate = accountCode === "ada" ? "stored" : "quarantined"; // kept either way
    expect(await decide(stop("a", 60))).toEqual({ kind: "closed", fate });
    const charges = await operator.figures("select count(*)::integer as n from charges");
    expect([charges, await money()]).toMatchObject([{ n: 0 }, { overrun: 0, held: 0, open: 0 }]);
  },
);
