import { EventEmitter, once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchFolders } from "../../src/server/mediation/watch-folders.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { SHORT_MAPPING, shortRow } from "../support/switch-files.ts";

let db: TestDatabase;
let dir: string;

beforeAll(async () => {
  db = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), "tollwright-folders-"));
});
afterAll(async () => {
  await db?.drop();
  await rm(dir, { recursive: true });
});

test("folders that a setup adds, changes and drops while it runs are followed", async () => {
  const operator = await Operator.create(db);
  const watchIn = (name: string | null) => {
    const folder = name === null ? null : { dir: join(dir, name), settleS: 0 };
    return operator.source("fs-1", "freeswitch-csv", { mapping: SHORT_MAPPING, folder });
  };
  for (const name of ["one", "two"]) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, `${name}.csv`), shortRow(name));
  }
  await operator.flatRate(await watchIn(null), "0.06");

  const said = new EventEmitter();
  const after = async (what: string, change: () => Promise<unknown>) => {
    await Promise.all([once(said, what), change()]);
  };
  const stop = new AbortController();
  const report = {
    event: ({ kind, path }: { kind: string; path: string }) => said.emit(`${kind} ${basename(path)}`),
    begun: (folder: { dir: string }) => said.emit(`begun ${basename(folder.dir)}`),
    ended: (folder: { dir: string }) => said.emit(`ended ${basename(folder.dir)}`),
    settingsFailed: (error: unknown) => said.emit("error", error),
  };
  const watching = watchFolders(db, report, { signal: stop.signal, lookMs: 20 });
  await after("imported one.csv", () => watchIn("one"));
  await Promise.all([
    once(said, "ended one"),
    once(said, "begun two"),
    after("imported two.csv", () => watchIn("two")),
  ]);
  await after("ended two", () => watchIn(null));
  stop.abort();
  await watching;
  expect(await operator.figures("select count(*)::int as events from usage_events")).toEqual({ events: 2 });
});
