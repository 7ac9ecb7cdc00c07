import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { ArchiveStory } from "./archive-story.ts";

let folder: string;
let story: ArchiveStory;
let before: readonly unknown[];

const SEARCHES: readonly (readonly [options: string, why: string])[] = [
  ["", "everything"],
  ["--oldest", "the other way round"],
  ["--oldest --limit 2", "the first of them"],
  ["--number 442079460018", "a whole number"],
  ["--called 49*", "the beginning of one"],
  ["--number *946*", "a part of one"],
  ["--account bakery", "a customer"],
  ["--account partner", "a reseller and who is under it"],
  ["--account carrier", "a vendor"],
  ["--source switch --trunk carrier", "a source and a trunk"],
  ["--cause 16", "a cause as a number"],
  ["--cause normal_clearing", "a cause as a word"],
  ["--unanswered", "calls that nobody answered"],
  ["--answered --min-seconds 60 --max-seconds 100", "seconds"],
  ["--min-cost 0.12", "calls of a cost, to the nano"],
  ["--max-cost 0.1", "cheap ones"],
];
const TIME = "--from 2026-01-01 --to 2026-03-10";

interface Page {
  readonly calls: readonly { readonly id: string }[];
  readonly next: string | null;
  readonly archivedMonths: readonly string[];
}

async function search(options: string) {
  const { document } = await story.json<Page>(`cdr search ${TIME} ${options}`);
  return document;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-archive-"));
  story = new ArchiveStory(await testDatabase(), folder);
  await story.begin();
  await story.bill("2026-01");
  await story.bill("2026-02");
  before = await answers();
  await story.run("archive run --before 2026-03");
});
afterAll(async () => {
  await story?.db.drop();
  await rm(folder, { recursive: true, force: true });
});

async function answers(): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const [options] of SEARCHES) {
    const { calls, next } = await search(options);
    found.push([options, calls, next]);
  }
  const [first] = (await search("--oldest")).calls;
  const shown = await story.json<{ archivedMonth: unknown }>(`cdr show ${first?.id}`);
  const { archivedMonth: _, ...call } = shown.document;
  const out = join(folder, "calls.csv");
  await story.run(`cdr export ${TIME} --out ${out}`);
  return [...found, call, await readFile(out, "utf8")];
}

test("a search over the archive and the database finds what it found before", async () => {
  expect(await answers()).toEqual(before);
  expect((await search("")).archivedMonths).toEqual(["2026-01", "2026-02"]);
});

test("pages go on from the database into the archive", async () => {
  const all = (await search("")).calls.map(({ id }) => id);
  const paged: string[] = [];
  let after = "";
  do {
    const page: Page = await search(`--limit 2 ${after}`);
    paged.push(...page.calls.map(({ id }) => id));
    after = page.next === null ? "" : `--after ${page.next}`;
  } while (after !== "");
  expect(paged).toEqual(all);
});

test("what was read of the archive is said, and can be left out", async () => {
  const { stderr } = await story.run(`cdr search ${TIME}`);
  expect(stderr).toContain("The archive was read for 2026-01, 2026-02.");
  expect((await search("--without-archive")).calls).toHaveLength(1);
  const [oldest] = (await search("--oldest")).calls;
  expect((await story.run(`cdr show ${oldest?.id}`)).stdout).toContain("from the archive of 2026-01");
  expect((await story.run(`cdr show ${oldest?.id} --without-archive`)).stderr).toContain("code: call-unknown");
});

test("a file that is gone is named, with what to do", async () => {
  await rm(folder, { recursive: true, force: true });
  const { status, stderr } = await story.run(`cdr search ${TIME}`);
  expect(status).toBe(2);
  expect(stderr).toContain("code: archive-damaged");
  expect((await story.run("archive verify")).stdout).toContain("it can't be read");
  expect((await story.run("archive restore 2026-01")).stderr).toContain("code: archive-damaged");
});
