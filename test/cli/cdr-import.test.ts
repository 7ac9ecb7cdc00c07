import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { runNode } from "../support/run-node.ts";
import { KAMAILIO_HEADER, kamailioRows, SHORT_MAPPING, shortRow } from "../support/switch-files.ts";

let db: TestDatabase;
let folder: string;
let operator: Operator;
let tenant: string;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-cdr-"));
  operator = await Operator.create(db);
  tenant = `Tenant ${operator.tenantId}`;
  await operator.flatRate(await operator.source("fs-1", "freeswitch-csv", { mapping: SHORT_MAPPING }), "0.06");
  return () => rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const cdr = (...words: string[]) => tollwright(["cdr", ...words, "--tenant", tenant], { db });
const cdrJson = <Document>(...words: string[]) =>
  tollwrightJson<Document>(["cdr", ...words, "--tenant", tenant], { db });

const TRACES = `select (select count(*)::int from source_files) as files,
  (select count(*)::int from batches) as batches, (select count(*)::int from usage_events) as events,
  (select count(*)::int from quarantine) as quarantined`;
const NO_TRACE = { files: 0, batches: 0, events: 0, quarantined: 0 };

describe("cdr import", () => {
  test("tells what became of every row of every file, and lists reasons with their fix", async () => {
    const one = await file("one.csv", shortRow("k1") + shortRow("k2"));
    const two = await file("two.csv", `${shortRow("k2")}"too","short"\n"short","too"\n`);
    const { status, stdout } = await cdr("import", "--source", "fs-1", one, two);
    expect(status).toBe(1);
    expect(stdout.replaceAll(/ +/g, " ")).toBe(
      `FILE ROWS STORED DUPLICATE CORRECTED NON-BILLABLE QUARANTINED OPEN
one.csv 2 2 0 0 0 0 0
two.csv 3 0 1 0 0 2 0
total 5 2 1 0 0 2 0

QUARANTINED FOR ROWS
column-count 2

2 rejected:
 two.csv line 2: The record has 2 columns where 7 are expected. Look for a delimiter or lost quote in a value. \
If the switch's template changed, change the source's columns. [column-count]
 … and 1 more.
`,
    );
  });

  test("tells why all of many rows wait: looking for it takes no longer than reading them", async () => {
    const rows = Array.from({ length: 25_000 }, (_, i) => `"too","short ${i}"\n`);
    const { stdout } = await cdr("import", "--source", "fs-1", await file("wrong.csv", rows.join("")));
    expect(stdout.replaceAll(/ +/g, " ")).toContain("column-count 25000");
  });

  test("takes the files of a folder, and the same files again change nothing", async () => {
    await file("b.csv", shortRow("k2"));
    await file("a.csv", shortRow("k1"));
    await file(".hidden.csv", shortRow("k3"));
    await file("c.csv.part", shortRow("k4"));
    await mkdir(join(folder, "below"));
    const first = await cdrJson<{ files: { path: string }[] }>("import", "--source", "fs-1", folder);
    expect(first).toMatchObject({ status: 0, document: { total: { rows: 2, stored: 2 } } });
    expect(first.document.files.map(({ path }) => path)).toEqual([join(folder, "a.csv"), join(folder, "b.csv")]);
    const again = await cdrJson("import", "--source", "fs-1", folder);
    expect(again).toMatchObject({ status: 0, document: { total: { rows: 2, stored: 0, duplicate: 2 } } });
  });

  test("counts a call whose halves are in two files where it stands at the end", async () => {
    await operator.flatRate(await operator.source("proxy", "kamailio-acc"), "0.06");
    const call = { key: "k1", calling: "442079460018", called: "14155550123", ringS: 5, talkedS: 30 };
    const startedAt = Date.UTC(2026, 2, 2, 10);
    const [invite = "", bye = ""] = kamailioRows({ ...call, startedAt, account: "any", gateway: "any" });
    const paths = [await file("1.csv", KAMAILIO_HEADER + invite), await file("2.csv", KAMAILIO_HEADER + bye)];
    const stored = { counts: { rows: 1, stored: 1, open: 0 } };
    const dry = await cdrJson("import", "--source", "proxy", "--dry-run", ...paths);
    expect(dry.document).toMatchObject({ files: [stored, stored], total: { rows: 2, stored: 2, open: 0 } });
    const { document } = await cdrJson("import", "--source", "proxy", ...paths);
    expect(document).toMatchObject({ files: [stored, stored], total: { rows: 2, stored: 2, open: 0 } });
    const copy = await file("copy.csv", KAMAILIO_HEADER + invite);
    const twice = await cdrJson("import", "--source", "proxy", copy, paths[1] ?? "", copy);
    const known = { counts: { rows: 1, stored: 0, duplicate: 1 } };
    expect(twice.document).toMatchObject({ files: [known, known, known], total: { rows: 3, duplicate: 3 } });
  });

  test("in a dry run says the same and stores nothing", async () => {
    const path = await file("one.csv", `${shortRow("k1") + shortRow("k2") + shortRow("k1")}"too","short"\n`);
    const dry = await cdrJson<{ total: object }>("import", "--source", "fs-1", "--dry-run", path);
    expect(dry).toMatchObject({ status: 1, document: { dryRun: true, total: { rows: 4, stored: 2, duplicate: 1 } } });
    expect(await operator.figures(TRACES)).toEqual(NO_TRACE);
    const real = await cdrJson<{ total: object }>("import", "--source", "fs-1", path);
    expect(real.document.total).toEqual(dry.document.total);
    const after = await cdrJson("import", "--source", "fs-1", "--dry-run", path);
    expect(after).toMatchObject({ document: { total: { rows: 4, stored: 0, duplicate: 3, quarantined: 1 } } });
  });

  test("says why records are no calls, dry run or not: the leg that the source does not name may be the call", async () => {
    await operator.source("gw-1", "radius-detail");
    const stop = `Mon Mar  2 10:16:48 2026
\tAcct-Status-Type = Stop
\tAcct-Session-Id = "000A3F1C"
\tCalled-Station-Id = "14155550123"
\th323-call-origin = "originate"
\th323-call-type = "VoIP"
\tAcct-Session-Time = 95
\tTimestamp = 1772446608
`;
    const path = await file("detail", stop);
    for (const dryRun of [["--dry-run"], []]) {
      const { stdout } = await cdr("import", "--source", "gw-1", ...dryRun, path);
      expect(stdout.replaceAll(/ +/g, " ")).toContain("NON-BILLABLE AS ROWS\nleg originate/voip 1\n");
    }
  });

  test("tells of stored calls that today's settings have no price for, and keeps the one they have", async () => {
    const path = await file("one.csv", shortRow("k1") + shortRow("k2"));
    await cdr("import", "--source", "fs-1", path);
    const money = "select sum(amount)::float8 as charged, count(*)::int as charges from charges";
    const before = await operator.figures(money);
    await operator.rule(await operator.account("no-tariff"), { match: { callingPrefix: "44" }, priority: 1 });
    const dry = await cdrJson<{ files: object[] }>("import", "--source", "fs-1", "--dry-run", path);
    const { status, stdout } = await cdr("import", "--source", "fs-1", path);
    expect(status).toBe(0);
    expect(stdout.replaceAll(/ +/g, " ")).toBe(
      `FILE ROWS STORED DUPLICATE CORRECTED NON-BILLABLE QUARANTINED OPEN
one.csv 2 0 2 0 0 0 0

2 stored calls could not be re-priced: kept at their earlier price.
 one.csv line 1: Account "no-tariff" has no published tariff for the time of the call. \
Assign a tariff from that time on, then retry the record. [tariff-missing, and 1 more]
`,
    );
    expect(dry.document.files).toMatchObject([{ unpriced: [{ code: "tariff-missing", rows: 2, line: 1 }] }]);
    expect(await operator.figures(money)).toEqual(before);
  });

  test("checks clocks against the time that --received gives", async () => {
    const path = await file("one.csv", shortRow("k1"));
    const early = await cdrJson("import", "--source", "fs-1", "--dry-run", "--received", "2026-03-01", path);
    expect(early).toMatchObject({ status: 1, document: { rejects: { listed: [{ code: "future-time" }] } } });
    expect(await cdr("import", "--source", "fs-1", "--received", "2026-03-03", path)).toMatchObject({ status: 0 });
  });

  test("without a source says what the file is and which sources read it", async () => {
    const path = await file("one.csv", shortRow("k1"));
    const { status, document } = await cdrJson<{ fix: string }>("import", path);
    expect(status).toBe(2);
    expect(document).toMatchObject({ code: "source-not-named", fix: "Say which switch wrote it: --source fs-1." });
    await operator.source("fs-any", "freeswitch-csv"); // finds out which template a file is of
    const example = '"A","1","14155550123","d","2026-03-02 10:15:07","2026-03-02 10:15:13","2026-03-02 10:15:43"';
    const other = await file("two.csv", `${example},"36","30","NORMAL_CLEARING","k9","","","","","agent","stat"\n`);
    expect(await cdrJson("import", other)).toMatchObject({ document: { fix: expect.stringContaining("fs-any") } });
    expect(await cdrJson("import", await file("x.csv", "a b c\n"))).toMatchObject({
      status: 2,
      document: { code: "source-not-named", fix: expect.stringContaining("`tollwright apply`") },
    });
  });
});

