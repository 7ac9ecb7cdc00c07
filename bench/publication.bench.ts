import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { invariant } from "../src/core/invariant.ts";
import { Charging } from "../src/server/charging/charging.ts";
import type { Database } from "../src/server/db/database.ts";
import { importDeck } from "../src/server/tariff/import-deck.ts";
import { type BenchOutcome, bench } from "./bench.ts";
import { arrivalOf } from "./deck-arrival.ts";
import { deckBytes } from "./deck-bytes.ts";
import type { Meter } from "./meter.ts";
import { withDatabase } from "./own-database.ts";
import { authorise, type Prepaid, setUpPrepaid } from "./prepaid.ts";
import { watchPauses } from "./watch-pauses.ts";

const ACCOUNTS = 1_000;
const EVERY_MS = 2;
const QUIET_MS_MAX = 2_000;

/**
 * Authorisations come at a fixed rate, whatever became of those before, while another process imports and publishes a
 * version of another tariff of the same tenant, and this one loads it and swaps it in. The longest wait for an answer
 * is what a caller may notice of it; it counts from the moment at which the request was due.
 */
async function publishUnderCalls(db: Database, n: number, meter: Meter): Promise<BenchOutcome> {
  const prepaid = await setUpPrepaid(db, ACCOUNTS);
  const { tenantId } = prepaid.operator;
  await importDeck(db, arrivalOf(tenantId, deckBytes(n, 0)));
  const charging = new Charging(db);
  const calls = new Calls(charging, prepaid);
  const quietMs = Math.min(QUIET_MS_MAX, n / 10);
  await calls.during(sleep(quietMs)); // settings and prices are read, and what runs is compiled
  const without = await calls.during(sleep(quietMs));
  const before = epochOf(charging, prepaid);
  meter.start();
  const publication = await calls.during(publish(db.url, tenantId, n));
  const swap = await calls.during(until(() => epochOf(charging, prepaid) > before));
  meter.stop();
  const { held } = await prepaid.operator.figures<{ held: number }>(
    "select sum(open_sessions)::integer as held from account_holds",
  );
  invariant(held === calls.sent, `${held} sessions are open of ${calls.sent}`);
  return {
    checksum: String(n),
    verified: { epochs: epochOf(charging, prepaid) - before },
    figures: [
      { name: "longest wait while it is loaded", value: swap.longestMs, unit: "ms", max: 20, goal: 5 },
      { name: "longest turn at work meanwhile", value: swap.longestBusyMs, unit: "ms", goal: 5 },
      { name: "longest wait while it is imported", value: publication.longestMs, unit: "ms" },
      { name: "longest wait without", value: without.longestMs, unit: "ms" },
    ],
  };
}

/** A switch that asks for calls at a fixed rate. */
class Calls {
  sent = 0;
  readonly #charging: Charging;
  readonly #prepaid: Prepaid;

  constructor(charging: Charging, prepaid: Prepaid) {
    this.#charging = charging;
    this.#prepaid = prepaid;
  }

  /** Asks until `work` is done: the longest wait for an answer, and the longest turn of the process by its CPU time. */
  async during(work: Promise<unknown>): Promise<{ readonly longestMs: number; readonly longestBusyMs: number }> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    const turns = watchPauses(() => undefined);
    const waits: Promise<number>[] = [];
    for (let dueMs = performance.now(); !isDone; dueMs += EVERY_MS) {
      while (performance.now() < dueMs) await sleep(1);
      waits.push(this.#wait(dueMs));
    }
    await done;
    const longestMs = (await Promise.all(waits)).reduce((longest, wait) => Math.max(longest, wait), 0);
    return { longestMs, longestBusyMs: turns.stop().longestBusyMs };
  }

  async #wait(dueMs: number): Promise<number> {
    const { operator } = this.#prepaid;
    const answer = await this.#charging.decide(operator.tenantId, authorise(this.#prepaid, this.sent++));
    invariant(answer.kind === "granted", "every call is granted its minute");
    return performance.now() - dueMs;
  }
}

/** Imports and publishes a deck with a tenth of its prices changed, in a process of its own. */
const publish = (url: string, tenantId: string, n: number): Promise<unknown> =>
  promisify(execFile)(process.execPath, [
    resolve(import.meta.dirname, "publish-process.ts"),
    ...[url, tenantId, String(n), "1"],
  ]);

const epochOf = (charging: Charging, { operator, source }: Prepaid): number =>
  charging.laneOf(operator.tenantId).known(source.id)?.opened.desk.rating.tariffs.epoch ?? 0;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1);
}

bench(
  "charging: authorisations while a tariff is published and loaded",
  { smoke: 2_000, full: 200_000, unit: "prefixes" },
  (n, meter) => withDatabase((db) => publishUnderCalls(db, n, meter)),
);
