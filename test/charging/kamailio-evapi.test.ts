import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import type { CallToCut } from "../../src/server/switches/call-cutter.ts";
import { startEvapi } from "../../src/server/switches/start-evapi.ts";
import type { SwitchListener } from "../../src/server/switches/switch-listener.ts";
import { cutsUntil } from "../support/cuts-until.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { ended, KamailioRig } from "../support/kamailio-rig.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { type Books, booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { hasKamailio } from "../support/sip.ts";

const GUIDE = new URL("../../docs/guides/kamailio-evapi.md", import.meta.url);

let db: TestDatabase;
let operator: Operator;
let source: Source;
let rig: KamailioRig;
let evapi: SwitchListener;
const told: string[] = [];

const connect = () =>
  startEvapi(db, {
    charging: new Charging(db),
    report: {
      connected: () => told.push("connected"),
      lost: (_source, why) => told.push(`lost: ${why}`),
      odd: (_source, what) => told.push(`odd: ${what}`),
      failed: (_source, error) => told.push(`failed: ${String(error)}`),
    },
  });

/** The books once they are as they should be; reports come a moment after the calls. */
async function booksWhen(isIt: (books: Books) => boolean): Promise<Books> {
  for (;;) {
    const books = await booksOf(operator);
    if (isIt(books)) return books;
    await sleep(50);
  }
}

const openCalls = async (): Promise<readonly CallToCut[]> => {
  const { rows } = await db.session((client) =>
    client.query<CallToCut>(
      `select id, tenant_id as "tenantId", source_id as "sourceId", attempt from tollwright.sessions
       where state = 'open' and answered_at is not null`,
    ),
  );
  return rows;
};

async function answeredCalls(count: number): Promise<readonly CallToCut[]> {
  for (;;) {
    const calls = await openCalls();
    if (calls.length === count) return calls;
    await sleep(20);
  }
}

/** The operator, its customers, and Kamailio with the guide's configuration, in which `replaced` is otherwise. */
async function begin(replaced: readonly (readonly [string, string])[]): Promise<void> {
  told.length = 0;
  db = await testDatabase();
  operator = await Operator.create(db);
  rig = await KamailioRig.create();
  const port = await freePort();
  const settings = { evapi: { host: "127.0.0.1", port, dialogsEveryS: 1 } };
  source = await operator.source("kamailio", "kamailio-acc", settings);
  const rates = [anyRate("49", "60")];
  const rich = await prepaidCustomer(operator, { code: "rich", amount: "1000000", rates });
  await operator.rule(rich, { sourceId: source.id });
  await prepaidCustomer(operator, { code: "poor", amount: "3", rates, match: { callingPrefix: "4421" } });
  const trusted = { code: "trusted", amount: "20000", credit: "1000000" };
  await prepaidCustomer(operator, { ...trusted, rates, match: { callingPrefix: "4422" } });
  evapi = await connect(); // before Kamailio is there: it is tried again
  await rig.start(GUIDE, [["127.0.0.1:8448", `127.0.0.1:${port}`], ...replaced]);
  await untilConnected(1);
}

async function untilConnected(times: number): Promise<void> {
  while (told.filter((one) => one === "connected").length < times) await sleep(20);
}

async function end(): Promise<void> {
  await evapi?.close();
  await rig?.stop();
  await db?.drop();
}

describe.skipIf(!hasKamailio())("calls through a Kamailio that is configured for CGRateS", () => {
  beforeAll(() => begin([]));
  afterAll(end);

  test("that hang up are charged for what they talked, once", async () => {
    await rig.call("talk", "4420", ["-m", "20", "-r", "20", "-d", "1500"]);
    const { wallet, seconds, ...rest } = await booksWhen(({ calls, open }) => calls === 20 && open === 0);
    expect(rest).toEqual({ overrun: 0, held: 0, open: 0, calls: 20 });
    expect(seconds).toBeGreaterThanOrEqual(20);
    expect(wallet).toBe(1_020_003 - seconds);
  });

  test("whose log comes later are found there", async () => {
    const { rows } = await db.session((client) =>
      client.query<{ key: string; answered: string; ended: string }>(
        `select call_key as key, to_char(answered_at, 'YYYY-MM-DD HH24:MI:SS') as answered,
           to_char(ended_at, 'YYYY-MM-DD HH24:MI:SS') as ended from tollwright.usage_events`,
      ),
    );
    const lines = rows.flatMap(({ key, answered, ended: endedAt }) => {
      const dialog = `${key.split(";").join(",")},200,OK`;
      return [`INVITE,${dialog},${answered},442000,4930123456`, `BYE,${dialog},${endedAt},442000,4930123456`];
    });
    const header = "method,callid,from_tag,to_tag,sip_code,sip_reason,time,src_user,dst_user";
    const { counts } = await operator.importText(source, "acc.csv", `${[header, ...lines].join("\n")}\n`);
    expect(counts).toMatchObject({ rows: 40, duplicate: 40, stored: 0, quarantined: 0 });
  });

  test("are limited to what the money pays, and the next one is refused with 402", async () => {
    const before = await booksOf(operator);
    await rig.call("wait", "4421", ["-m", "1"]);
    const after = await booksWhen(({ calls, open }) => calls === before.calls + 1 && open === 0);
    const talked = after.seconds - before.seconds;
    expect(talked).toBeGreaterThanOrEqual(2); // three seconds are granted, and Kamailio cuts on whole ones
    expect(before.wallet + before.overrun - (after.wallet - after.overrun)).toBe(talked);
    if (talked < 3) return;
    await rig.call("refused", "4421", ["-m", "3", "-r", "10"]);
    expect(await booksOf(operator)).toEqual(after);
  });

  test("are ended by us, and their sessions with them", async () => {
    const before = await booksOf(operator);
    const callers = await rig.callers("wait", "4420", ["-m", "5", "-r", "10"]);
    const calls = await answeredCalls(5);
    expect(await Promise.all(calls.map((call) => evapi.cutter?.cut(call)))).toEqual(
      calls.map(() => ({ kind: "ended" })),
    );
    await ended(callers);
    const after = await booksWhen(({ calls: stored, open }) => stored === before.calls + 5 && open === 0);
    expect(before.wallet - after.wallet).toBe(after.seconds - before.seconds);
    expect(after.held).toBe(0);
  });

  test("end when the money does, the latest of them", async () => {
    const before = await booksOf(operator);
    const first = await rig.callers("wait", "4422", ["-m", "1"]);
    await answeredCalls(1);
    const others = await rig.callers("wait", "4422", ["-m", "3", "-r", "10"]);
    await answeredCalls(4);
    await db.session((client) => client.query("update tollwright.accounts set credit_limit = 0"));
    expect(await cutsUntil(db, evapi.cutter, 3)).toEqual(Array(3).fill("money-ended ended"));
    await ended(others);
    const [kept] = await answeredCalls(1);
    expect(await evapi.cutter?.cut(kept as CallToCut)).toEqual({ kind: "ended" });
    await ended(first);
    const after = await booksWhen(({ calls, open }) => calls === before.calls + 4 && open === 0);
    expect(before.wallet - after.wallet + after.overrun - before.overrun).toBe(after.seconds - before.seconds);
    expect(after.held).toBe(0);
  });

  test("are found again by their dialogs when the connection was lost: one that goes on, and one that ended", async () => {
    const before = await booksOf(operator);
    const short = await rig.callers("talk", "4420", ["-m", "1", "-d", "1500"]);
    const long = await rig.callers("wait", "4420", ["-m", "1"]);
    await answeredCalls(2);
    await evapi.close();
    await ended(short);
    evapi = await connect();
    await untilConnected(2);
    const meanwhile = await booksWhen(({ calls, open }) => calls === before.calls + 1 && open === 1);
    expect(before.wallet - meanwhile.wallet).toBe(meanwhile.seconds - before.seconds);
    const [call] = await answeredCalls(1);
    expect(await evapi.cutter?.cut(call as CallToCut)).toEqual({ kind: "ended" });
    await ended(long);
    const after = await booksWhen(({ calls, open }) => calls === before.calls + 2 && open === 0);
    expect(after.seconds - meanwhile.seconds).toBeGreaterThanOrEqual(1);
    expect(before.wallet - after.wallet).toBe(after.seconds - before.seconds);
  });

  test("the books are right, and nothing went wrong", async () => {
    const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(told.filter((one) => /^(odd|failed)/.test(one))).toEqual([]);
  });
});

describe.skipIf(!hasKamailio())(
  "calls whose configuration names them only at their start, and counts whole seconds",
  () => {
    beforeAll(() =>
      begin([
        ['"OriginID":"$avp(originID)",', ""],
        ['"Usage":"$var(talkedMs)ms"', '"Usage":"$var(talkedS)"'],
        ["    $var(talkedMs) =", "    $var(talkedS) = $TS - $(dlg_var(answeredS){s.int});\n    $var(talkedMs) ="],
        ['"AnswerTime":"$dlg_var(answerTime)"', '"AnswerTime":"$dlg_var(answeredS)"'],
        ['"ToTag":"$dlg_var(toTag)",', ""],
      ]),
    );
    afterAll(end);

    test("are held from their start on", async () => {
      const callers = await rig.callers("talk", "4420", ["-m", "3", "-r", "10", "-d", "1500"]);
      await answeredCalls(3);
      expect((await booksOf(operator)).held).toBe(3 * 14_400);
      await ended(callers);
      const { wallet, seconds, ...rest } = await booksWhen(({ calls, open }) => calls === 3 && open === 0);
      expect(rest).toEqual({ overrun: 0, held: 0, open: 0, calls: 3 });
      expect(wallet).toBe(1_020_003 - seconds);
    });

    test("two at once on the money of one: the second is ended at its start", async () => {
      const callers = await rig.callers("wait", "4421", ["-m", "2", "-r", "20"]);
      await ended(callers);
      const { open, held, overrun, wallet, seconds } = await booksWhen(({ calls, open: up }) => calls >= 4 && up === 0);
      expect({ open, held }).toEqual({ open: 0, held: 0 });
      expect(wallet - overrun).toBe(1_020_003 - seconds);
      expect(overrun).toBeLessThanOrEqual(1);
    });
  },
);
