import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import type { ReratingRequest } from "../../src/server/rerating/selection.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { apply, figures, request } from "./requests.ts";
import { Story, setup } from "./story.ts";

const PROGRAM = join(import.meta.dirname, "rerater.ts");
const CALLS = 120;

const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const db of databases.splice(0)) await db.drop();
});

/** Calls of every kind of payer, charged at a price that is another now. */
async function wronglyCharged(): Promise<{ readonly story: Story; readonly asked: ReratingRequest }> {
  const story = new Story(await testDatabase());
  databases.push(story.db);
  await story.apply(setup());
  const codes = ["bakery", "clinic", "shop"];
  const first = Temporal.Instant.from("2026-03-01T00:00:00Z");
  await story.import(
    Array.from({ length: CALLS }, (_, index) => {
      return { code: codes[index % 3] ?? "", at: first.add({ minutes: index * 7 }).toString(), talkedS: 10 + index };
    }),
  );
  const cheaper = setup();
  for (const rate of cheaper.tariffs[0]?.rates ?? []) rate.rate = "0.0501";
  await story.apply(cheaper);
  const { rows } = await story.db.transaction("owner", {}, (tx) => tx.query<{ id: string }>("select id from tenants"));
  return { story, asked: request(rows[0]?.id ?? "") };
}

/** Re-rates in a process of its own, which is killed outright after so many pages. */
async function killAfter(url: string, asked: ReratingRequest, pages: number): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [PROGRAM, url, JSON.stringify(asked)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let left = pages;
  for await (const line of createInterface(child.stdout)) {
    if (line === "page") left -= 1;
    if (left === 0) child.kill("SIGKILL");
  }
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** What customers owe and have, in words that do not depend on ids. */
const BALANCES = `select array_agg(format('%s %s %s', a.code, b.kind, b.amount) order by a.code, b.kind) as balances
  from (select account_id, kind, sum(amount) as amount from balances group by 1, 2) b
  join accounts a on a.id = b.account_id`;

test("a re-rating that is killed, wherever its process is, and run again is as one that was not", async () => {
  const undisturbed = await wronglyCharged();
  const done = await apply(undisturbed.story.db, undisturbed.asked);
  const { story, asked } = await wronglyCharged();
  const signals = [];
  for (const pages of [1, 4, 3]) signals.push(await killAfter(story.db.url, asked, pages));
  expect(signals).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
  const finished = await apply(story.db, asked);
  expect(finished.resumed).toBe(true);
  expect(figures(finished)).toEqual(figures(done));
  const balancesOf = async (db: TestDatabase) =>
    (await db.transaction("owner", {}, (tx) => tx.query<{ balances: string[] }>(BALANCES))).rows[0]?.balances;
  expect(await balancesOf(story.db)).toEqual(await balancesOf(undisturbed.story.db));
  expect(await story.faults()).toEqual([]);
});
