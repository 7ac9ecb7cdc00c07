import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import {
  FREESWITCH_MAPPING,
  freeswitchRow,
  KAMAILIO_HEADER,
  kamailioRows,
  type MadeCall,
} from "../support/switch-files.ts";
import { Site } from "./site.ts";

let db: TestDatabase;
let dir: string;
beforeAll(async () => {
  db = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), "tollwright-lines-"));
});
afterAll(async () => {
  await db?.drop();
  await rm(dir, { recursive: true });
});

const call = (key: string): MadeCall => ({
  key,
  calling: "442079460018",
  called: "14155550123",
  startedAt: Date.UTC(2026, 2, 10, 8),
  ringS: 5,
  talkedS: 30,
  account: "a",
  gateway: "carrier",
});

interface LinesJson {
  readonly lines: readonly {
    readonly line: number;
    readonly fate: string;
    readonly key: string | null;
    readonly why: string;
  }[];
}

const CALLS = [
  freeswitchRow(call("k1")),
  freeswitchRow(call("k2")),
  freeswitchRow(call("k1")),
  freeswitchRow(call("k3"), { billsec: -1 }),
  freeswitchRow(call("k4"), { isCalleesLeg: true }),
].join("");

async function siteWithFile(): Promise<Site> {
  const site = await Site.create(db);
  const source = await site.source("sbc", "freeswitch-csv", {
    mapping: FREESWITCH_MAPPING,
    directions: ["originating"],
  });
  await site.arrive(source, "early.csv", freeswitchRow(call("k2")), "2026-03-10T11:00:00Z");
  await site.arrive(source, "calls.csv", CALLS, "2026-03-10T12:00:00Z");
  return site;
}

const linesOf = async (site: Site, ...words: readonly string[]) => {
  const { document } = await site.command<LinesJson>("cdr", "completeness", "--file", "calls.csv", "--lines", ...words);
  return document.lines.map(({ line, fate, key, why }) => [line, fate, key, why]);
};

test("the lines that are kept are listed by what became of them", async () => {
  const site = await siteWithFile();
  expect(await linesOf(site, "--fate", "stored")).toEqual([[1, "stored", "k1", ""]]);
  expect(await linesOf(site, "--fate", "quarantined")).toEqual([
    [4, "quarantined", null, expect.stringContaining("-1")],
  ]);
});

test("with the file itself, every row has its fate and its reason", async () => {
  const site = await siteWithFile();
  const path = join(dir, "copy.csv");
  await writeFile(path, CALLS);
  expect(await linesOf(site, "--read", path)).toEqual([
    [1, "stored", "k1", ""],
    [2, "duplicate", "k2", "The call came before: early.csv line 1."],
    [3, "duplicate", "k1", "The call came before: calls.csv line 1."],
    [4, "quarantined", null, expect.stringContaining("-1")],
    [5, "non-billable", "k4", "terminating leg"],
  ]);
  await writeFile(path, `${CALLS}\n`);
  const words = ["cdr", "completeness", "--file", "calls.csv", "--lines", "--read", path];
  const other = await site.command<{ code: string }>(...words);
  expect(other).toMatchObject({ status: 2, document: { code: "file-not-that-one" } });
});

test("parts of calls are listed as they stand now", async () => {
  const site = await Site.create(db);
  const source = await site.source("proxy", "kamailio-acc", {});
  const [invite = "", bye = ""] = kamailioRows(call("k1"));
  await site.arrive(source, "calls.csv", KAMAILIO_HEADER + invite, "2026-03-10T12:00:00Z");
  expect(await linesOf(site)).toMatchObject([[2, "open", expect.anything(), "Waits for the rest of its call."]]);
  await site.arrive(source, "later.csv", KAMAILIO_HEADER + bye, "2026-03-10T13:00:00Z");
  expect(await linesOf(site)).toMatchObject([[2, "stored", expect.anything(), "Part of a stored call."]]);
});

test.each<[string[], string, string]>([
  [["--file", "nothing.csv", "--lines"], "file-name-unknown", "no such file"],
  [["--lines"], "command-line-invalid", "lines of which file"],
  [["--file", "calls.csv"], "command-line-invalid", "the lines are what a file is named for"],
  [["--by", "day"], "command-line-invalid", "no part of the report"],
])("%j: %s (%s)", async (words, code) => {
  const site = await siteWithFile();
  const { stdout, status } = await tollwright(
    ["cdr", "completeness", ...words, "--tenant", `Tenant ${site.operator.tenantId}`, "--json"],
    { db },
  );
  expect([status, JSON.parse(stdout)]).toEqual([2, expect.objectContaining({ code })]);
});
