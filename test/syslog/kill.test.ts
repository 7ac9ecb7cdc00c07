import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { startTollwright } from "../support/command-line.ts";
import { testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

const MAPPING = {
  layout: { kind: "csv", columns: ["id", "at", "src", "dst", "seconds"] },
  key: "id",
  calling: "src",
  called: "dst",
  startedAt: { column: "at", format: "epoch-s" },
  talked: { column: "seconds", unit: "s" },
};
const MESSAGES = 2_000;

/** Starts a server and answers the port on which it says that it takes messages. */
async function start(databaseUrl: string, dataDir: string) {
  const { child, ended } = startTollwright(["start"], {
    ...{ DATABASE_URL: databaseUrl, TOLLWRIGHT_DATA_DIR: dataDir, TOLLWRIGHT_HTTP_PORT: "0" },
    ...{ TOLLWRIGHT_SYSLOG_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    const port = /syslog on 127\.0\.0\.1:(\d+) /.exec(said)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.once("exit", () => reject(new Error(`the server did not start:\n${said}`)));
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { child, ended, port: await promise };
}

/** Bytes that backlogs have on disk. */
async function backlogBytes(dataDir: string): Promise<number> {
  const names = await readdir(join(dataDir, "syslog"), { recursive: true });
  const logs = names.filter((name) => name.endsWith(".log"));
  const sizes = await Promise.all(logs.map((name) => stat(join(dataDir, "syslog", name)).then(({ size }) => size)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function send(port: number, from: number, count: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // the other side is killed
  const lines = Array.from(
    { length: count },
    (_, index) => `<134>edge: ${from + index},1772446513,442079460018,14155550123,60\n`,
  );
  socket.end(lines.join(""));
  await once(socket, "close");
}

test("a server that is killed while messages come stores what its backlog has, and every record once", async () => {
  const db = await testDatabase();
  onTestFinished(() => db.drop());
  const dataDir = await mkdtemp(join(tmpdir(), "tollwright-syslog-kill-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const operator = await Operator.create(db);
  await operator.flatRate(
    await operator.source("edge", "mapped", { mapping: MAPPING, syslog: { from: ["127.0.0.1"] } }),
    "0.60",
  );
  const figures = () =>
    operator.figures<{ calls: number; rows: number; stored: number; messages: number }>(
      `select (select count(*)::int from usage_events) as calls,
         (select coalesce(sum(rows), 0)::int from source_files) as rows,
         (select coalesce(sum(stored), 0)::int from source_files) as stored,
         (select coalesce(sum(messages), 0)::int from syslog_streams) as messages`,
    );
  const first = await start(db.url, dataDir);
  const sending = send(first.port, 0, MESSAGES);
  while ((await backlogBytes(dataDir)) === 0) await sleep(1);
  first.child.kill("SIGKILL");
  await Promise.all([sending, first.ended]);
  const second = await start(db.url, dataDir);
  await send(second.port, 0, MESSAGES); // nothing told the sender what had arrived
  while ((await figures()).calls < MESSAGES) await sleep(20);
  second.child.kill("SIGTERM");
  expect((await second.ended).status).toBe(0);
  const { calls, rows, stored, messages } = await figures();
  expect({ calls, stored, messages }).toEqual({ calls: MESSAGES, stored: MESSAGES, messages: rows });
});
