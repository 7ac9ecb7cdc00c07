import { watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Tx } from "../../src/server/db/tx.ts";
import { findTenants } from "../../src/server/tenancy/find-tenant.ts";
import { holdStoredCalls } from "../../src/server/usage/hold-stored-calls.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ArchiveStory } from "./archive-story.ts";

let db: TestDatabase;
let folder: string;
let story: ArchiveStory;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-archive-kill-"));
  story = new ArchiveStory(db, folder);
  await story.begin();
  await story.bill("2026-01");
  await story.bill("2026-02");
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true, force: true });
});

const begin = () =>
  startTollwright(["archive", "run", "--before", "2026-03"], { DATABASE_URL: db.url, TOLLWRIGHT_ARCHIVE_DIR: folder });

/** Kills a run at the `nth` thing that happens in the folder; one that is done before is done. */
async function killedAt(nth: number): Promise<void> {
  const watcher = watch(folder, { recursive: true });
  const { child, ended } = begin();
  let events = 0;
  watcher.on("change", () => {
    events += 1;
    if (events === nth) child.kill("SIGKILL");
  });
  await ended;
  watcher.close();
}

/** Kills a run while it waits for a lock, of this mode, that `hold` keeps from it. */
async function killedWaitingFor(mode: string, hold: (tx: Tx) => Promise<unknown>): Promise<void> {
  await db.transaction("owner", {}, async (tx) => {
    await hold(tx);
    const { child, ended } = begin();
    for (;;) {
      const { rows } = await tx.query(
        `select from pg_locks l join pg_database d on d.oid = l.database
         where l.mode = $1 and not l.granted and d.datname = current_database()`,
        [mode],
      );
      if (rows.length > 0) break;
    }
    child.kill("SIGKILL");
    await ended;
  });
  await waitForLock();
}

/** The server lets go of a killed run's lock when it sees that its connection ended. */
async function waitForLock(): Promise<void> {
  for (;;) {
    const { stderr } = await story.run("archive run --before 2026-01");
    if (!stderr.includes("code: archive-busy")) return;
  }
}

async function callsAnywhere(): Promise<number> {
  const { document } = await story.json<{ archives: { calls: number }[] }>("archive list");
  return (await story.rows()).usage_events.length + document.archives.reduce((sum, { calls }) => sum + calls, 0);
}

test("a run that is killed, wherever it is, loses nothing, and the next one goes on", {
  timeout: 300_000,
}, async () => {
  const before = await story.rows();
  // with all files written and every row there: the last step waits for whoever holds stored calls
  const [tenant] = await findTenants(db);
  await killedWaitingFor("ExclusiveLock", (tx) => holdStoredCalls(tx, tenant?.id ?? ""));
  expect(await story.rows()).toEqual(before);
  // with everything compared and the rest of the rows deleted: the partitions are emptied when their readers are gone
  await killedWaitingFor("AccessExclusiveLock", (tx) => tx.query("select from usage_events limit 1"));
  expect(await story.rows()).toEqual(before);
  expect(await story.faults()).toEqual([]);
  for (const nth of [2, 7, 14]) {
    await killedAt(nth);
    await waitForLock();
    expect(await callsAnywhere()).toBe(before.usage_events.length);
    expect(await story.faults()).toEqual([]);
    expect((await story.json("archive verify")).status).toBe(0);
  }
  await story.run("archive run --before 2026-03");
  expect((await story.rows()).usage_events).toHaveLength(1);
  for (const month of ["2026-01", "2026-02"]) await story.run(`archive restore ${month}`);
  expect(await story.rows()).toEqual(before);
  expect(await story.faults()).toEqual([]);
});
