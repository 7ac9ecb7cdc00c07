import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { testedServers } from "../support/database-server.ts";
import { writeTemporary } from "../support/temporary-file.ts";
import { throwAwayServer } from "../support/throw-away-server.ts";

/** One segment of the server's log: files may grow to this size, so what fills up is a table and not the log. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Text of so many waiting rows, which no compression makes smaller, is more than one table's file may hold. */
const [BROKEN_ROWS, BROKEN_BYTES] = [1_000, 24_000];
const GOOD_ROWS = 50;

const SETUP = {
  tenant: { name: "Full", currency: "EUR", timeZone: "UTC" },
  tariffs: [{ name: "retail", rates: [{ prefix: "49", destination: "Germany", rate: "0.06", increments: "1/1" }] }],
  accounts: [{ code: "bakery", name: "Bakery", kind: "customer", tariffs: [{ tariff: "retail", from: "2026-01-01" }] }],
  sources: [{ name: "pbx", format: "freeswitch-csv" }],
  rules: [{ account: "bakery", match: { accountCode: "1001" } }],
};

const noise = (row: number): string =>
  createHash("shake256", { outputLength: BROKEN_BYTES }).update(`row ${row}`).digest("base64");

const call = (row: number): string => {
  const times = '"2026-03-01 10:00:00","2026-03-01 10:00:00","2026-03-01 10:01:00","60","60"';
  return `"a","4930901","49309018","default",${times},"NORMAL_CLEARING","uuid-${row}","","1001","",""`;
};

/** Good calls, then rows for quarantine: all of one batch. */
const records = (): string =>
  [
    ...Array.from({ length: GOOD_ROWS }, (_, row) => call(row)),
    ...Array.from({ length: BROKEN_ROWS }, (_, row) => `"${noise(row)}","not a call"`),
    "",
  ].join("\n");

/** The limit holds for connections that the server takes from now on. Only its own account may set it everywhere. */
async function limitFiles(pid: number, bytes: number | "unlimited"): Promise<void> {
  const { uid, gid } = await stat(`/proc/${pid}`);
  await promisify(execFile)("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`], { uid, gid });
}

describe.runIf(process.platform === "linux").each(testedServers())(
  "a database whose disk fills up under an import, on PostgreSQL $version",
  ({ binaries }) => {
    let server: Awaited<ReturnType<typeof throwAwayServer>>;
    beforeAll(async () => {
      server = await throwAwayServer({ binaries });
      await connected(migrate);
    });
    afterAll(() => server.stop());

    /** On new connections. */
    async function connected<T>(work: (db: Database) => Promise<T>): Promise<T> {
      const db = await openDatabase({ url: server.url });
      return await work(db).finally(() => db.close());
    }

    test("is named; nothing half-done stays, and the same import goes through once there is room", async () => {
      const file = await writeTemporary("records.csv", records());
      await connected((db) => tollwright(["apply", "-"], { db, stdin: JSON.stringify(SETUP) }));
      await limitFiles(server.pid, FILE_BYTES_MAX);
      await connected(async (db) => {
        const full = await tollwrightJson(["cdr", "import", "--source", "pbx", file], { db });
        expect(full).toMatchObject({ status: 2, document: { code: "database-failed" } });
        expect(full.document).toMatchObject({ detail: expect.stringContaining("File too large") });
        expect(full.document).toMatchObject({ fix: expect.stringContaining("Free space") });
        expect(await kept(db)).toEqual({ usage_events: 0, charges: 0, postings: 0, quarantine: 0 });
        expect((await tollwright(["doctor"], { db })).status).toBe(0);
      });
      await limitFiles(server.pid, "unlimited");
      await connected(async (db) => {
        expect((await tollwright(["cdr", "import", "--source", "pbx", file], { db })).status).toBe(1);
        expect(await kept(db)).toMatchObject({ usage_events: GOOD_ROWS, charges: GOOD_ROWS, quarantine: BROKEN_ROWS });
        expect((await tollwright(["doctor"], { db })).status).toBe(0);
      });
    });
  },
);

/** How many rows an import has left where it writes. */
async function kept(db: Database): Promise<Record<string, number> | undefined> {
  const { rows } = await db.transaction("owner", {}, (tx) =>
    tx.query<Record<string, number>>(`select
      (select count(*)::int from usage_events) as usage_events, (select count(*)::int from charges) as charges,
      (select count(*)::int from postings) as postings, (select count(*)::int from quarantine) as quarantine`),
  );
  return rows[0];
}