describe("a file that is packed by gzip", () => {
  const text = Array.from({ length: 9 }, (_, index) => shortRow(`k${index}`)).join("");

  test("is the same file as unpacked: imported again, by its name without .gz, it stores nothing", async () => {
    // As a log that is packed piece by piece.
    const pieces = [text.slice(0, 300), text.slice(300)].map((piece) => gzipSync(piece));
    const packed = await file("cdr.csv.gz", Buffer.concat(pieces));
    const dry = await cdrJson<{ total: object }>("import", "--source", "fs-1", "--dry-run", packed);
    expect(dry).toMatchObject({ status: 0, document: { total: { rows: 9, stored: 9 } } });
    const first = await cdrJson<{ total: object }>("import", "--source", "fs-1", packed);
    expect(first).toMatchObject({ status: 0, document: { total: { rows: 9, stored: 9 } } });
    const plain = await file("cdr.csv", text);
    const again = await cdrJson<{ files: object[] }>("import", "--source", "fs-1", plain);
    expect(again.document).toMatchObject({ files: [{ pass: 2, counts: { rows: 9, duplicate: 9 } }] });
    const { document } = await cdrJson<{ files: { name: string }[] }>("files");
    expect(document.files.map(({ name }) => name)).toEqual(["cdr.csv"]);
  });

  test("goes on where an import was cut short, in the middle of its content", async () => {
    const path = await file("cdr.csv.gz", gzipSync(text));
    const source = await operator.source("fs-2", "freeswitch-csv", { mapping: SHORT_MAPPING });
    await operator.flatRate(source, "0.06");
    const request = { source, path, receivedAt: fromInstant(now()), batchRows: 2 };
    const onProgress = ({ bytesDone }: { readonly bytesDone: number }) => {
      if (bytesDone > text.length / 2) throw new Error("killed");
    };
    await expect(importFile(db, { ...request, onProgress })).rejects.toThrow("killed");
    expect(await importFile(db, request)).toMatchObject({ sizeBytes: text.length, counts: { rows: 9, stored: 9 } });
    expect(await operator.figures("select count(*)::int as events from usage_events")).toEqual({ events: 9 });
  });
});

