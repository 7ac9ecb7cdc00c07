import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { type ImportRequest, importFile } from "../../src/server/mediation/import-file.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { freeswitchRow, kamailioRows, type MadeCall } from "../support/switch-files.ts";
import { inOneFile, type Row, World } from "./world.ts";

const SEED = Number(process.env.TOLLWRIGHT_LAW_SEED ?? 42);
const ROUNDS = 2;
const IMPORTERS = 3;
const CALLS = 60;

let db: TestDatabase;
/** One for each importer: processes share nothing but the database. */
let connections: Database[];

beforeAll(async () => {
  process.stderr.write(`Imports at once: seed ${SEED} (TOLLWRIGHT_LAW_SEED)\n`);
  db = await testDatabase();
  connections = await Promise.all(Array.from({ length: IMPORTERS }, () => openDatabase({ url: db.url })));
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await db?.drop();
});

const rowsOfSwitches = (random: SeededRandom): readonly Row[] =>
  Array.from({ length: CALLS }, (_, n) => {
    const call: MadeCall = {
      key: `k${n}`,
      calling: "442079460018",
      called: random.of(["14155550123", "442079460018", "81312345678"]),
      startedAt: Date.UTC(2026, 1, 20) + random.below(20 * 86_400) * 1_000,
      ringS: random.below(9),
      talkedS: random.once(5) ? null : 1 + random.below(600),
      account: random.of(["postpaid", "prepaid", "reselling", "unknown"]),
      gateway: random.of(["carrier", ""]),
    };
    const gateway = freeswitchRow(call, random.once(6) ? { billsec: -1 } : {});
    return [
      { switch: "gateway", text: gateway } as const,
      ...kamailioRows(call).map((text) => ({ switch: "proxy", text }) as const),
    ];
  }).flat();

/** Which rows each importer gets, all of them among them. */
const SHARES: readonly [string, (rows: readonly Row[], importer: number, random: SeededRandom) => readonly Row[]][] = [
  ["the same files", (rows) => rows],
  ["the same rows in other orders", (rows, _, random) => random.shuffled(rows)],
  [
    "every row of a call in another file",
    (rows, importer) => rows.filter((_, place) => place % IMPORTERS === importer),
  ],
  ["files that overlap", (rows, importer) => rows.filter((_, place) => place % IMPORTERS !== importer).toReversed()],
  ["one switch each", (rows, importer) => rows.filter((row) => (row.switch === "proxy") === (importer === 0))],
];

test.each(SHARES)("importers at once, of %s = one after the other", { timeout: 120_000 }, async (_, share) => {
  const random = new SeededRandom(SEED);
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = rowsOfSwitches(random);
    const alone = await World.create(db, { timeZone: "UTC", owner: "postpaid" });
    await alone.deliver(inOneFile(rows));
    const world = await World.create(db, { timeZone: "UTC", owner: "postpaid" });
    const batchRows = random.of([5, 20, 1_000]);
    await Promise.all(
      connections.map(async (connection, importer) => {
        const requests = await world.requests({ files: [share(rows, importer, random)], batchRows });
        for (const request of requests) await importPatiently(connection, request);
      }),
    );
    expect(await world.outcome()).toEqual(await alone.outcome());
  }
});

/** As an operator told that another import of the file is at work would: again. */
async function importPatiently(connection: Database, request: ImportRequest): Promise<void> {
  for (;;) {
    try {
      await importFile(connection, request);
      return await rm(request.path);
    } catch (error) {
      if (!(error instanceof Problem && error.code === "import-busy")) throw error;
    }
  }
}
