import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import type { ChargingAnswer, ChargingRequest } from "../../src/server/charging/charging-request.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { killServer } from "../kill/kill-server.ts";
import { DatabaseOutage } from "../support/database-outage.ts";
import { withDatabase } from "../support/database-url.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { type ThrowAwayServer, throwAwayServer } from "../support/throw-away-server.ts";

const SEED = Number(process.env.TOLLWRIGHT_SIM_SEED ?? 20_261_122);
const TROUBLES = Number(process.env.TOLLWRIGHT_SIM_TROUBLES ?? 6);
const CALLS_AT_ONCE = 15;
/** Milliseconds between two messages of a call, at most. */
const PAUSE_MS = 100;
const random = new SeededRandom(SEED);
const AT = fromInstant(now()) - 7_200_000;

let server: ThrowAwayServer;
let db: Database;
let operator: Operator;
let source: Source;
let folder: string;

beforeAll(async () => {
  process.stderr.write(`Outages: seed ${SEED} (TOLLWRIGHT_SIM_SEED), ${TROUBLES} (TOLLWRIGHT_SIM_TROUBLES)\n`);
  folder = await mkdtemp(join(tmpdir(), "tollwright-outage-"));
  server = await throwAwayServer({ durable: true });
  db = await openDatabase({ url: server.url });
  await migrate(db);
  operator = await Operator.create(db);
  await prepaidCustomer(operator, { amount: "1000000", rates: [anyRate("49", "60")] });
  const whenDatabaseAway = { kind: "grant", seconds: 300, riskAmount: "100000" };
  source = await operator.source("switch", "freeswitch-csv", { whenDatabaseAway });
}, 120_000);
afterAll(async () => {
  await charger?.kill();
  await db?.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** The process that charges, as its switch sees it. */
class Charger {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #asked = new Map<number, (answer: ChargingAnswer | undefined) => void>();
  readonly ready: Promise<boolean>;
  #n = 0;
  /** It has ended. */
  isGone = false;

  constructor() {
    const program = join(import.meta.dirname, "charging-process.ts");
    const args = [program, server.url, folder, operator.tenantId];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
    this.#child.stdin.on("error", () => undefined);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.ready = promise;
    createInterface(this.#child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as { n?: number; answer?: ChargingAnswer; dead?: number };
      expect(line.dead ?? 0).toBe(0);
      if (line.n === undefined)
        resolve(true); // it listens
      else this.#answer(line.n, line.answer);
    });
    this.#child.on("exit", () => {
      this.isGone = true;
      resolve(false);
      for (const n of [...this.#asked.keys()]) this.#answer(n, undefined);
    });
  }

  /** undefined: there is no answer, and the switch sends it again. */
  ask(request: ChargingRequest): Promise<ChargingAnswer | undefined> {
    const { promise, resolve } = Promise.withResolvers<ChargingAnswer | undefined>();
    if (this.isGone) return Promise.resolve(undefined);
    this.#n += 1;
    this.#asked.set(this.#n, resolve);
    this.#child.stdin.write(`${JSON.stringify({ n: this.#n, request })}\n`);
    return promise;
  }

  async kill(): Promise<void> {
    if (this.isGone) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #answer(n: number, answer: ChargingAnswer | undefined): void {
    this.#asked.get(n)?.(answer);
    this.#asked.delete(n);
  }
}

let charger: Charger | undefined;

/** Sends a request until it is answered, as a switch does. */
async function send(request: ChargingRequest): Promise<ChargingAnswer> {
  for (;;) {
    const answer = await charger?.ask(request);
    if (answer !== undefined) return answer;
    await sleep(20);
  }
}

/** Makes one call, with reports of a kind by its number, and answers for how long it talked; 0: it was refused. */
async function call(number: number): Promise<number> {
  const key = `call ${number}`;
  const of = { sourceId: source.id, key, leg: "", answeredAt: epochMs(AT), recordKey: null } as const;
  const attempt = {
    ...{ key, leg: "", callId: null, direction: "originating" as const, calling: "442071234567", called: "4930123456" },
    ...{ startedAt: epochMs(AT), accountCode: "ada", sipUser: null, sourceAddress: null },
    ...{ ingressTrunk: null, egressTrunk: null },
  } as const;
  const asked = { kind: "authorise", sourceId: source.id, requestKey: "authorise", attempt, wantedS: 30 } as const;
  await sleep(random.below(PAUSE_MS));
  const opened = await send(asked);
  if (opened.kind !== "granted") return 0;
  const counted = number % 2 === 0 ? "whole-call" : "since-last-report";
  const slices = 1 + random.below(4);
  for (let slice = 1; slice <= slices; slice += 1) {
    const talkedMs = (counted === "whole-call" ? slice : 1) * 10_000;
    await sleep(random.below(PAUSE_MS));
    await send({ kind: "update", ...of, requestKey: `update ${slice}`, talkedMs, counted, wantedS: 30 });
  }
  const talkedS = slices * 10 + 3;
  const talkedMs = (counted === "whole-call" ? talkedS : 3) * 1_000;
  const ended = { endedAt: epochMs(AT + talkedS * 1_000), talkedMs, reportedS: null, isGivenUp: false, attempt: null };
  const cause = { q850: 16, sip: null, text: null };
  const closed = await send({ kind: "stop", ...of, requestKey: "stop", counted, cause, ...ended });
  expect(closed.kind).toBe("closed");
  return talkedS;
}

/** Keeps a process that charges, and takes it, the server or the way between them away, one after the other. */
async function trouble(): Promise<void> {
  const outage = new DatabaseOutage({ url: server.url }, withDatabase(server.url, "postgres"));
  for (let n = 0; n < TROUBLES; n += 1) {
    if (charger === undefined || !(await charger.ready) || charger.isGone) charger = new Charger();
    await charger.ready;
    await sleep(random.below(600));
    const kind = n % 4;
    if (kind === 0) await killServer(server.pid, "everything", random);
    if (kind === 1) await charger.kill();
    if (kind >= 2) {
      await outage.begin().catch(() => undefined);
      await sleep(random.below(800));
      if (kind === 3) await charger.kill();
      await untilDone(() => outage.end());
    }
  }
}

/** Keeps a process that charges until `signal`. */
async function keep(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (charger === undefined || !(await charger.ready) || charger.isGone) charger = new Charger();
    await sleep(50);
  }
}

async function untilDone(work: () => Promise<void>): Promise<void> {
  while (
    !(await work().then(
      () => true,
      () => false,
    ))
  )
    await sleep(50);
}

test("killed, cut off and restarted in the middle of calls: every call is charged once, for what its switch told", async () => {
  let [calls, talkedS, isTrouble] = [0, 0, true];
  const troubling = trouble().finally(() => {
    isTrouble = false;
  });
  const switches = Array.from({ length: CALLS_AT_ONCE }, async () => {
    while (isTrouble) {
      calls += 1;
      const talked = await call(calls);
      talkedS += talked;
    }
  });
  await troubling;
  const keeping = new AbortController();
  const kept = keep(keeping.signal);
  await Promise.all(switches);
  await untilDone(async () => {
    const { seconds, held } = await booksOf(operator);
    if (seconds < talkedS || held > 0) throw new Error("the journal is not replayed yet");
  });
  keeping.abort();
  await kept;
  process.stderr.write(`Outages: ${calls} calls, ${talkedS} seconds of talk\n`);
  expect(await booksOf(operator)).toMatchObject({ wallet: 1_000_000 - talkedS, seconds: talkedS, held: 0, overrun: 0 });
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}, 180_000);
