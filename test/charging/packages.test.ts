import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { findAllowances } from "../../src/server/allowance/find-allowances.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ChargingLane } from "../../src/server/charging/charging-lane.ts";
import type { Authorise, ChargingRequest, Stop, Update } from "../../src/server/charging/charging-request.ts";
import { DEFAULT_POLICY } from "../../src/server/charging/charging-work.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import { readPeriod } from "../../src/server/invoicing/billing-scope.ts";
import { runBill } from "../../src/server/invoicing/run-bill.ts";
import { topUp } from "../../src/server/ledger/top-up.ts";
import { type PackagesGiven, PackagesWorld } from "../allowance/packages-world.ts";
import { testerOf } from "../support/actor.ts";

let world: PackagesWorld;
let lane: ChargingLane;

afterEach(async () => {
  await lane.settled();
  await world.db.drop();
});

/** Anna, prepaid, at .06 a minute to Germany and .10 elsewhere with a fee of .02; Ben and Cleo are of one family. */
async function worldOf(given: PackagesGiven): Promise<void> {
  world = await PackagesWorld.create({ anna: { payment: "prepaid" }, ...given });
  lane = new ChargingLane(world.db, world.tenantId, DEFAULT_POLICY);
}

const pay = (amount: string, accountCode = "anna") =>
  topUp(world.db, {
    ...{ tenantId: world.tenantId, accountCode, amount: nanosFromSql(amount), reference: `${accountCode} ${amount}` },
    ...{ now: now(), actor: testerOf(world.tenantId), dryRun: false },
  });

const authorise = (key: string, by = "anna", fields: Partial<Authorise> & { called?: string } = {}): Authorise => {
  const { called = "4930123456", ...rest } = fields;
  return {
    ...{ kind: "authorise", sourceId: world.source.id, requestKey: "authorise", wantedS: null },
    attempt: {
      ...{ key, leg: "", callId: null, direction: "originating", calling: "442071234567", called },
      ...{ startedAt: epochMs(fromInstant(now()) - 3_600_000), accountCode: by, sipUser: null, sourceAddress: null },
      ...{ ingressTrunk: null, egressTrunk: null },
    },
    ...rest,
  };
};

const ofSession = (key: string) => ({ sourceId: world.source.id, key, leg: "", recordKey: null });
const update = (key: string, talkedS: number, wantedS: number | null): Update => ({
  ...{ kind: "update", requestKey: `update ${talkedS}`, ...ofSession(key), counted: "whole-call", wantedS },
  ...{ answeredAt: fromInstant(now()), talkedMs: talkedS * 1_000 },
});
const stop = (key: string, talkedS: number, fields: Partial<Stop> = {}): Stop => {
  const endedAt = fromInstant(now());
  return {
    ...{ kind: "stop", requestKey: "stop", ...ofSession(key), counted: "whole-call", endedAt },
    ...{ answeredAt: talkedS === 0 ? null : epochMs(endedAt - talkedS * 1_000), talkedMs: talkedS * 1_000 },
    ...{ reportedS: talkedS, cause: { q850: 16, sip: null, text: null }, isGivenUp: false, attempt: null },
    ...fields,
  };
};
const decide = (request: ChargingRequest) => lane.decide(request);

interface Standing {
  /** In wallets, in overrun, and held of money. */
  readonly wallet: number;
  readonly overrun: number;
  readonly held: number;
  /** Units that are held, over all allowances. */
  readonly units: number;
}

async function standing(): Promise<Standing> {
  const { rows } = await world.db.transaction("app", { tenantId: world.tenantId }, (tx) =>
    tx.query<Standing>(
      `select coalesce((select -sum(amount) from balances where kind = 'wallet'), 0)::float8 as wallet,
         coalesce((select sum(amount) from balances where kind = 'overrun'), 0)::float8 as overrun,
         coalesce((select sum(held) from account_holds), 0)::float8 as held,
         coalesce((select sum((u ->> 'quantity')::numeric)
           from allowance_holds cross join jsonb_array_elements(held) u), 0)::float8 as units`,
    ),
  );
  return rows[0] as Standing;
}

/** Whose bill of a month waits. */
async function parkedIn(month: string): Promise<readonly string[]> {
  const period = readPeriod({ month, from: undefined, to: undefined });
  const run = { tenantId: world.tenantId, accountCodes: ["anna"], period, actor: testerOf(world.tenantId) };
  const { parked } = await runBill(world.db, { ...run, now: Temporal.Instant.from("2026-06-15T00:00:00Z") });
  return parked.map(({ account }) => account.code);
}

/** A package of free minutes that is given once, so that no test depends on the day it is run on. */
const free = (minutes: number, more: object = {}) => ({
  name: "talk",
  allowances: [{ name: "free", minutes, every: "once", prefixes: ["49"] }],
  ...more,
});
const had = { anna: [{ package: "talk", from: "2026-03-01" }] };
const family = { ben: [{ package: "talk", from: "2026-03-01", sharedWith: ["cleo"] }] };

