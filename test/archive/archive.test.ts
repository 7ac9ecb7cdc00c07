import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  expect((await run()).map(({ month, kind, calls }) => ({ month, kind, calls }))).toEqual([
    { month: "2026-01", kind: "archived", calls: 5 },
    { month: "2026-02", kind: "archived", calls: 3 },
  ]);
  expect((await story.rows()).usage_events).toHaveLength(1); // March
  expect(await story.faults()).toEqual([]);
  expect((await story.json("archive verify")).status).toBe(0);
  expect(await run()).toEqual([]);
  await story.run("archive restore 2026-01");
  await story.run("archive restore 2026-02");
  expect(await story.rows()).toEqual(before);
  expect(await story.faults()).toEqual([]);
  expect(await readdir(folder, { recursive: true })).toHaveLength(3); // the tenant's folder and its months, empty
});