describe("the last line of a file that ends without a line end", () => {
  const text = `${shortRow("k1")}${shortRow("k2")}`.replaceAll('"', "");
  const rows = text.trimEnd();
  const importing = (name: string, source: string) => async (content: string) =>
    (await cdrJson<{ total: object }>("import", "--source", source, await file(name, content))).document.total;

  test("waits, is taken by a retry, and leaves quarantine once the file has grown", async () => {
    const take = importing("a.csv", "fs-1");
    expect(await take(rows)).toMatchObject({ rows: 2, stored: 1, quarantined: 1 });
    const list = await cdrJson<{ waiting: object[] }>("quarantine", "list");
    expect(list.document.waiting).toMatchObject([{ code: "line-end-missing" }]);
    expect(await cdrJson("quarantine", "retry", "--code", "line-end-missing")).toMatchObject({ status: 0 });
    const grown = `${text}${shortRow("k3")}${shortRow("k4").trimEnd().replaceAll('"', "")}`;
    expect(await take(grown)).toMatchObject({ rows: 4, stored: 1, duplicate: 2, quarantined: 1 });
    expect(await take(`${grown}\n`)).toMatchObject({ rows: 4, stored: 1, duplicate: 3 });
    expect((await cdrJson<{ waiting: object[] }>("quarantine", "list")).document.waiting).toEqual([]);
  });

  test("is taken at once where the source says that its switch never ends it", async () => {
    const settings = { mapping: SHORT_MAPPING, endsLastLine: false };
    await operator.flatRate(await operator.source("fs-2", "freeswitch-csv", settings), "0.06");
    expect(await importing("a.csv", "fs-2")(rows)).toMatchObject({ rows: 2, stored: 2 });
  });
});

