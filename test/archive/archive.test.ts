import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { literal, withDuck } from "../../src/server/archive/duck.ts";
import { fileDigest } from "../../src/server/archive/file-digest.ts";
import { fileFigures } from "../../src/server/archive/parquet-store.ts";
import { testDatabase } from "../support/database.ts";
import { ArchiveStory } from "./archive-story.ts";

let folder: string;
let story: ArchiveStory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-archive-"));
  story = new ArchiveStory(await testDatabase(), folder);
  await story.begin();
});
afterAll(async () => {
  await story?.db.drop();
  await rm(folder, { recursive: true });
});

interface Run {
  readonly months: { month: string; kind: string; reasons?: { code: string }[]; calls?: number }[];
}
const run = async (options = "") => (await story.json<Run>(`archive run --before 2026-03 ${options}`)).document.months;

/** What came by hour and trunk. */
const byHour = async () => {
  const report = await story.json<{ sources: { hours: object[] }[] }>("cdr completeness --from 2026-01-01");
  return report.document.sources.flatMap(({ hours }) => hours);
};

test("a month stays until its calls are billed and their cost is accrued, and says so", async () => {
  expect(await run()).toEqual([
    expect.objectContaining({
      month: "2026-01",
      kind: "refused",
      reasons: [expect.objectContaining({ code: "unbilled" }), expect.objectContaining({ code: "unaccrued" })],
    }),
    expect.objectContaining({ month: "2026-02", kind: "refused" }),
  ]);
  expect(await readdir(folder)).toEqual([]);
});

test("what is billed goes, on a dry run nothing does; the doctor stays content", async () => {
  await story.bill("2026-01");
  await story.bill("2026-02");
  expect((await run("--dry-run")).map(({ kind }) => kind)).toEqual(["due", "due"]);
  const before = await story.rows();
  const hours = await byHour();
  expect(hours).toHaveLength(9);
  expect((await run()).map(({ month, kind, calls }) => ({ month, kind, calls }))).toEqual([
    { month: "2026-01", kind: "archived", calls: 5 },
    { month: "2026-02", kind: "archived", calls: 3 },
  ]);
  expect((await story.rows()).usage_events).toHaveLength(1); // March
  expect(await byHour()).toEqual(hours);
  expect(await story.faults()).toEqual([]);
  expect((await story.json("archive verify")).status).toBe(0);
  expect(await run()).toEqual([]);
  await story.run("archive restore 2026-01");
  await story.run("archive restore 2026-02");
  expect(await story.rows()).toEqual(before);
  expect(await byHour()).toEqual(hours);
  expect(await story.faults()).toEqual([]);
  expect(await readdir(folder, { recursive: true })).toHaveLength(3); // the tenant's folder and its months, empty
});

test("a month that was archived before a column came to the tables is verified, searched and restored", async () => {
  const before = await story.rows();
  expect((await run()).map(({ kind }) => kind)).toEqual(["archived", "archived"]);
  await withoutColumn("usage_events", "routing_number");
  expect((await story.json("archive verify")).status).toBe(0);
  const found = await story.json<{ calls: { routingNumber: string | null }[] }>("cdr search --from 2026-01-01");
  expect(found.document.calls).toHaveLength(9);
  expect(found.document.calls.every(({ routingNumber }) => routingNumber === null)).toBe(true);
  expect((await story.run("archive restore 2026-01")).stderr).toBe("");
  expect((await story.run("archive restore 2026-02")).stderr).toBe("");
  expect(await story.rows()).toEqual(before);
  expect(await story.faults()).toEqual([]);
});

/** Rewrites the archived files of a table as a version that did not know the column would have written them. */
async function withoutColumn(table: "usage_events", column: string): Promise<void> {
  await withDuck(async (duck) => {
    const names = await readdir(folder, { recursive: true });
    for (const file of names.filter((name) => name.includes(`${table}-`))) {
      const path = join(folder, file);
      const rows = `select * exclude (${column}) from read_parquet(${literal(path)})`;
      await duck.rows(`copy (${rows}) to ${literal(`${path}.old`)} (format parquet, compression zstd)`);
      await rename(`${path}.old`, path);
      const { bytes, sha256 } = await fileDigest(path);
      const figures = JSON.stringify(await fileFigures(duck, table, path));
      await story.db.transaction("owner", {}, (tx) =>
        tx.query("update archive_files set bytes = $2, sha256 = $3, figures = $4 where file = $1", [
          ...[file, bytes, sha256, figures],
        ]),
      );
    }
  });
}

