import { appendFile, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { moveFile } from "../../src/server/mediation/move-file.ts";
import { type FolderEvent, FolderWatch } from "../../src/server/mediation/watch-folder.ts";
import { startTollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { SHORT_MAPPING, shortRow } from "../support/switch-files.ts";

let db: TestDatabase;
let operator: Operator;
let dir: string;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tollwright-watch-"));
  operator = await Operator.create(db);
  await operator.flatRate(await operator.source("fs-1", "freeswitch-csv", { mapping: SHORT_MAPPING }), "0.06");
  return () => rm(dir, { recursive: true });
});

const rows = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => shortRow(`k${from + index}`)).join("");

const STORED = `select (select count(*)::int from usage_events) as events,
  (select count(*)::int from source_files where state = 'imported') as files`;

const ZIP = Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0);

const put = (name: string, content: string | Uint8Array): Promise<void> => writeFile(join(dir, name), content);
const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
};

/** One round over the folder, with what it reported: "imported a.csv", "failed b.csv file-empty". */
async function round(doneDir: string | null, watch = watchOf(doneDir)): Promise<string[]> {
  await watch.watch.once(new AbortController().signal);
  return watch.events.splice(0);
}

function watchOf(doneDir: string | null) {
  const events: string[] = [];
  const report = (event: FolderEvent) => {
    const code = event.kind === "failed" && event.error instanceof Problem ? ` ${event.error.code}` : "";
    events.push(`${event.kind} ${event.path.slice(dir.length + 1)}${code}`);
  };
  const folder = { tenantId: operator.tenantId, source: "fs-1", dir, doneDir, settleS: 0 };
  return { watch: new FolderWatch(db, folder, report), events };
}

describe("one round over a folder", () => {
  test("imports what is there, moves it, and leaves the rest alone", async () => {
    await put("a.csv", rows(1, 2));
    await put("b.csv", rows(2, 2));
    for (const name of [".hidden.csv", "c.csv.part", "d.csv.tmp"]) await put(name, rows(9, 1));
    await mkdir(join(dir, "below"));
    await put("below/e.csv", rows(9, 1));
    expect(await round(join(dir, "done"))).toEqual(["imported a.csv", "imported b.csv"]);
    expect(await filesIn(dir)).toEqual([
      ...[".hidden.csv", "below/e.csv", "c.csv.part", "d.csv.tmp", "done/a.csv", "done/b.csv"],
    ]);
    expect(await operator.figures(STORED)).toEqual({ events: 3, files: 2 });
  });

  test("knows a file by its content: the same one under another name, or again, is not read twice", async () => {
    await put("a.csv", rows(1, 2));
    expect(await round(null)).toEqual(["imported a.csv"]);
    await put("b.csv", rows(1, 2));
    expect(await round(null)).toEqual(["known a.csv", "known b.csv"]);
    expect(await round(join(dir, "done"))).toEqual(["known a.csv", "known b.csv"]);
    expect(await filesIn(dir)).toEqual(["done/a.csv", "done/b.csv"]);
  });

  test("never writes over a file of the same name that is done", async () => {
    for (const [from, name] of [
      [1, "a.csv"],
      [5, "a.csv"],
      [9, "a.csv"],
    ] as const) {
      await put(name, rows(from, 1));
      await round(join(dir, "done"));
    }
    expect(await filesIn(join(dir, "done"))).toEqual(["a.csv", "a~2.csv", "a~3.csv"]);
    expect(await operator.figures(STORED)).toEqual({ events: 3, files: 3 });
  });

  test("nor do folders that move files of one name to the same place at the same moment", async () => {
    const names = Array.from({ length: 20 }, (_, n) => String(n));
    for (const name of names) {
      await mkdir(join(dir, name));
      await put(`${name}/a.csv`, name);
    }
    await Promise.all(names.map((name) => moveFile(join(dir, name, "a.csv"), join(dir, "done"))));
    const moved = await filesIn(join(dir, "done"));
    const contents = await Promise.all(moved.map((name) => readFile(join(dir, "done", name), "utf8")));
    expect(contents.toSorted()).toEqual(names.toSorted());
    expect(await moveFile(join(dir, "0", "a.csv"), join(dir, "done")), "it has gone").toBeUndefined();
    expect(await filesIn(join(dir, "done"))).toHaveLength(20);
  });

  test("a move that was killed half-way leaves one file when it is tried again", async () => {
    await put("a.csv", "one");
    await mkdir(join(dir, "done"));
    await put("done/a.csv", "another");
    await link(join(dir, "a.csv"), join(dir, "done", "a~2.csv"));
    expect(await moveFile(join(dir, "a.csv"), join(dir, "done"))).toBe(join(dir, "done", "a~2.csv"));
    expect(await filesIn(dir)).toEqual(["done/a.csv", "done/a~2.csv"]);
  });

  test("a file that grows after it was imported is imported again: its earlier rows count as duplicates", async () => {
    await put("Master.csv", rows(1, 3));
    const watch = watchOf(null);
    expect(await round(null, watch)).toEqual(["imported Master.csv"]);
    await appendFile(join(dir, "Master.csv"), rows(4, 2));
    expect(await round(null, watch)).toEqual(["imported Master.csv"]);
    expect(await operator.figures(STORED)).toEqual({ events: 5, files: 2 });
    expect(await operator.figures("select sum(duplicate)::int as duplicate from source_files")).toEqual({
      duplicate: 3,
    });
  });

  test("hundreds of files, unreadable ones among them, are each taken once", async () => {
    for (let n = 0; n < 150; n += 1) await put(`${String(n).padStart(3, "0")}.csv`, n % 50 === 49 ? "" : rows(n, 1));
    const watch = watchOf(join(dir, "done"));
    const events = await round(null, watch);
    expect(events.filter((event) => event.startsWith("imported"))).toHaveLength(147);
    // tried again while the others are read
    expect(new Set(events.filter((event) => event.endsWith("file-empty")))).toHaveProperty("size", 3);
    expect(await operator.figures(STORED)).toEqual({ events: 147, files: 147 });
  });

  test("reads what is packed by gzip, and knows it unpacked; moves aside what is another switch's", async () => {
    await put("a.csv.gz", gzipSync(rows(1, 2)));
    await put("b.csv", rows(1, 2));
    await put("c.log", "INVITE|a|b|c1|200|OK|1772446513\nBYE|a|b|c1|200|OK|1772446608\n");
    expect(await round(join(dir, "done"))).toEqual([
      ...["imported a.csv.gz", "known b.csv", "failed c.log file-other-format"],
    ]);
    expect(await filesIn(dir)).toEqual(["done/a.csv.gz", "done/b.csv", "error/c.log"]);
    expect(await operator.figures(STORED)).toEqual({ events: 2, files: 1 });
  });

  test("moves what is no text aside, and tries again what may be mended", async () => {
    await put("z.csv", ZIP);
    await put("empty.csv", "");
    const watch = watchOf(join(dir, "done"));
    expect(await round(null, watch)).toEqual(["failed empty.csv file-empty", "failed z.csv file-not-text"]);
    expect(await filesIn(dir)).toEqual(["empty.csv", "error/z.csv"]);
    await put("empty.csv", rows(1, 1));
    expect(await round(null, watch)).toEqual(["imported empty.csv"]);
    expect(await filesIn(dir)).toEqual(["done/empty.csv", "error/z.csv"]);
  });

  test("without a folder for done files leaves everything, and does not report a bad one twice", async () => {
    await put("z.csv", ZIP);
    const watch = watchOf(null);
    expect(await round(null, watch)).toEqual(["failed z.csv file-not-text"]);
    expect(await round(null, watch)).toEqual([]);
    expect(await filesIn(dir)).toEqual(["z.csv"]);
  });

  test("keeps the records when the file can't be moved, and moves it once it can", async () => {
    await put("a.csv", rows(1, 1));
    await put(".blocked", "a file where the folder should be");
    expect(await round(join(dir, ".blocked"))).toEqual(["imported a.csv", "failed a.csv file-not-moved"]);
    expect(await round(join(dir, "done"))).toEqual(["known a.csv"]);
    expect(await operator.figures(STORED)).toEqual({ events: 1, files: 1 });
  });

  test("two watchers of one folder store everything once", async () => {
    for (let n = 0; n < 6; n += 1) await put(`${n}.csv`, rows(n * 50, 60));
    await Promise.all([round(join(dir, "done")), round(join(dir, "done"))]);
    await round(join(dir, "done"));
    expect(await operator.figures(STORED)).toMatchObject({ events: 310 });
    expect(await filesIn(dir)).toHaveLength(6);
  });

  test("a folder that is not there is a problem", async () => {
    await expect(
      new FolderWatch(
        db,
        { tenantId: operator.tenantId, source: "fs-1", dir: join(dir, "no"), doneDir: null, settleS: 0 },
        () => undefined,
      ).once(new AbortController().signal),
    ).rejects.toMatchObject({ code: "file-unreadable" });
  });
});

