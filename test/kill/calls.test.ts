import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { type StartedServer, startServer } from "../mediation-http/started-server.ts";
import { testerOf } from "../support/actor.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer, walletsOf } from "../support/prepaid-customer.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { throwAwayServer } from "../support/throw-away-server.ts";
import { isCut, killServer, VICTIMS } from "./kill-server.ts";
import { type Door, PrepaidCalls } from "./prepaid-calls.ts";

/** Kills of each kind. `npm run test:kill` asks for more. */
const KILLS = Math.ceil(Number(process.env.TOLLWRIGHT_KILLS ?? 10) / 5);
const SEED = Number(process.env.TOLLWRIGHT_KILL_SEED ?? randomInt(2 ** 31));
const TEST_MS_MAX = 1_200_000;
const ACCOUNTS = 20;
/** What each wallet has: in a long storm calls are refused for want of money. */
const PAID = 20;
const PER_MINUTE = "0.6";
/** The same in nanos. */
const PER_SECOND = 10_000_000n;
const CALLS_AT_ONCE = 30;
/** Answered requests between two kills, at most, and milliseconds after them. */
const MOMENT_ANSWERS = 200;
const MOMENT_MS = 100;
const SETTLE_MS_MAX = 60_000;

let server: Awaited<ReturnType<typeof throwAwayServer>>;
let db: Database;
let dataDir: string;
let running: StartedServer;

const say = (line: string) => process.stderr.write(`${line}\n`);

beforeAll(async () => {
  say(`kill -9 under calls: seed ${SEED} (TOLLWRIGHT_KILL_SEED), ${KILLS} kills of each kind (TOLLWRIGHT_KILLS ÷ 5)`);
  server = await throwAwayServer({ durable: true });
  db = await openDatabase({ url: server.url });
  await migrate(db);
  dataDir = await mkdtemp(join(tmpdir(), "tollwright-calls-"));
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
  if (dataDir) await rm(dataDir, { recursive: true });
});

/** Customers with a little money each, and a switch. */
async function found(): Promise<{
  readonly operator: Operator;
  readonly token: string;
  readonly codes: [string, ...string[]];
}> {
  const operator = await Operator.create(db);
  const codes: [string, ...string[]] = ["customer-0"];
  for (let i = 1; i < ACCOUNTS; i += 1) codes.push(`customer-${i}`);
  for (const code of codes)
    await prepaidCustomer(operator, { code, amount: String(PAID), rates: [anyRate("49", PER_MINUTE)] });
  await operator.source("switch", "freeswitch-csv");
  const { tenantId } = operator;
  const { token } = await issuePushToken(db, {
    tenantId,
    source: "switch",
    revokeEarlier: false,
    actor: testerOf(tenantId),
  });
  return { operator, token, codes };
}

/** Calls under way while `strike` kills, time and again; then everything that was taken is looked for. */
async function storm(seed: number, strike: (door: Door, random: SeededRandom) => Promise<void>): Promise<string> {
  const random = new SeededRandom(seed);
  const { operator, token, codes } = await found();
  const door: Door = { url: "", token };
  const switches = new PrepaidCalls(door, new SeededRandom(seed + 1), codes);
  running = await startServer(server.url, dataDir);
  door.url = running.url;
  let kills = 0;
  const calls = Promise.all(Array.from({ length: CALLS_AT_ONCE }, () => switches.callUntil(() => kills === KILLS)));
  for (; kills < KILLS; kills += 1) {
    const from = switches.driven.answered;
    const moment = random.below(MOMENT_ANSWERS);
    while (switches.driven.answered < from + moment) await Promise.race([sleep(5), calls]);
    await sleep(random.below(MOMENT_MS));
    await strike(door, random);
  }
  await calls;
  const { driven } = switches;
  await untilStored(operator, driven.calls);
  const { wallet: _rounded, ...books } = await booksOf(operator);
  const paidIn = nanosFromSql(String(ACCOUNTS * PAID));
  expect(await walletsOf(operator)).toBe(paidIn - PER_SECOND * BigInt(driven.talkedS));
  expect(books).toEqual({
    ...{ overrun: 0, held: 0, open: 0 },
    ...{ calls: driven.calls, seconds: driven.talkedS },
  });
  expect(
    await operator.figures("select count(*)::integer as overdrawn from balances where kind = 'wallet' and amount > 0"),
  ).toEqual({ overdrawn: 0 });
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  await running.stop();
  return `${driven.calls} calls of ${driven.talkedS} s, ${driven.refused} refused, ${driven.again} requests sent again`;
}

/** What was answered while the database was away is decided a little later. */
async function untilStored(operator: Operator, calls: number): Promise<void> {
  const until = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const books = await booksOf(operator);
    if ((books.calls === calls && books.open === 0) || performance.now() > until) return;
    await sleep(50);
  }
}

test("Tollwright, killed under prepaid calls and started again, has charged what the switch counted", {
  timeout: TEST_MS_MAX,
}, async () => {
  const sums = await storm(SEED, async (door) => {
    await running.kill();
    running = await startServer(server.url, dataDir);
    door.url = running.url;
  });
  say(`  Tollwright: killed ${KILLS} times under calls; ${sums}`);
});

test("the database, killed under prepaid calls, comes back with what the switch counted", {
  timeout: TEST_MS_MAX,
}, async () => {
  const sums = await storm(SEED + 2, async (_door, random) => {
    await killServer(server.pid, random.of(VICTIMS), random);
    await untilUp();
  });
  say(`  database: killed ${KILLS} times under calls; ${sums}`);
});

/** Until the server answers again; the test's own time limit ends it. */
async function untilUp(): Promise<void> {
  for (;;) {
    try {
      return await db.session(async (client) => void (await client.query("select 1")));
    } catch (error) {
      if (!isCut(error)) throw error;
      await sleep(10);
    }
  }
}