test("while a month is away: duplicates, corrections, late calls, invoices, vendors, re-rating", async () => {
  const invoices = await story.invoiceCalls();
  const before = await story.rows();
  expect((await run()).map(({ kind }) => kind)).toEqual(["archived", "archived"]);
  // the same records are duplicates; what is read otherwise goes to quarantine and changes nothing
  expect(await story.importAgain()).toMatchObject({ counts: { stored: 0, duplicate: 9, quarantined: 0 } });
  await story.giveBakeryTo("clinic");
  expect(await story.importAgain()).toMatchObject({ counts: { stored: 0, quarantined: 3 } });
  await story.giveBakeryTo("bakery");
  const quarantined = await story.json<{ waiting: { code: string; fix: string }[] }>("cdr quarantine list");
  expect(new Set(quarantined.document.waiting.map(({ code }) => code))).toEqual(new Set(["month-archived"]));
  expect(await story.faults()).toEqual([]);
  // what an archived invoice bills is what it billed
  expect(await story.invoiceCalls()).toEqual(invoices);
  expect((await story.run("cdr rerate --all")).stdout).toContain("Calls of 2026-01, 2026-02 are in the archive");
  // a call that comes late is charged, accrued, billed, and makes a second part
  await story.import([{ code: "bakery", at: "2026-01-20T10:00:00Z" }]);
  expect((await story.json<{ posted: number }>("vendor accrue")).document.posted).toBe(1);
  expect(await story.faults()).toEqual([]);
  await story.bill("2026-02");
  expect((await run("--leave-quarantine")).map(({ month, kind }) => [month, kind])).toEqual([["2026-01", "archived"]]);
  expect(await story.faults()).toEqual([]);
  expect((await story.json<{ posted: number }>("vendor accrue")).document.posted).toBe(0);
  // back again, the kept rows are tried again: they are duplicates now
  await story.run("archive restore 2026-01");
  await story.run("archive restore 2026-02");
  expect((await story.rows()).usage_events).toEqual(expect.arrayContaining([...before.usage_events]));
  expect((await story.rows()).usage_events).toHaveLength(before.usage_events.length + 1);
  expect((await story.run("cdr quarantine retry")).status).toBe(0);
  expect(await story.faults()).toEqual([]);
});

test("a policy archives, and deletes what was archived long enough; what comes for it then is not charged", async () => {
  expect((await story.run("archive run --by-policy")).stderr).toContain("code: retention-unset");
  await story.policy({ onlineMonths: 1, archiveMonths: 0 });
  expect((await story.json("archive run --by-policy --dry-run --leave-quarantine")).document).toMatchObject({
    months: [{ month: "2026-01", kind: "due" }],
    deleted: [],
  });
  await story.run("archive run --by-policy --leave-quarantine");
  const { document } = await story.json<{ archives: { month: string; state: string; endedBy: string }[] }>(
    "archive list --all",
  );
  const january = document.archives.filter(({ month }) => month === "2026-01").at(-1);
  expect(january).toMatchObject({ state: "deleted", endedBy: "cli:test" });
  expect(await story.faults()).toEqual([]);
  // two of the six were in quarantine and released before, and are known there
  expect(await story.importAgain()).toMatchObject({ counts: { stored: 0, quarantined: 4 } });
  expect((await story.json<{ posted: number }>("vendor accrue")).document.posted).toBe(0);
  await expect(story.invoiceCalls()).rejects.toThrow("code: calls-deleted");
  expect(await story.faults()).toEqual([]);
  expect((await readdir(folder, { recursive: true })).filter((name) => name.includes("parquet"))).toEqual([]);
});
