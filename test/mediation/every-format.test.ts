import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import { FORMATS } from "../../src/mediation/registry.ts";
import type { ImportedFile } from "../../src/server/mediation/import-file.ts";
import { retryQuarantine } from "../../src/server/mediation/retry-quarantine.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { testerOf } from "../support/actor.ts";
import { type CdrVector, readCdrVectors } from "../support/cdr-vector.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

async function importBytes(operator: Operator, source: Source, { input, settings }: CdrVector): Promise<ImportedFile> {
  const path = join(tmpdir(), `${uuidv7()}-vector.txt`);
  await writeFile(path, input);
  try {
    return await operator.importPath(source, path, settings.receivedAt);
  } finally {
    await rm(path);
  }
}

const fates = ({ stored, duplicate, nonBillable, quarantined, open }: ImportedFile["counts"]): number =>
  stored + duplicate + nonBillable + quarantined + open;

const howMany =
  (kind: RegExp) =>
  (vector: CdrVector): number =>
    vector.expected.filter((row) => kind.test(row)).length;
const calls = howMany(/^\d+ (call|half)/);
const rejects = howMany(/^\d+ reject/);

/** Of each format the vector that has most of calls and rejects together. */
const richest = FORMATS.flatMap(({ name }) => {
  const mine = readCdrVectors().filter(({ format }) => format === name);
  return mine.sort((a, b) => Math.min(calls(b), rejects(b) + 1) - Math.min(calls(a), rejects(a) + 1)).slice(0, 1);
});

describe("a file of every format, from its first import to its last retry", () => {
  test.each(richest.map((vector) => [vector.name, vector] as const))("%s", async (_name, vector) => {
    const operator = await Operator.create(db);
    const { timeZone, fold, mapping } = vector.settings;
    const source = await operator.source("switch", vector.format, { timeZone, fold, ...(mapping ? { mapping } : {}) });
    await operator.flatRate(source, "0.06");
    const first = (await importBytes(operator, source, vector)).counts;
    expect(first.rows, "every row has one fate").toBe(fates(first));
    const again = (await importBytes(operator, source, vector)).counts;
    expect(again.rows).toBe(fates(again));
    expect(again.stored, "nothing is stored twice").toBe(0);
    const events = await operator.figures<{ count: number }>("select count(*)::int as count from usage_events");
    const waiting = await retryQuarantine(
      db,
      { tenantId: operator.tenantId, limit: 1_000 },
      testerOf(operator.tenantId),
    );
    const after = await operator.figures<{ count: number }>("select count(*)::int as count from usage_events");
    expect(waiting.tried, "what waits can be tried").toBe(first.quarantined);
    expect(after.count - events.count).toBe(waiting.fates.stored ?? 0);
  });
});

test("a RADIUS Stop that was sent again is stored once, also within one file", async () => {
  const vector = readCdrVectors().find(({ name }) => name === "radius-detail/retransmitted.txt")!;
  const operator = await Operator.create(db);
  const source = await operator.source("gateway", "radius-detail");
  await operator.flatRate(source, "0.06");
  const { counts } = await importBytes(operator, source, vector);
  expect(counts).toMatchObject({ rows: 4, stored: 2, duplicate: 2, quarantined: 0 });
});