describe("a log that was imported while its last row was being written", () => {
  const rows = shortRow("k1") + shortRow("k2") + shortRow("k3");
  const cutAt = rows.length - 20;
  const waiting = async () =>
    (await cdrJson<{ waiting: { raw: string }[] }>("quarantine", "list")).document.waiting.map(({ raw }) => raw);
  const importing = (path: string) => cdrJson<{ total: object }>("import", "--source", "fs-1", path);

  test("gives its part of the row back once the whole one has come", async () => {
    const path = await file("Master.csv", rows.slice(0, cutAt));
    expect(await importing(path)).toMatchObject({ status: 1, document: { total: { stored: 2, quarantined: 1 } } });
    expect(await waiting()).toHaveLength(1);
    await writeFile(path, rows + shortRow("k4"));
    expect(await importing(path)).toMatchObject({ status: 0, document: { total: { stored: 2, duplicate: 2 } } });
    expect(await waiting()).toEqual([]);
    const { document } = await cdrJson<{ files: { counts: object }[] }>("files");
    expect(document.files.map(({ counts }) => counts)).toContainEqual(
      expect.objectContaining({ rows: 3, stored: 2, duplicate: 1, quarantined: 0 }),
    );
  });

  test("gives it up for a whole row that is rejected as well, which waits instead", async () => {
    await importing(await file("Master.csv", `${shortRow("k1")}"too","sho`));
    await importing(await file("Master.csv.1", `${shortRow("k1")}"too","short"\n${shortRow("k2")}`));
    expect(await waiting()).toEqual(['"too","short"']);
  });

  test.each<[string, string, string]>([
    [`${shortRow("k1")}"too","short"\n`, `${shortRow("k1")}"too","short"\n${shortRow("k2")}`, "a whole row"],
    [`${shortRow("k1")}"too","short"`, `${shortRow("k1")}"too","short"\n${shortRow("k2")}`, "without a line end"],
    [`${shortRow("k1")}"too","sho`, `${shortRow("k2")}"too","short and not the same"\n`, "another day's file"],
  ])("keeps what was not cut off: %#", async (before, after) => {
    await importing(await file("Master.csv", before));
    const [raw] = await waiting();
    await importing(await file("Master.csv", after));
    expect(await waiting()).toContain(raw);
  });
});

// biome-ignore format: a table reads by its columns
const REFUSED: [string, () => Promise<string>, string, string][] = [
  ["missing",   async () => join(folder, "no.csv"),                                    "file-unreadable", "no such file"],
  ["empty",     () => file("empty.csv", ""),                                           "file-empty",      "is empty"],
  ["blank",     () => file("blank.csv", "\n \t\r\n".repeat(20_000)),                   "file-empty",      "blank lines"],
  ["only a byte order mark", () => file("bom.csv", "\uFEFF\n"),                        "file-empty",      "blank lines"],
  ["zip",       () => file("a.csv", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0)),           "file-not-text",   "ZIP archive"],
  ["packed twice", () => file("a.csv", gzipSync(gzipSync(shortRow("k1")))),                 "file-not-text",   "gzip data"],
  ["a packed file that was cut off", () => file("a.csv.gz", gzipSync(shortRow("k1")).subarray(0, -9)), "file-unreadable", "cut off"],
  ["zeros that were packed", () => file("a.csv.gz", gzipSync(Buffer.alloc(65 << 20, "\n"))), "packed-file-too-large", "unpacks to more than"],
  ["of another switch", () => file("a.csv", `${KAMAILIO_HEADER}INVITE,a,b,c1,200,OK,2026-03-02 10:15:13,442079460018,14155550123,192.0.2.1\n`), "file-other-format", 'source "fs-1" reads freeswitch-csv'],
  ["UTF-16",    () => file("a.csv", Buffer.from(`\uFEFF${shortRow("k1")}`, "utf16le")),     "file-not-text",   "UTF-16"],
  ["binary",    () => file("a.csv", new Uint8Array(4_096).map((_, i) => i % 32)),      "file-not-text",   "binary data"],
  ["a folder without files", async () => folder,                                       "folder-empty",    "no files"],
  ["a device",  async () => "/dev/null",                                               "file-unreadable", "no regular file"],
];

