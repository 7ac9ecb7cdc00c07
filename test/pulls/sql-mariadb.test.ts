import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import { Value } from "typebox/value";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Source } from "../../src/server/mediation/source.ts";
import { openMysql } from "../../src/server/pulls/sql/mysql-reader.ts";
import { sqlPuller } from "../../src/server/pulls/sql-puller.ts";
import { SqlPull } from "../../src/server/pulls/sql-settings.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { expectReadOnAfterKill, storedRows } from "../support/killed-in-mid-read.ts";
import { type MariadbServer, mariadbServer } from "../support/mariadb-server.ts";
import { Operator } from "../support/operator.ts";
import { pullRun, secretFile } from "../support/pull-run.ts";

/** Asterisk's cdr table as cdr_adaptive_odbc and cdr_mysql know it, with an id. */
const CDR = `create table cdr (
  id bigint unsigned auto_increment primary key, calldate datetime not null, clid varchar(80) not null default '',
  src varchar(80) not null default '', dst varchar(80) not null default '', dcontext varchar(80) not null default '',
  channel varchar(80) not null default '', dstchannel varchar(80) not null default '',
  lastapp varchar(80) not null default '', lastdata varchar(80) not null default '',
  duration int not null default 0, billsec int not null default 0, disposition varchar(45) not null default '',
  amaflags int not null default 0, accountcode varchar(20) not null default '',
  uniqueid varchar(32) not null default '', userfield varchar(255) null, key (calldate)) engine=innodb`;

let server: MariadbServer;
let db: TestDatabase;
let operator: Operator;
let asterisk: Connection;
let source: Source;
let secret: Awaited<ReturnType<typeof secretFile>>;

beforeAll(async () => {
  [server, db] = await Promise.all([mariadbServer(), testDatabase()]);
  secret = await secretFile(server.url);
});

afterAll(async () => {
  await Promise.all([server?.stop(), db?.drop(), secret?.remove()]);
});

beforeEach(async (context) => {
  operator = await Operator.create(db);
  source = await operator.source("pbx", "asterisk-db", { timeZone: "Europe/Berlin" });
  await operator.flatRate(source, "0.60");
  asterisk = await server.connect();
  await asterisk.query("drop table if exists cdr");
  await asterisk.query(CDR);
  context.onTestFinished(() => asterisk.destroy());
});

const settings = (rest: object = {}): SqlPull =>
  Value.Default(SqlPull, {
    kind: "sql",
    name: "cdr",
    urlFrom: { file: secret.file },
    tls: "off",
    table: "cdr",
    cursor: { column: "id", by: "number", overlap: 100 },
    ...rest,
  }) as SqlPull;

/** A call of one minute that began so many seconds after 2026-03-02 10:00 local time. */
const call = (number: number, afterS = number) =>
  `('2026-03-02 10:00:00' + interval ${afterS} second, '"A, B" <4420794600${number}>', '442079460018', '14155550123',
    'SIP/a-${number}', 'SIP/b-${number}', 'Dial', 70, 60, 'ANSWERED', 'acct', 'uid.${number}', ${number % 2 ? "null" : "'line\nbreak'"})`;
const COLUMNS =
  "calldate, clid, src, dst, channel, dstchannel, lastapp, duration, billsec, disposition, accountcode, uniqueid, userfield";
const insert = (numbers: readonly number[], into = asterisk) =>
  into.query(`insert into cdr (${COLUMNS}) values ${numbers.map((number) => call(number)).join(", ")}`);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const stored = () => storedRows(operator);

async function pull(rest: object = {}) {
  const run = await pullRun(operator, source, settings(rest));
  await sqlPuller.run(run);
  return run;
}

