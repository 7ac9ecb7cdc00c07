import pg from "pg";
import { Value } from "typebox/value";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { openPostgres } from "../../src/server/pulls/sql/postgres-reader.ts";
import { sqlPuller } from "../../src/server/pulls/sql-puller.ts";
import { SqlPull } from "../../src/server/pulls/sql-settings.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { expectReadOnAfterKill } from "../support/killed-in-mid-read.ts";
import { Operator } from "../support/operator.ts";
import { pullRun, secretFile } from "../support/pull-run.ts";
import { throwAwayServer } from "../support/throw-away-server.ts";

let server: Awaited<ReturnType<typeof throwAwayServer>>;
let db: TestDatabase;
let operator: Operator;
let secret: Awaited<ReturnType<typeof secretFile>>;

beforeAll(async () => {
  [server, db] = await Promise.all([throwAwayServer(), testDatabase()]);
  secret = await secretFile(server.url);
});

afterAll(async () => {
  await Promise.all([server?.stop(), db?.drop(), secret?.remove()]);
});

beforeEach(async () => {
  operator = await Operator.create(db);
});

async function onSwitch(sql: string): Promise<void> {
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

const settings = (rest: object): SqlPull =>
  Value.Default(SqlPull, { kind: "sql", name: "cdr", urlFrom: { file: secret.file }, tls: "off", ...rest }) as SqlPull;

/** Any table by a mapping. */
const MAPPING = {
  layout: { kind: "csv", header: true },
  key: "id",
  calling: "src",
  called: "dst",
  startedAt: { column: "at", format: "yyyy-MM-dd HH:mm:ss[.S][X]" },
  talked: { column: "seconds", unit: "s" },
  accountCode: "note",
};

const sum = () =>
  operator.figures<{ calls: number; rows: number; at: string; talked: string; reasons: string | null }>(
    `select (select count(*)::int from usage_events) as calls, (select sum(rows)::int from source_files) as rows,
       (select to_char(min(answered_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') from usage_events) as at,
       (select sum(talked_s)::text from usage_events) as talked,
       (select string_agg(what, '; ') from quarantine) as reasons`,
  );

describe("a table of PostgreSQL", () => {
  test("gives its values as they are: times in any zone, decimals, bytes, NULL, text with quotes and line breaks", async () => {
    await onSwitch(`create table values_cdr
        (id bigint primary key, src text, dst bytea, at timestamptz, seconds numeric(10,3), note text);
      insert into values_cdr values
        (9007199254740993, '442079460018', '14155550123', '2026-03-02 11:15:13.25+01', 95.500, null),
        (9007199254740994, '442079460018', '14155550124', '2026-03-02 10:15:14+00', 4.500, E'a "b", \\n c')`);
    const source = await operator.source("any", "mapped", {
      mapping: MAPPING,
      timeZone: "Asia/Kolkata",
      duration: "measured-up",
    });
    await operator.flatRate(source, "0.60");
    const run = await pullRun(
      operator,
      source,
      settings({ table: "public.values_cdr", cursor: { column: "id", by: "number" } }),
    );
    await sqlPuller.run(run);
    expect(await sum()).toMatchObject({ calls: 2, at: "2026-03-02 10:15:13.250", talked: "101", reasons: null });
    expect(run.events).toMatchObject([{ kind: "read", path: "public.values_cdr", counts: { rows: 2, stored: 2 } }]);
  });

  test("may be a query, is previewed without a trace, and can't be written to", async () => {
    await onSwitch(`create table joined (id int primary key, src text, at timestamp, seconds int);
      insert into joined select n, '442079460018', '2026-03-02 10:00'::timestamp + n * interval '1 s', 60 from generate_series(1, 25) n`);
    const source = await operator.source("any", "mapped", { mapping: { ...MAPPING, accountCode: { constant: "x" } } });
    await operator.flatRate(source, "0.60");
    const query = "select *, '14155550123'::text as dst from joined;";
    const of = (rest: object) =>
      pullRun(
        operator,
        source,
        settings({ table: "joined", query, cursor: { column: "at", by: "time" }, pageRows: 10, ...rest }),
      );
    expect(await sqlPuller.preview(await of({}))).toEqual([
      { path: "joined", sizeBytes: null, fate: "fetch", reason: "at least 10 new rows" },
    ]);
    expect((await sum()).calls).toBe(0);
    await sqlPuller.run(await of({}));
    expect(await sum()).toMatchObject({ calls: 25, rows: 25, reasons: null });
    const write = "with gone as (delete from joined returning 1) select * from gone";
    await expect(sqlPuller.run(await of({ query: write }))).rejects.toMatchObject({ code: "sql-refused" });
  });

  test("by day is read from yesterday's to tomorrow's, each with a place of its own", async () => {
    const today = now().toZonedDateTimeISO("UTC").toPlainDate();
    const tables = [-1, 0].map((days) => `e_cdr_${today.add({ days }).toString().replaceAll("-", "")}`);
    const fill = (table: string, ids: string) => `insert into ${table}
      select n, '442079460018', '14155550123', now() - n * interval '1 min', 60, null from unnest(array[${ids}]) n;`;
    await onSwitch(
      tables
        .map(
          (table) =>
            `create table ${table} (id int primary key, src text, dst text, at timestamptz, seconds int, note text);`,
        )
        .join("\n"),
    );
    await onSwitch(`${fill(tables[0]!, "1, 2, 3")} ${fill(tables[1]!, "11, 12")}`);
    const source = await operator.source("vos", "mapped", { mapping: MAPPING });
    await operator.flatRate(source, "0.60");
    const pull = settings({ table: "e_cdr_{yyyyMMdd}", cursor: { column: "id", by: "number", overlap: 10 } });
    const run = await pullRun(operator, source, pull);
    await sqlPuller.run(run);
    expect(run.events.map(({ path }) => path)).toEqual(tables);
    expect((await sum()).calls).toBe(5);
    await onSwitch(`${fill(tables[0]!, "4")} ${fill(tables[1]!, "13")}`);
    await sqlPuller.run(await pullRun(operator, source, pull));
    expect(await sum()).toMatchObject({ calls: 7, rows: 7 });
    const none = settings({ table: "f_cdr_{yyyyMMdd}", cursor: { column: "id", by: "number" } });
    await expect(sqlPuller.run(await pullRun(operator, source, none))).rejects.toThrow(/none of the tables f_cdr_/);
  });

  test("is a pull like others to the command line: settings, --dry-run, --once and --status", async () => {
    await onSwitch(`create table by_command
        (id int primary key, src text, dst text, at timestamptz, seconds int, note text);
      insert into by_command values (1, '442079460018', '14155550123', now(), 60, null)`);
    const pulls = [
      {
        ...{ kind: "sql", name: "cdr", urlFrom: { file: secret.file }, tls: "off", table: "by_command" },
        cursor: { column: "id", by: "number" },
      },
    ];
    const source = await operator.source("by-command", "mapped", { mapping: MAPPING, pulls });
    await operator.flatRate(source, "0.60");
    const ran = async (...words: string[]) =>
      await tollwright(["cdr", "pull", "--tenant", `Tenant ${operator.tenantId}`, ...words], { db });
    expect(await ran("--dry-run")).toMatchObject({ status: 0, stdout: expect.stringContaining("1 new row") });
    expect(await ran("--once")).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("by_command: 1 row: 1 stored"),
    });
    expect(await ran("--once")).toMatchObject({ status: 0, stderr: expect.stringContaining("by_command: 0 rows") });
    const status = expect.stringMatching(/by-command +cdr +sql +ok .* 1 row /);
    expect(await ran("--status")).toMatchObject({ status: 0, stdout: status });
    const open = { ...pulls[0], url: "mysql://a:b@c/d" };
    await expect(operator.source("open", "mapped", { mapping: MAPPING, pulls: [open] })).rejects.toThrow(
      /give urlFrom/,
    );
  });

  test("of a server that is killed in mid-read is read on from the last page, every row once", async () => {
    // A server of tests commits without waiting for its log: what is to outlive the kill has to ask for it.
    await onSwitch(`set synchronous_commit = on; create table killed as
      select n as id, '442079460018' as src, '14155550123' as dst, 60 as seconds, null as note,
        '2026-03-02 10:00Z'::timestamptz + n * interval '1 s' as at
      from generate_series(1, 3000) n`);
    const source = await operator.source("any", "mapped", { mapping: MAPPING });
    await operator.flatRate(source, "0.60");
    const read = settings({ table: "killed", cursor: { column: "id", by: "number" } });
    await expectReadOnAfterKill({ operator, source, settings: read, rows: 3_000, server });
  });

  test("that is not there, a wrong password and a server that is away are told apart", async () => {
    const source = await operator.source("any", "mapped", { mapping: MAPPING });
    const run = await pullRun(operator, source, settings({ table: "nowhere", cursor: { column: "id", by: "number" } }));
    await expect(sqlPuller.run(run)).rejects.toMatchObject({ code: "sql-table-missing" });
    const open = (url: string) => openPostgres({ url, tls: "off", tlsAuthorities: null });
    const away = "postgresql://nobody:wrong@127.0.0.1:1/postgres";
    await expect(open(away)).rejects.toMatchObject({ code: "sql-unreachable" });
    await expect(open(server.url.replace(/\/\/[^@]*@/, "//nobody:wrong@"))).rejects.toMatchObject({
      code: "sql-refused",
    });
  });
});