describe("tollwright cdr watch", () => {
  const words = (...more: string[]) => [
    ...["cdr", "watch", "--source", "fs-1", dir, "--done", join(dir, "done"), "--settle", "0"],
    ...["--tenant", `Tenant ${operator.tenantId}`, ...more],
  ];

  test("--once says what it did, with a status for cron", async () => {
    await put("a.csv", rows(1, 2));
    const good = await tollwrightJson(words("--once"), { db });
    expect(good).toMatchObject({ status: 0, document: { imported: 1, failed: 0 } });
    await put("z.csv", ZIP);
    expect(await tollwrightJson(words("--once"), { db })).toMatchObject({ status: 1, document: { failed: 1 } });
  });

  test("imports a file that comes while it runs, and ends at SIGTERM", async () => {
    const { child, ended } = startTollwright(words(), { DATABASE_URL: db.url });
    await put("first.csv", rows(1, 1));
    await line(child.stderr, "first.csv: 1 row:");
    await put("second.csv", rows(2, 1));
    await line(child.stderr, "second.csv: 1 row:");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ status: 0 });
    expect(await operator.figures(STORED)).toEqual({ events: 2, files: 2 });
  });

  test("killed at any moment and started again, it stores every row once and moves every file", async () => {
    const count = 12;
    for (let n = 0; n < count; n += 1) await put(`${n}.csv`, rows(n * 400, 500));
    for (const kills of [1, 3, 5]) {
      const { child, ended } = startTollwright(words(), { DATABASE_URL: db.url });
      for (let seen = 0; seen < kills; seen += 1) await line(child.stderr, "rows: ");
      child.kill("SIGKILL");
      await ended;
    }
    const last = startTollwright(words("--once"), { DATABASE_URL: db.url });
    expect(await last.ended).toMatchObject({ status: 0 });
    expect(await filesIn(dir)).toHaveLength(count);
    expect(await filesIn(join(dir, "done"))).toHaveLength(count);
    expect(await operator.figures(STORED)).toEqual({ events: (count - 1) * 400 + 500, files: count });
  });
});

/** Waits until the stream has said `text` once more. */
async function line(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onData = (chunk: Buffer) => {
    if (chunk.toString().includes(text)) resolve();
  };
  stream.on("data", onData);
  await promise;
  stream.off("data", onData);
}
