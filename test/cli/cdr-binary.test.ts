import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readCdrVectors } from "../support/cdr-vector.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let folder: string;
let operator: Operator;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-binary-"));
  operator = await Operator.create(db);
  await operator.flatRate(await operator.source("class-5", "baf", { timeZone: "America/New_York" }), "0.06");
  return () => rm(folder, { recursive: true });
});

/** The records of a vector: its bytes, without those of its header and trailer. */
function recordsOf(name: string): Buffer[] {
  const vector = readCdrVectors().find((each) => each.name === `baf/${name}.txt`);
  const bytes = Buffer.from(vector?.input ?? []);
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at))
    records.push(bytes.subarray(at, at + bytes.readUInt16BE(at)));
  return records;
}

async function file(name: string, records: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(records));
  return path;
}

const words = (typed: readonly string[]) => ["cdr", ...typed, "--tenant", `Tenant ${operator.tenantId}`];
const cdr = (...typed: string[]) => tollwright(words(typed), { db });
const cdrJson = <Document>(...typed: string[]) => tollwrightJson<Document>(words(typed), { db });

interface Waiting {
  readonly waiting: readonly { readonly id: string; readonly code: string; readonly raw: string }[];
}

const FIGURES = "select count(*)::int as calls, coalesce(sum(talked_s), 0)::int as seconds from usage_events";

describe("a binary file of call records", () => {
  test("is imported, and its records are known again in another file", async () => {
    const [header, ...rest] = recordsOf("metaswitch-file");
    const calls = rest.slice(0, -1);
    const first = await file("AMA.001", [header as Buffer, ...rest]);
    expect(await cdr("import", "--source", "class-5", first)).toMatchObject({ status: 0 });
    expect(await operator.figures(FIGURES)).toEqual({ calls: 7, seconds: 6 * 95 + 35 });
    const again = await file("secondary.001", calls);
    const { document } = await cdrJson("import", "--source", "class-5", again);
    expect(document).toMatchObject({ total: { rows: 7, stored: 0, duplicate: 7 } });
  });

  test("keeps a record that waits in hexadecimal, in which it is corrected and retried", async () => {
    const [good] = recordsOf("same-record-twice");
    const faulty = Buffer.from(good as Buffer);
    faulty[4] = 0xab;
    expect(await cdr("import", "--source", "class-5", await file("AMA.002", [faulty]))).toMatchObject({ status: 1 });
    const [waiting] = (await cdrJson<Waiting>("quarantine", "list")).document.waiting;
    expect(waiting).toMatchObject({ code: "value-invalid", raw: faulty.toString("hex") });
    const id = waiting?.id ?? "";
    expect(await cdr("quarantine", "edit", id, "--raw", "not hexadecimal")).toMatchObject({ status: 0 });
    expect((await cdr("quarantine", "retry", "--id", id)).stdout).toContain("not hexadecimal");
    expect(await cdr("quarantine", "edit", id, "--raw", (good as Buffer).toString("hex"))).toMatchObject({ status: 0 });
    expect(await cdrJson("quarantine", "retry", "--id", id)).toMatchObject({ document: { fates: { stored: 1 } } });
    expect(await operator.figures(FIGURES)).toEqual({ calls: 1, seconds: 95 });
  });

  test("loses its end to quarantine when it was cut off, and nothing else", async () => {
    const records = recordsOf("metaswitch-file");
    const whole = Buffer.concat(records);
    const path = await file("AMA.003", [whole.subarray(0, whole.length - 20)]);
    const { document } = await cdrJson("import", "--source", "class-5", path);
    expect(document).toMatchObject({ total: { stored: 7, quarantined: 2 } });
    const codes = (await cdrJson<Waiting>("quarantine", "list")).document.waiting.map(({ code }) => code);
    expect(codes.sort()).toEqual(["record-not-baf", "trailer-missing"]);
  });

  test("is told by its content when no source is named", async () => {
    const path = await file("AMA.004", recordsOf("metaswitch-file"));
    const { stdout, stderr } = await cdr("import", path);
    expect(stdout + stderr).toContain("class-5");
  });
});