describe("a file that can't be read leaves nothing, nor do the good ones beside it", () => {
  test.each(REFUSED)("%s", async (_name, make, code, what) => {
    const path = await make();
    const good = code === "folder-empty" ? [] : [await file("good.csv", shortRow("k1"))];
    const ran = await cdr("import", "--source", "fs-1", ...good, path);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(what);
    expect(ran.stderr).toContain(`code: ${code}`);
    expect(await operator.figures(TRACES)).toEqual(NO_TRACE);
  });
});

test("a printed table is refused as a whole where exports of tables are read, not FreeSWITCH's SQL", async () => {
  await operator.source("pbx", "asterisk-db");
  const table = await file("cdr.txt", " id | src \n----+-----\n  1 | 1001\n");
  for (const words of [[], ["--dry-run"]])
    expect(await cdrJson("import", "--source", "pbx", ...words, table)).toMatchObject({
      status: 2,
      document: { code: "file-not-export" },
    });
  expect(await operator.figures(TRACES)).toEqual(NO_TRACE);
  const insert = await file("sql.csv", `INSERT INTO cdr VALUES (${shortRow("k1").trim()});\n`);
  expect(await cdrJson("import", "--source", "fs-1", insert)).toMatchObject({ status: 1 }); // not the source's template
});

describe("a strange file of text is read to its end", () => {
  test.each([
    ["500 columns", `${Array(500).fill('"x"').join()}\n`, "column-count"],
    ["a formula where a number is due", shortRow("k9").replace("14155550123", "=1+1"), null],
    ["a formula where a time is due", shortRow("k9").replace("2026-03-02 10:15:07", "=NOW()"), "time-invalid"],
    ["bytes that are no UTF-8", `${shortRow("k9").slice(0, -3)}\xff"\n`, null],
  ])("%s: the row is stored or waits, and its neighbour is stored", async (_name, text, code) => {
    const path = await file("a.csv", Buffer.from(text + shortRow("k1"), "latin1"));
    const { document } = await cdrJson<{ total: object; files: { reasons: { code: string }[] }[] }>(
      ...["import", "--source", "fs-1", path],
    );
    const codes = document.files[0]?.reasons.map((reason) => reason.code);
    expect(codes).toEqual(code === null ? [] : [code]);
    expect(document.total).toMatchObject({ rows: 2, stored: code === null ? 2 : 1 });
  });

  test("one line of 256 MB takes no more memory than a file of short ones", async () => {
    const path = join(folder, "line.csv");
    const stream = createWriteStream(path);
    const chunk = Buffer.alloc(1 << 20, "a");
    for (let written = 0; written < 256; written += 1) if (!stream.write(chunk)) await once(stream, "drain");
    stream.end(`\n${shortRow("k1")}`);
    await once(stream, "close");
    const { stdout, stderr, status } = await runNode(
      ["--import", resolve(import.meta.dirname, "../support/report-memory.ts"), "src/main.ts"],
      ["cdr", "import", "--source", "fs-1", "--tenant", tenant, "--json", path],
      { DATABASE_URL: db.url },
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ total: { rows: 2, stored: 1, quarantined: 1 } });
    expect(Number(/maxRssKb=(\d+)/.exec(stderr)?.[1])).toBeLessThan(400_000);
  });
});