describe("a prepaid customer with free minutes", () => {
  beforeEach(() => worldOf({ packages: [free(10)], has: had }));

  test("and no money talks as long as they last; they are held, used and given back", async () => {
    expect(await decide(authorise("a"))).toMatchObject({ talkS: 600, isLast: true, limitedBy: "balance" });
    expect(await standing()).toEqual({ wallet: 0, overrun: 0, held: 0, units: 600 });
    expect(await decide(authorise("b"))).toMatchObject({ kind: "refused", reason: { code: "balance-exhausted" } });
    expect(await decide(stop("a", 130))).toEqual({ kind: "closed", fate: "stored" });
    expect(await standing()).toEqual({ wallet: 0, overrun: 0, held: 0, units: 0 });
    expect(await decide(authorise("c"))).toMatchObject({ talkS: 420 }); // 130 s were three minutes
    expect(await world.differences()).toEqual([]);
  });

  test("and money talks as long as both last", async () => {
    await pay("0.13");
    expect(await decide(authorise("a"))).toMatchObject({ talkS: 720, isLast: true, limitedBy: "balance" });
    expect(await standing()).toEqual({ wallet: 0.13, overrun: 0, held: 0.12, units: 600 });
    await decide(stop("a", 661));
    expect(await standing()).toEqual({ wallet: 0.01, overrun: 0, held: 0, units: 0 });
  });

  test("pays for a destination that they are not for", async () => {
    expect(await decide(authorise("a", "anna", { called: "33142000000" }))).toMatchObject({ kind: "refused" });
    await pay("0.12");
    expect(await decide(authorise("b", "anna", { called: "33142000000" }))).toMatchObject({ talkS: 60 });
    expect(await standing()).toEqual({ wallet: 0.12, overrun: 0, held: 0.12, units: 0 });
    expect(await decide(authorise("c"))).toMatchObject({ talkS: 600 });
  });

  test("holds slice by slice, and an unanswered call gives all back", async () => {
    await decide(authorise("a", "anna", { wantedS: 60 }));
    expect(await standing()).toMatchObject({ units: 60 });
    expect(await decide(update("a", 50, 60))).toMatchObject({ talkS: 110, isLast: false });
    expect(await standing()).toMatchObject({ units: 120 });
    expect(await decide(authorise("b"))).toMatchObject({ talkS: 480 });
    await decide(stop("b", 0));
    expect(await decide(update("a", 100, 900))).toMatchObject({ talkS: 600, isLast: true });
    await decide(stop("a", 590));
    expect(await standing()).toEqual({ wallet: 0, overrun: 0, held: 0, units: 0 });
    expect(await decide(authorise("c"))).toMatchObject({ kind: "refused" });
  });

  test("that are held by one call are not another's, whichever stops first; what is left over is made good", async () => {
    await pay("0.06");
    await decide(authorise("a"));
    await decide(update("a", 1, null));
    expect(await decide(authorise("b"))).toMatchObject({ kind: "refused" });
    await decide(stop("a", 60)); // more was held than is used
    await decide(authorise("c", "anna", { wantedS: 480 }));
    expect(await decide(authorise("d"))).toMatchObject({ talkS: 120 }); // a minute free, a minute paid
    await decide(stop("d", 61));
    expect(await standing()).toMatchObject({ wallet: 0, held: 0, units: 480 });
    await decide(stop("c", 30));
    expect(await standing()).toEqual({ wallet: 0, overrun: 0, held: 0, units: 0 });
    await world.replay(); // a minute of what was held for c was d's after all
    expect(await standing()).toMatchObject({ wallet: 0.06, overrun: 0 });
    expect([await world.stale(), await world.differences()]).toEqual([0, []]);
  });
});

test("accounts that share minutes cannot both be granted them, in two processes", async () => {
  await worldOf({ packages: [free(10)], has: family });
  await world.db.transaction("owner", {}, (tx) => tx.query("update accounts set payment = 'prepaid'"));
  await pay("100", "family");
  const other = new ChargingLane(world.db, world.tenantId, DEFAULT_POLICY);
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      (i % 2 === 0 ? lane : other).decide(authorise(`call ${i}`, i % 3 === 0 ? "ben" : "cleo", { wantedS: 60 })),
    ),
  );
  expect(answers.filter(({ kind }) => kind === "granted")).toHaveLength(10);
  expect(await standing()).toMatchObject({ units: 600 });
  const begun = answers.flatMap(({ kind }, i) => (kind === "granted" ? [`call ${i}`] : []));
  await Promise.all(begun.map((key, i) => (i % 2 === 0 ? other : lane).decide(stop(key, i < 4 ? 60 : 0))));
  expect(await standing()).toMatchObject({ overrun: 0, held: 0, units: 0 });
  expect(await decide(authorise("last", "ben"))).toMatchObject({ talkS: 360 });
  await other.settled();
  expect(await world.differences()).toEqual([]);
});

