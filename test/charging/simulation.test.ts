import { afterAll, beforeAll, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { ChargingRequest } from "../../src/server/charging/charging-request.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { pay } from "../support/prepaid-customer.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const SEED = Number(process.env.TOLLWRIGHT_SIM_SEED ?? 20_261_121);
const CALLS = Number(process.env.TOLLWRIGHT_SIM_CALLS ?? 240);

let db: TestDatabase;
const processes: { readonly db: Database; readonly charging: Charging }[] = [];

beforeAll(async () => {
  process.stderr.write(`Charging: seed ${SEED} (TOLLWRIGHT_SIM_SEED), ${CALLS} calls (TOLLWRIGHT_SIM_CALLS)\n`);
  db = await testDatabase();
  for (let i = 0; i < 2; i += 1) {
    const own = await openDatabase({ url: db.url });
    processes.push({ db: own, charging: new Charging(own) });
  }
});
afterAll(async () => {
  for (const { db: own } of processes) await own.close();
  await db?.drop();
});

const random = new SeededRandom(SEED);
const next = (below: number): number => random.below(below);

const STARTED = fromInstant(now()) - 7_200_000;

/** What a switch sends of one call, in the order in which it should arrive. */
function requestsOf(call: number, source: Source): ChargingRequest[] {
  const key = `call ${call}`;
  const of = { sourceId: source.id, key, leg: "" };
  const attempt = {
    ...{
      key,
      leg: "",
      callId: null,
      direction: "originating" as const,
      calling: "442071234567",
      called: `49${next(10_000)}55501`,
    },
    ...{ startedAt: epochMs(STARTED + call), accountCode: ["ada", "bob", "eve"][next(3)] ?? "ada", sipUser: null },
    ...{ sourceAddress: null, ingressTrunk: null, egressTrunk: null },
  } as const;
  const talkedS = next(4) === 0 ? 0 : next(400);
  const answeredAt = epochMs(STARTED + call + 5_000);
  const wantedS = next(2) === 0 ? null : 30 + next(90);
  const requests: ChargingRequest[] = [
    { kind: "authorise", sourceId: source.id, requestKey: "authorise", attempt, wantedS },
  ];
  for (let at = next(60); at < talkedS; at += 20 + next(100))
    requests.push({
      kind: "update",
      ...of,
      requestKey: `update ${at}`,
      answeredAt,
      talkedMs: at * 1_000,
      counted: "whole-call",
      wantedS: 60,
      recordKey: null,
    });
  // One switch in ten forgets to say that a call is over.
  if (next(10) > 0)
    requests.push({
      kind: "stop",
      ...of,
      requestKey: "stop",
      answeredAt: talkedS === 0 ? null : answeredAt,
      endedAt: epochMs(answeredAt + talkedS * 1_000),
      talkedMs: talkedS * 1_000,
      counted: "whole-call",
      reportedS: talkedS,
      cause: { q850: 16, sip: null, text: null },
      recordKey: null,
      isGivenUp: false,
      attempt: next(2) === 0 ? null : attempt,
    });
  return requests;
}

/** All calls' requests as a network delivers them: mixed, some lost, some twice, some too late. */
function delivered(source: Source): ChargingRequest[] {
  const timed: { readonly at: number; readonly request: ChargingRequest }[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    let at = next(CALLS * 4);
    for (const request of requestsOf(call, source)) {
      at += next(40);
      if (next(25) === 0) continue;
      timed.push({ at: next(12) === 0 ? at + next(200) : at, request });
      if (next(6) === 0) timed.push({ at: at + next(100), request });
    }
  }
  return timed.toSorted((a, b) => a.at - b.at).map(({ request }) => request);
}

/** Sends a request, again and again when the database was cut off under it, as a switch does. */
async function send(request: ChargingRequest, tenantId: string): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await (processes[next(2)] as (typeof processes)[number]).charging.decide(tenantId, request);
    } catch (error) {
      if (tries === 8) throw error;
    }
  }
}

/** Breaks every connection that charging works on, wherever it is in its transaction. */
const cut = () =>
  db.session((client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'tollwright charging' and pid <> pg_backend_pid()`),
  );

const UNEASY = `
  select
    (select count(*) from balances where kind = 'wallet' and amount > 0)::integer as wallets_below_limit,
    (select count(*) from account_holds h left join balances b on b.account_id = h.account_id and b.kind = 'wallet'
      join accounts a on a.id = h.account_id and a.payment = 'prepaid'
      where h.held > -coalesce(b.amount, 0) and h.held > 0)::integer as held_beyond_wallets`;

test("calls mixed, lost, repeated, late and cut off: no wallet below its limit, every hold ends, the books are right", async () => {
  const operator = await Operator.create(db);
  const { tenantId } = operator;
  const ada = await operator.account("ada", { payment: "prepaid" });
  const top = await operator.account("top", { kind: "reseller", payment: "prepaid" });
  const bob = await operator.account("bob", { payment: "prepaid", parentId: top.id, bookId: top.bookId });
  const eve = await operator.account("eve");
  const rate = (perMinute: string, firstS: number, nextS: number) =>
    anyRate("49", perMinute, { increments: { firstS, nextS }, connectFee: { units: 1n, scale: 2 } });
  await operator.tariff("retail", [rate("0.0667", 60, 60)], [ada, bob, eve]);
  await operator.tariff("wholesale", [rate("0.0333", 30, 6)], [top]);
  await operator.rules([ada, bob, eve].map((account) => [account, { match: { accountCode: account.code } }]));
  const source = await operator.source("switch", "freeswitch-csv");
  const paid: Record<string, string> = { ada: "3", bob: "4", top: "2" };
  for (const [code, amount] of Object.entries(paid)) await pay(operator, amount, { code });

  const requests = delivered(source);
  while (requests.length > 0) {
    const chunk = requests.splice(0, 1 + next(60));
    const sent = chunk.map((request) => send(request, tenantId));
    if (next(4) === 0) await cut();
    await Promise.all(sent);
    expect(await operator.figures(UNEASY)).toEqual({ wallets_below_limit: 0, held_beyond_wallets: 0 });
  }

  await db.transaction("ingest", {}, (tx) =>
    tx.query("update sessions set expires_at = now() - interval '1 second' where state = 'open'"),
  );
  await giveUpSessions(db, new Charging(db));
  const end = await operator.figures<Record<string, number>>(`
    select (select sum(held) from account_holds)::float8 as held,
      (select sum(open_sessions) from account_holds)::integer as open,
      (select count(*) from sessions where state = 'open')::integer as sessions,
      (select count(*) > ${CALLS / 2} from usage_events) as stored,
      (select count(*) > 9 from sessions where state = 'refused')
        and (select sum(amount) > 0 from balances where kind = 'overrun') as pressed,
      (select round(9 + sum(amount) filter (where kind in ('wallet', 'overrun')), 9) from balances)::text
        = (select sum(c.amount) from charges c join accounts a on a.id = c.account_id where a.payment = 'prepaid')::text
        as charged`);
  expect(end).toEqual({ held: 0, open: 0, sessions: 0, stored: true, pressed: true, charged: true });
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}, 120_000);
