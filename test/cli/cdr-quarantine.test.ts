import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Source } from "../../src/server/mediation/source.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "billsec",
  "uuid",
];
const row = (uuid: string, start = "2026-03-02 10:15:07"): string =>
  `"442079460018","14155550123","${start}","2026-03-02 10:15:13","2026-03-02 10:15:43","30","${uuid}"`;

/** Two rows with one broken time, one that lacks columns, and a good one. */
beforeEach(async () => {
  operator = await Operator.create(db);
  source = await operator.source("fs-1", "freeswitch-csv", { mapping: { columns: COLUMNS } });
  await operator.flatRate(source, "0.06");
  const rows = [row("k1"), row("k2", "yesterday"), '"alpha","short"', row("k3", "tomorrow")];
  await operator.importText(source, "a.csv", `${rows.join("\n")}\n`);
});

interface Waiting {
  readonly waiting: readonly {
    readonly id: string;
    readonly line: number;
    readonly code: string;
    readonly raw: string;
  }[];
}

const words = (typed: readonly string[]) => ["cdr", ...typed, "--tenant", `Tenant ${operator.tenantId}`];
const cdr = (...typed: string[]) => tollwright(words(typed), { db });
const cdrJson = <Document>(...typed: string[]) => tollwrightJson<Document>(words(typed), { db });
const waiting = async (...filter: string[]) =>
  (await cdrJson<Waiting>("quarantine", "list", ...filter)).document.waiting;
const idAt = async (line: number): Promise<string> => {
  const found = (await waiting()).find((each) => each.line === line);
  return found?.id ?? `no row waits at line ${line}`;
};

const COUNTS = "select rows::int, stored::int, quarantined::int, non_billable::int from source_files";

describe("cdr quarantine", () => {
  test("list tells what waits, and narrows it by source, reason, text and number", async () => {
    expect((await waiting()).map(({ line, code }) => [line, code])).toEqual([
      [2, "time-invalid"],
      [3, "column-count"],
      [4, "time-invalid"],
    ]);
    expect(await waiting("--code", "time-invalid")).toHaveLength(2);
    expect(await waiting("--contains", "alpha")).toMatchObject([{ line: 3, raw: '"alpha","short"' }]);
    expect(await waiting("--limit", "1")).toHaveLength(1);
    expect(await waiting("--source", "fs-1")).toHaveLength(3);
    expect(await cdr("quarantine", "list", "--source", "nobody")).toMatchObject({ status: 2 });
    expect((await cdr("quarantine", "list")).stdout).toContain("column-count");
  });

  test("show tells everything of one row", async () => {
    const { stdout, status } = await cdr("quarantine", "show", await idAt(3));
    expect(status).toBe(0);
    for (const part of ["a.csv line 3", "[column-count]", "fix: Look for", '"alpha","short"'])
      expect(stdout).toContain(part);
  });

  test("an edited row is stored by a retry, under the text as it came", async () => {
    const id = await idAt(2);
    expect(await cdr("quarantine", "edit", id, "--raw", row("k2"))).toMatchObject({ status: 0 });
    expect((await cdr("quarantine", "show", id)).stdout).toContain(`Corrected:\n${row("k2")}`);
    const retried = await cdrJson("quarantine", "retry", "--id", id);
    expect(retried).toMatchObject({ status: 0, document: { tried: 1, fates: { stored: 1 } } });
    expect(await operator.figures(COUNTS)).toEqual({ rows: 4, stored: 2, quarantined: 2, non_billable: 0 });
    expect(await cdr("quarantine", "show", id)).toMatchObject({ status: 2 });
  });

  test("the corrected text may come from standard input; it has to come from somewhere", async () => {
    const id = await idAt(2);
    const edit = words(["quarantine", "edit", id, "--set-file", "-"]);
    expect(await tollwright(edit, { db, stdin: `${row("k2")}\r\n` })).toMatchObject({ status: 0 });
    expect(await cdrJson("quarantine", "show", id)).toMatchObject({ document: { correctedRaw: row("k2") } });
    expect((await tollwright(edit, { db, stdin: "a\0b" })).stderr).toContain("it holds NUL bytes");
    expect((await cdr("quarantine", "edit", id)).stderr).toContain("either --raw or --set-file");
    expect(await cdr("quarantine", "edit", id, "--raw", "x", "--set-file", "-")).toMatchObject({ status: 2 });
  });

  test("a dismissed row counts as non-billable", async () => {
    expect(await cdr("quarantine", "dismiss", await idAt(3))).toMatchObject({ status: 0 });
    expect(await operator.figures(COUNTS)).toEqual({ rows: 4, stored: 1, quarantined: 2, non_billable: 1 });
  });

  test("a retry of what still can't be used says so, and why", async () => {
    const { status, stdout } = await cdr("quarantine", "retry", "--code", "time-invalid");
    expect(status).toBe(1);
    expect(stdout).toContain("2 rows tried: 0 stored, 0 duplicate, 0 non-billable, 0 open, 2 still waiting.");
    expect(stdout).toContain("a.csv line 2: ");
  });

  test.each(["show", "dismiss"])("%s of a row that does not wait is a problem", async (action) => {
    for (const id of ["no-id-at-all", "01a1fded-0000-7000-82b6-21098e5da544"])
      expect((await cdr("quarantine", action, id)).stderr).toContain("code: quarantined-unknown");
  });

  test("another tenant's row does not exist", async () => {
    const id = await idAt(2);
    operator = await Operator.create(db);
    expect((await cdr("quarantine", "show", id)).stderr).toContain("code: quarantined-unknown");
    expect(await waiting()).toEqual([]);
  });
});

test("cdr files tells of each file, cdr open of calls that have not ended, cdr formats of what can be read", async () => {
  const files = await cdrJson<{ files: object[] }>("files", "--source", "fs-1");
  expect(files.document.files).toMatchObject([
    {
      source: "fs-1",
      name: expect.stringMatching(/-a\.csv$/),
      state: "imported",
      pass: 1,
      counts: { rows: 4, stored: 1, quarantined: 3 },
    },
  ]);
  expect((await cdr("files")).stdout).toMatch(/^SOURCE +FILE +RECEIVED +STATE +ROWS .*\nfs-1 +\S+-a\.csv /);
  expect(await cdrJson("open")).toMatchObject({ status: 0, document: { open: [] } });
  expect((await cdr("formats")).stdout).toContain("freeswitch-json");
});