describe("minutes that a session holds", () => {
  beforeEach(() => worldOf({ packages: [free(10)], has: had }));

  test("are left alone by an import; what was left over is given to its calls afterwards", async () => {
    await pay("1");
    await decide(authorise("a", "anna", { wantedS: 540 }));
    await world.import([{ code: "anna", answered: "2026-05-20T10:00:00", talkedS: 180, key: "from a file" }]);
    expect(await standing()).toMatchObject({ wallet: 0.88, units: 540 });
    await world.replay();
    expect([await standing(), await world.stale()]).toMatchObject([{ wallet: 0.88, units: 540 }, 1]);
    expect([await parkedIn("2026-04"), await parkedIn("2026-05")]).toEqual([[], ["anna"]]); // earlier months wait for nothing
    await decide(stop("a", 60));
    await world.replay();
    expect(await standing()).toEqual({ wallet: 1, overrun: 0, held: 0, units: 0 });
    expect([await world.stale(), await world.differences()]).toEqual([0, []]);
  });

  test("are used by its record, though that has a key of its own, and given back with one that was stored before", async () => {
    await decide(authorise("a"));
    await decide(stop("a", 600, { recordKey: "record of a" }));
    expect(await standing()).toEqual({ wallet: 0, overrun: 0, held: 0, units: 0 });
    expect(await decide(authorise("b"))).toMatchObject({ kind: "refused" });
  });

  test("are given back when nothing more is heard of it, and never twice", async () => {
    await decide(authorise("a", "anna", { wantedS: 120 }));
    await decide(authorise("b", "anna", { wantedS: 120 }));
    await decide(update("b", 50, 0));
    await world.db.transaction("owner", {}, (tx) =>
      tx.query("update sessions set expires_at = now() - interval '1 second'"),
    );
    await giveUpSessions(world.db, new Charging(world.db));
    expect(await standing()).toMatchObject({ units: 0, overrun: 0 });
    expect(await decide(stop("a", 0))).toMatchObject({ kind: "closed" });
    expect(await decide(authorise("c"))).toMatchObject({ talkS: 540 });
    expect(await world.differences()).toEqual([]);
  });

  test("are not held by a quote, and are told by it", async () => {
    expect(await decide(authorise("a", "anna", { isQuote: true }))).toMatchObject({ kind: "granted", talkS: 600 });
    expect(await standing()).toMatchObject({ units: 0 });
  });
});

/** The worked table of docs/concepts/charging.md. */
test("Ben and Cleo share ten minutes: what is held, charged, and made good in the end", async () => {
  await worldOf({ packages: [free(10)], has: family });
  await world.db.transaction("owner", {}, (tx) => tx.query("update accounts set payment = 'prepaid'"));
  for (const [code, amount] of Object.entries({ ben: "0.30", cleo: "0.30", family: "100" })) await pay(amount, code);
  const answered = fromInstant(now()) - 3_600_000;
  const ends = (key: string, order: number, talkedS: number) => {
    const answeredAt = epochMs(answered + order * 1_000);
    return decide(stop(key, talkedS, { answeredAt, endedAt: epochMs(answeredAt + talkedS * 1_000) }));
  };
  const steps: (readonly [asked: () => Promise<unknown>, left: number, held: number, ben: string, cleo: string])[] = [
    [() => decide(authorise("ben 1", "ben", { wantedS: 480 })), 600, 480, "0.3 of 0", "0.3 of 0"],
    [() => decide(authorise("cleo", "cleo")), 600, 600, "0.3 of 0", "0.3 of 0.3"],
    [() => decide(authorise("ben 2", "ben", { wantedS: 60 })), 600, 600, "0.3 of 0.06", "0.3 of 0.3"],
    [() => ends("cleo", 2, 300), 480, 480, "0.3 of 0.06", "0.12 of 0"],
    [() => ends("ben 2", 3, 60), 480, 480, "0.24 of 0", "0.12 of 0"],
    [() => ends("ben 1", 1, 60), 420, 0, "0.24 of 0", "0.12 of 0"],
    [() => world.replay(), 180, 0, "0.3 of 0", "0.3 of 0"],
  ];
  for (const [asked, left, held, ben, cleo] of steps) {
    await asked();
    expect([await pool(), await purse("ben"), await purse("cleo")]).toEqual([`${left} of ${held}`, ben, cleo]);
  }
  expect(await standing()).toMatchObject({ overrun: 0 });
  expect(await world.differences()).toEqual([]);
});

/** "600 of 480": seconds that the shared allowance has left by the calls that are stored, and held of it. */
async function pool(): Promise<string> {
  const asked = { tenantId: world.tenantId, accountCode: "ben", at: fromInstant(now()) };
  const { allowances } = await findAllowances(world.db, asked);
  return `${allowances[0]?.left} of ${allowances[0]?.held}`;
}

/** "0.3 of 0.06": what is in an account's wallet, and held of it. */
async function purse(code: string): Promise<string> {
  const { rows } = await world.db.transaction("app", { tenantId: world.tenantId }, (tx) =>
    tx.query<{ purse: string }>(
      `select format('%s of %s', trim_scale(-b.amount), trim_scale(coalesce(h.held, 0))) as purse
       from accounts a join balances b on b.account_id = a.id and b.kind = 'wallet'
       left join account_holds h on h.account_id = a.id where a.code = $1`,
      [code],
    ),
  );
  return rows[0]?.purse ?? "";
}
