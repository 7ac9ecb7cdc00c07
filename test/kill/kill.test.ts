import { randomInt } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { type ImportRequest, importFile } from "../../src/server/mediation/import-file.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { brokenLaws, tenantBookkeeping, tenantState } from "../support/tenant-state.ts";
import { throwAwayServer } from "../support/throw-away-server.ts";
import { type Carrier, type CarrierFiles, foundCarrier, writeCarrierFiles } from "./carrier.ts";
import { ImporterProcess, type KillMoment } from "./importer-process.ts";
import { isCut, killServer, VICTIMS } from "./kill-server.ts";

/** Kills of each kind that must hit an import at work. `npm run test:kill` asks for more. */
const KILLS = Number(process.env.TOLLWRIGHT_KILLS ?? 10);
const SEED = Number(process.env.TOLLWRIGHT_KILL_SEED ?? randomInt(2 ** 31));
const TEST_MS_MAX = 1_200_000;
const MOMENT_BATCHES = 6;
const MOMENT_MS = 60;

/** What there is when both passes are over: the files as they came, and again after a correction of settings. */
type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

let server: Awaited<ReturnType<typeof throwAwayServer>>;
let db: Database;
let files: CarrierFiles;
let reference: readonly [Outcome, Outcome];

const say = (line: string) => process.stderr.write(`${line}\n`);

beforeAll(async () => {
  say(`kill -9: seed ${SEED} (TOLLWRIGHT_KILL_SEED), ${KILLS} kills of each kind (TOLLWRIGHT_KILLS)`);
  server = await throwAwayServer({ durable: true });
  db = await openDatabase({ url: server.url });
  await migrate(db);
  files = await writeCarrierFiles(new SeededRandom(SEED));
  const carrier = await foundCarrier(db, files);
  const first = await undisturbed(carrier, carrier.requests);
  reference = [first, await undisturbed(carrier, await carrier.correct())];
});

afterAll(async () => {
  await db?.close();
  await server?.stop();
  if (files) await rm(dirname(files.gateway), { recursive: true });
});

async function undisturbed(carrier: Carrier, requests: readonly ImportRequest[]): Promise<Outcome> {
  for (const request of requests) await importFile(db, request);
  const outcome = await outcomeOf(carrier);
  expect(outcome.broken).toEqual({});
  say(`  undisturbed: ${Object.entries(outcome.state).map(([what, lines]) => `${lines.length} ${what}`)}`);
  return outcome;
}

async function outcomeOf({ tenantId }: Carrier) {
  await db.session((client) => client.query("analyze")); // a crash loses what the server knows of its tables
  return {
    state: await tenantState(db, tenantId),
    bookkeeping: await tenantBookkeeping(db, tenantId),
    broken: await brokenLaws(db, tenantId),
  };
}

const anyMoment = (random: SeededRandom): KillMoment => ({
  batches: random.below(MOMENT_BATCHES),
  ms: random.below(MOMENT_MS),
});

/**
 * Has both passes imported by `importAll`, over and over until it is through, and compares each with the undisturbed
 * ones.
 */
async function importKilled(
  carrier: Carrier,
  importAll: (requests: readonly ImportRequest[]) => Promise<"done" | "interrupted">,
): Promise<void> {
  for (const [index, expected] of reference.entries()) {
    const requests = index === 0 ? carrier.requests : await carrier.correct();
    while ((await importAll(await notImported(carrier, requests, index + 1))) !== "done");
    expect(await outcomeOf(carrier)).toEqual(expected);
    expect(await endlessTransactions()).toEqual([]);
  }
}

/** What an operator would run again: files whose pass has not come to its end. */
async function notImported(carrier: Carrier, requests: readonly ImportRequest[], pass: number) {
  const done = await progressOf(carrier);
  return requests.filter(({ path }) => {
    const file = done.get(basename(path));
    return file?.pass !== pass || file.state !== "imported";
  });
}

async function progressOf({ tenantId }: Carrier) {
  const { rows } = await db.transaction("app", { tenantId }, (tx) =>
    tx.query<{ name: string; state: string; pass: number; bytes: number }>(
      "select name, state, pass, bytes_done::int as bytes from source_files",
    ),
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function endlessTransactions() {
  return db.session(async (client) => {
    const { rows } = await client.query("select query from pg_stat_activity where state like 'idle in transaction%'");
    return rows;
  });
}

test("Tollwright, killed at any moment and run again, stores and charges the same", {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = new SeededRandom(SEED + 1);
  const tally = { kills: 0, carriers: 0, busy: 0 };
  let standby = new ImporterProcess(server.url);
  for (; tally.kills < KILLS; tally.carriers += 1)
    await importKilled(await foundCarrier(db, files), async (requests) => {
      const importer = standby;
      standby = new ImporterProcess(server.url);
      const end = await importer.import(requests, tally.kills < KILLS ? anyMoment(random) : null);
      if (end === "killed") tally.kills += 1;
      else if (end === "failed import-busy")
        tally.busy += 1; // the killed one's last commit was under way
      else expect(end).toBe("done");
      return end === "done" ? "done" : "interrupted";
    });
  await standby.stop();
  say(`  Tollwright: killed ${tally.kills} times at work, ${tally.carriers} carriers, import-busy ${tally.busy} times`);
});

test("the database, killed at any moment under an import, comes back with the same", {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = new SeededRandom(SEED + 2);
  const tally = { kills: 0, carriers: 0, server: 0, everything: 0, child: 0 };
  for (; tally.kills < KILLS; tally.carriers += 1) {
    const carrier = await foundCarrier(db, files);
    await importKilled(carrier, async (requests) => {
      const victim = random.of(VICTIMS);
      const moment = tally.kills < KILLS ? anyMoment(random) : null;
      const { end, told } = await importHere(requests, moment, () => killServer(server.pid, victim, random));
      await untilUp(); // a kill may have struck when the import had just ended
      if (end === "done") return "done";
      tally.kills += 1;
      tally[victim] += 1;
      const kept = await progressOf(carrier);
      for (const [name, bytes] of told) expect(kept.get(name)?.bytes).toBeGreaterThanOrEqual(bytes);
      return "interrupted";
    });
  }
  say(
    `  database: killed ${tally.kills} times at work (server ${tally.server}, with all its processes ${tally.everything}, ` +
      `one process ${tally.child}), ${tally.carriers} carriers`,
  );
});

/**
 * Imports in this process while `kill` strikes. `told`: bytes of files that were said to be stored, which nothing may
 * take back.
 */
async function importHere(requests: readonly ImportRequest[], moment: KillMoment | null, kill: () => Promise<void>) {
  let batches = 0;
  let end: "done" | "cut" | undefined;
  const told = new Map<string, number>();
  const kills: Promise<void>[] = [];
  const killWhenDue = async () => {
    if (batches !== moment?.batches) return;
    await sleep(moment.ms);
    if (end === undefined) await kill();
  };
  kills.push(killWhenDue());
  const onProgress = (path: string, bytesDone: number) => {
    told.set(basename(path), bytesDone);
    batches += 1;
    kills.push(killWhenDue());
  };
  try {
    for (const request of requests)
      await importFile(db, { ...request, onProgress: ({ bytesDone }) => onProgress(request.path, bytesDone) });
    end = "done";
  } catch (error) {
    if (!isCut(error)) throw error;
    end = "cut";
  }
  await Promise.all(kills);
  return { end, told };
}

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