describe("a table of MariaDB", () => {
  test("is read to its end in pages, and the next time from there: every row once, local times by the source's zone", async () => {
    await insert(upTo(250));
    await pull({ pageRows: 100 });
    expect(await stored()).toMatchObject({ calls: 250, first: "09:00:01", files: 1, rows: 250, duplicate: 0 });
    await pull({ pageRows: 100 });
    await insert([251, 252]);
    await pull({ pageRows: 100 });
    expect(await stored()).toMatchObject({ calls: 252, rows: 252, duplicate: 0, balanced: true });
  });

  test("gives up a row that was committed late, with an id before those that were read", async () => {
    const late = await server.connect();
    await late.query("start transaction");
    await insert([1], late);
    await insert(upTo(30).slice(1));
    await pull();
    expect(await stored()).toMatchObject({ calls: 29 });
    await late.query("commit");
    late.destroy();
    await pull();
    expect(await stored()).toMatchObject({ calls: 30, rows: 30, duplicate: 0 });
  });

  test("is read by time where ids tell nothing: many rows at one second do not end a page for good", async () => {
    await asterisk.query(
      `insert into cdr (${COLUMNS}) values ${upTo(120)
        .map((number) => call(number, number < 100 ? 5 : number))
        .join(", ")}`,
    );
    await pull({ pageRows: 10, cursor: { column: "calldate", by: "time", overlap: 60 } });
    await pull({ pageRows: 10, cursor: { column: "calldate", by: "time", overlap: 60 } });
    expect(await stored()).toMatchObject({ calls: 120, rows: 120, duplicate: 0 });
  });

  test("may change a row after it was read: it is read again, and never a second call", async () => {
    await insert(upTo(5));
    await pull();
    await asterisk.query("update cdr set userfield = 'noted' where id = 3");
    await pull();
    expect(await stored()).toMatchObject({ calls: 5, rows: 6, duplicate: 1, balanced: true });
  });

  test("may have a clock far ahead in one row: the rows until then are not passed over", async () => {
    const cursor = { column: "calldate", by: "time", overlap: 60 };
    await insert(upTo(5));
    await asterisk.query(`insert into cdr (${COLUMNS}) values ${call(99, 3_000_000_000)}`);
    await pull({ cursor });
    await insert([6, 7]);
    await pull({ cursor });
    expect(await stored()).toMatchObject({ calls: 7, rows: 8, balanced: true });
  });

  test("that loses a column is a problem that says so, and the read goes on where it was once that is mended", async () => {
    await insert(upTo(5));
    await pull();
    await asterisk.query("alter table cdr drop column dst");
    await insert([6]).catch(() => undefined);
    await expect(pull()).rejects.toThrow(/lacks a column that the pull reads: it had dst before/);
    await expect(pull({ columns: ["id", "src", "dst"] })).rejects.toMatchObject({ code: "sql-columns-missing" });
    await asterisk.query("alter table cdr add column dst varchar(80) not null default '14155550123'");
    await insert([6]);
    await pull();
    expect(await stored()).toMatchObject({ calls: 6 });
  });

  test("of a server that is killed in mid-read is read on from the last page, every row once", async () => {
    await insert(upTo(3_000));
    await expectReadOnAfterKill({ operator, source, settings: settings(), rows: 3_000, server });
  });
});

describe("TLS to MariaDB", () => {
  test("is asked for unless it is switched off: a server without it, and one that nobody vouches for, are refused", async () => {
    await insert([1]);
    await expect(pull({ tls: "verified" })).rejects.toThrow(/refuses: TLS failed/);
    const pem = await selfSigned();
    const secure = await mariadbServer(pem);
    onTestFinished(() => secure.stop());
    const connection = { url: secure.url, tls: "verified" } as const;
    await expect(openMysql({ ...connection, tlsAuthorities: null })).rejects.toMatchObject({ code: "sql-refused" });
    const reader = await openMysql({ ...connection, tlsAuthorities: pem.cert });
    const request = { table: "cdr", query: null, columns: null, from: null, limit: 1 };
    const cursor = { column: "id", kind: "number" } as const;
    await expect(reader.page({ ...request, cursor })).rejects.toMatchObject({ code: "sql-table-missing" });
    await reader.close();
  });
});

async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-pem-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject, "-keyout", key, "-out", cert];
  execFileSync("openssl", words, { stdio: "ignore" });
  const pem = { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
  await rm(folder, { recursive: true });
  return pem;
}
