import { afterEach, beforeEach, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { ChargingAnswer, ChargingRequest } from "../../src/server/charging/charging-request.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { topUp } from "../../src/server/ledger/top-up.ts";
import { PackagesWorld } from "../allowance/packages-world.ts";
import { testerOf } from "../support/actor.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const SEED = Number(process.env.TOLLWRIGHT_SIM_SEED ?? 20_261_122);
const CALLS = Number(process.env.TOLLWRIGHT_SIM_CALLS ?? 90);
const PAID: Record<string, string> = { anna: "1.5", ben: "1", cleo: "0.5", family: "3" };

let world: PackagesWorld;
const processes: { readonly db: Database; readonly charging: Charging }[] = [];
let random: SeededRandom;

beforeEach(async () => {
  random = new SeededRandom(SEED);
  process.stderr.write(`Packages: seed ${SEED} (TOLLWRIGHT_SIM_SEED), ${CALLS} calls (TOLLWRIGHT_SIM_CALLS)\n`);
  const once = { every: "once" };
  world = await PackagesWorld.create({
    packages: [
      { name: "own", allowances: [{ name: "calls", calls: 3, ...once, prefixes: ["33"] }] },
      { name: "talk", allowances: [{ name: "minutes", minutes: 14, ...once, prefixes: ["49"] }] },
      { name: "money", allowances: [{ name: "gift", amount: "0.40", ...once, priority: 200 }] },
    ],
    has: {
      anna: ["own", "talk"].map((name) => ({ package: name, from: "2026-03-01" })),
      ben: [{ package: "talk", from: "2026-03-01", sharedWith: ["cleo"] }],
      family: [{ package: "money", from: "2026-03-01" }],
    },
  });
  await world.db.transaction("owner", {}, (tx) => tx.query("update accounts set payment = 'prepaid'"));
  for (const [accountCode, amount] of Object.entries(PAID))
    await topUp(world.db, {
      ...{ tenantId: world.tenantId, accountCode, amount: nanosFromSql(amount), reference: accountCode },
      ...{ now: now(), actor: testerOf(world.tenantId), dryRun: false },
    });
  for (let i = 0; i < 2; i += 1) {
    const own = await openDatabase({ url: world.db.url });
    processes.push({ db: own, charging: new Charging(own) });
  }
});
afterEach(async () => {
  for (const { db: own } of processes.splice(0)) await own.close();
  await world?.db.drop();
});

/** One call as its switch has it: it asks again before its grant ends, and never lasts beyond it. */
class Call {
  readonly key: string;
  readonly #by = random.of(["anna", "ben", "ben", "cleo"]);
  readonly #called = random.of(["4930123456", "4930123456", "33142000000"]);
  readonly #answeredAt = epochMs(fromInstant(now()) - 3_600_000 + random.below(600_000));
  readonly #wantedS = random.of([null, 60, 90, 200]);
  #usedS = 0;
  #grantedS = 0;
  #requests = 0;
  /** Over, refused, or forgotten by its switch. */
  isOver = false;

  constructor(index: number) {
    this.key = `call ${index}`;
  }

  next(): ChargingRequest {
    const of = { sourceId: world.source.id, key: this.key, leg: "", counted: "whole-call" as const, recordKey: null };
    this.#requests += 1;
    const requestKey = `request ${this.#requests}`;
    if (this.#requests === 1) return this.#authorise(requestKey);
    this.#usedS += random.below(this.#grantedS - this.#usedS + 1);
    const at = { answeredAt: this.#answeredAt, talkedMs: this.#usedS * 1_000 };
    if (random.once(2)) return { kind: "update", ...of, requestKey, ...at, wantedS: this.#wantedS };
    this.isOver = true;
    return {
      ...{ kind: "stop", ...of, requestKey, ...at, endedAt: epochMs(this.#answeredAt + this.#usedS * 1_000) },
      ...(this.#usedS === 0 && { answeredAt: null }),
      ...{ reportedS: this.#usedS, cause: { q850: 16, sip: null, text: null }, isGivenUp: false, attempt: null },
    };
  }

  hear(answer: ChargingAnswer): void {
    if (answer.kind === "granted") this.#grantedS = answer.talkS;
    else this.isOver = true;
    if (random.once(15)) this.isOver = true; // and its switch never says so
  }

  #authorise(requestKey: string): ChargingRequest {
    const attempt = {
      ...{ key: this.key, leg: "", callId: null, direction: "originating" as const, calling: "442071234567" },
      ...{ called: this.#called, startedAt: epochMs(this.#answeredAt - 5_000), accountCode: this.#by, sipUser: null },
      ...{ sourceAddress: null, ingressTrunk: null, egressTrunk: null },
    };
    return { kind: "authorise", sourceId: world.source.id, requestKey, attempt, wantedS: this.#wantedS };
  }
}

/** Sends a request, again when the database was cut off under it, and now and then twice. */
async function send(request: ChargingRequest): Promise<ChargingAnswer> {
  for (let tries = 1; ; tries += 1) {
    try {
      const process = random.of(processes as [(typeof processes)[number]]);
      return await process.charging.decide(world.tenantId, request);
    } catch (error) {
      if (tries === 8) throw error;
    }
  }
}

const cut = () =>
  world.db.session((client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'tollwright charging' and pid <> pg_backend_pid()`),
  );

async function figures<Row extends object>(sql: string): Promise<Row> {
  const { rows } = await world.db.transaction("app", { tenantId: world.tenantId }, (tx) => tx.query<Row>(sql));
  return rows[0] as Row;
}

/** Nobody is short: all sessions stay within their grants, and nothing has been priced again yet. */
const UNEASY = `
  select (select count(*) from balances where kind = 'wallet' and amount > 0)::integer as wallets_below_limit,
    (select coalesce(sum(amount), 0) from balances where kind = 'overrun')::float8 as overrun,
    (select count(*) from account_holds h join balances b on b.account_id = h.account_id and b.kind = 'wallet'
      where h.held > -b.amount)::integer as held_beyond_wallets`;
const AT_REST = `
  select (select sum(held) from account_holds)::float8 as held,
    (select sum(open_sessions) from account_holds)::integer as open,
    (select count(*) from allowance_holds where held <> '[]')::integer as units,
    (select count(*) from pool_months cross join jsonb_each(state -> 'allowances') a
      cross join jsonb_array_elements(a.value -> 'buckets') b where (b ->> 1)::numeric < 0)::integer as pools_below_0,
    (select count(*) > 10 from charges where covered_s > 0) as covered,
    (select count(*) > 5 from sessions where state = 'refused') as pressed,
    (select round(${Object.values(PAID).reduce((sum, paid) => sum + Number(paid), 0)} + sum(amount), 9)
      from balances where kind in ('wallet', 'overrun'))
      = (select sum(c.amount) from charges c join accounts a on a.id = c.account_id where a.kind <> 'vendor') as charged`;

/** Lets calls go on, some at once, until all are over; `meanwhile` goes on beside each round. */
async function play(calls: readonly Call[], meanwhile: (turn: number) => Promise<unknown>): Promise<void> {
  let rounds = 0;
  for (let up = calls; up.length > 0; up = up.filter(({ isOver }) => !isOver)) {
    const chosen = random.shuffled(up).slice(0, 1 + random.below(16));
    const sent = chosen.map(async (call) => {
      const request = call.next();
      const twice = random.once(6) ? send(request) : undefined;
      const answer = await send(request);
      if (twice !== undefined) expect(await twice).toEqual(answer);
      call.hear(answer);
    });
    rounds += 1;
    await Promise.all([meanwhile(rounds), ...sent]);
  }
  await world.db.transaction("ingest", {}, (tx) =>
    tx.query("update sessions set expires_at = now() - interval '1 second' where state = 'open'"),
  );
  await giveUpSessions(world.db, new Charging(world.db));
}

const someCalls = () => Array.from({ length: CALLS }, (_, index) => new Call(index));

/** When all is over: nothing is held, and the calls alone, in order, come to the same charges. */
async function expectRest(): Promise<void> {
  await world.replay();
  expect(await figures(AT_REST)).toEqual({
    ...{ held: 0, open: 0, units: 0, pools_below_0: 0, covered: true, pressed: true, charged: true },
  });
  expect(await world.differences()).toEqual([]);
  await world.forgetStates();
  expect(await world.replay()).toMatchObject({ entries: 0 });
}

test("calls on shared pools, in any order, repeated, lost and cut off: nobody is charged more than was held", async () => {
  await play(someCalls(), async () => {
    if (random.once(4)) await cut();
    expect(await figures(UNEASY)).toEqual({ wallets_below_limit: 0, overrun: 0, held_beyond_wallets: 0 });
  });
  expect(await figures(UNEASY)).toMatchObject({ overrun: 0 });
  await expectRest();
}, 120_000);

test("with files and replays beside them: no wallet and no pool below 0, and none waits for each other", async () => {
  let replayed = 0;
  await play(someCalls(), async (turn) => {
    const calls = ["anna", "ben", "cleo"].map((code, second) => ({
      ...{ code, talkedS: 30, key: `file ${turn} ${code}` },
      answered: `2026-05-${String(1 + (turn % 28)).padStart(2, "0")}T10:00:0${second}`,
    }));
    const replaying = world.replay().then(({ months }) => {
      replayed += months;
    });
    await Promise.all([world.import(calls), replaying]);
    expect(await figures(UNEASY)).toMatchObject({ wallets_below_limit: 0 });
  });
  expect(replayed).toBeGreaterThan(10);
  await expectRest();
  expect(await figures(`select deadlocks::integer from pg_stat_database where datname = current_database()`)).toEqual({
    deadlocks: 0,
  });
}, 120_000);
