import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { beforeEach, describe, expect, inject, onTestFinished, test } from "vitest";
import { SyslogIntake, type SyslogReport } from "../../src/server/syslog/intake.ts";
import { listenSyslog } from "../../src/server/syslog/listen.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { asSuperuser, withDatabase } from "../support/database-url.ts";
import { Operator } from "../support/operator.ts";
import { ServerProcess } from "../support/server-process.ts";

const run = promisify(execFile);

let db: TestDatabase;
let operator: Operator;
let folder: string;

const MAPPING = {
  layout: { kind: "csv", columns: ["id", "at", "src", "dst", "seconds"] },
  key: "id",
  calling: "src",
  called: "dst",
  startedAt: { column: "at", format: "epoch-s" },
  talked: { column: "seconds", unit: "s" },
};

// A database each: sources of all tenants of one take messages from this machine.
beforeEach(async () => {
  db = await testDatabase();
  onTestFinished(() => db.drop());
  operator = await Operator.create(db);
  folder = await mkdtemp(join(tmpdir(), "tollwright-syslog-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** A source of records after "CDR " from kamailio on this machine. */
async function kamailio(syslog: object = {}) {
  const settings = {
    mapping: MAPPING,
    syslog: { from: ["127.0.0.0/8"], program: "kamailio", marker: "CDR ", ...syslog },
  };
  const source = await operator.source("edge", "mapped", settings);
  await operator.flatRate(source, "0.60");
  return source;
}

const record = (id: number | string) => `${id},1772446513,442079460018,14155550123,60`;

interface Told {
  readonly strangers: string[];
  readonly errors: unknown[];
}

async function open(told: Told = { strangers: [], errors: [] }): Promise<SyslogIntake> {
  const report: SyslogReport = {
    stranger: (address) => void told.strangers.push(address),
    failed: (_source, error) => void told.errors.push(error),
    settingsFailed: (error) => void told.errors.push(error),
  };
  return await SyslogIntake.open(db, folder, report);
}

/** Listens until the end of the test, or of `close`. */
async function started(told?: Told, tls: Parameters<typeof listenSyslog>[1]["tls"] = null) {
  const intake = await open(told);
  const listener = await listenSyslog(intake, { host: "127.0.0.1", port: 0, tls });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= listener.close().then(() => intake.close());
    return closing;
  };
  onTestFinished(close);
  return { port: String(listener.port), tlsPort: listener.tlsPort ?? 0, close };
}

const stored = () =>
  operator.figures<{
    calls: number;
    messages: number;
    ignored: number;
    dropped: number;
    rows: number;
    quarantined: number;
  }>(
    `select (select count(*)::int from usage_events) as calls, coalesce(sum(messages), 0)::int as messages,
       coalesce(sum(ignored), 0)::int as ignored, coalesce(sum(dropped), 0)::int as dropped,
       (select coalesce(sum(rows), 0)::int from source_files) as rows,
       (select count(*)::int from quarantine) as quarantined from syslog_streams`,
  );

/** Waits until figures are as they should be; the test's own time limit ends it otherwise. */
async function untilStored(wanted: Partial<Awaited<ReturnType<typeof stored>>>): Promise<void> {
  for (;;) {
    const figures = await stored();
    if (Object.entries(wanted).every(([name, count]) => figures[name as keyof typeof figures] === count)) return;
    await sleep(20);
  }
}

const RSYSLOGD = "/usr/sbin/rsyslogd";

/** Whether rsyslog is installed; says so when it is not. */
function hasRsyslog(): boolean {
  if (existsSync(RSYSLOGD)) return true;
  process.stderr.write("not run: rsyslog is not installed: apt-get install -y rsyslog\n");
  return false;
}

/** util-linux's logger, a client that others wrote. */
const logger = (port: string, words: readonly string[], text: string) =>
  run("logger", ["--server", "127.0.0.1", "--port", port, "--tag", "kamailio", "--id=17", ...words, "--", text]);

async function sendTcp(port: string, bytes: string, end: "end" | "reset" = "end"): Promise<void> {
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  if (end === "end") socket.end();
  else socket.resetAndDestroy();
  await once(socket, "close");
}

describe("syslog messages", () => {
  test.each<[string, readonly string[], string]>([
    // transport and form                 words of logger                                    why
    ["UDP, RFC 5424", ["--udp", "--rfc5424"], "the newer form"],
    ["UDP, RFC 3164", ["--udp", "--rfc3164"], "the older one, as most devices send it"],
    ["TCP, RFC 5424", ["--tcp", "--rfc5424"], "by line ends"],
    ["TCP, octets counted", ["--tcp", "--rfc5424", "--octet-count"], "RFC 6587"],
  ])("of util-linux's logger are records: %s", async (_form, words) => {
    await kamailio();
    const { port } = await started();
    await logger(port, words, `CDR ${record(1)}`);
    await logger(port, words, "INFO: not a record");
    await logger(port, words, `CDR ${record(2)}`);
    await untilStored({ calls: 2, rows: 2, messages: 2 });
  });

  test("from elsewhere are told of once, and nothing of them is kept", async () => {
    await kamailio({ from: ["192.0.2.7"] });
    const told: Told = { strangers: [], errors: [] };
    const { port, close } = await started(told);
    await logger(port, ["--udp"], `CDR ${record(1)}`);
    await logger(port, ["--udp"], `CDR ${record(2)}`);
    await sendTcp(port, `<1>kamailio: CDR ${record(3)}\n`, "end").catch(() => undefined);
    while (told.strangers.length === 0) await sleep(5);
    await close();
    expect(told.strangers).toEqual(["127.0.0.1"]);
    expect(await stored()).toMatchObject({ calls: 0, messages: 0 });
  });

  test("that are cut off or too long are counted as lost; one that is no record waits in quarantine", async () => {
    await kamailio();
    const { port } = await started();
    await sendTcp(port, `<1>kamailio: CDR ${record(1)}\n<1>kamailio: CDR 2,177244`, "reset");
    await sendTcp(
      port,
      `<1>kamailio: CDR ${"x".repeat(70_000)}\n<1>kamailio: CDR ${record(3)}\n<1>kamailio: CDR what\n`,
    );
    await untilStored({ calls: 2, rows: 3, quarantined: 1 });
  });

  test("are kept on disk while the database takes none, and stored when it does, each once", async () => {
    await kamailio();
    const told: Told = { strangers: [], errors: [] };
    const url = withDatabase(inject("databaseUrl"), new URL(db.url.replace(/@\//, "@x/")).pathname.slice(1));
    await asSuperuser(url, "revoke insert on tollwright.source_files from tollwright_ingest");
    onTestFinished(() => asSuperuser(url, "grant insert on tollwright.source_files to tollwright_ingest"));
    const first = await started(told);
    for (let id = 1; id <= 5; id += 1) await logger(first.port, ["--tcp"], `CDR ${record(id)}`);
    while (told.errors.length === 0) await sleep(5);
    await first.close();
    expect(await stored()).toMatchObject({ calls: 0, messages: 0 });
    await asSuperuser(url, "grant insert on tollwright.source_files to tollwright_ingest");
    await started();
    await untilStored({ calls: 5, rows: 5, messages: 5 });
    const [source] = (await readdir(folder)).filter((name) => name !== "backlog-id");
    // What is stored goes from the disk right after its transaction.
    while ((await readdir(join(folder, source ?? ""))).length > 0) await sleep(5);
  });

  test.skipIf(!hasRsyslog())("come from rsyslog, as the guide configures it, with its queue on disk", async () => {
    await kamailio();
    const { port } = await started();
    const guide = await readFile(new URL("../../docs/guides/syslog.md", import.meta.url), "utf8");
    const [, action = ""] = /`\/etc\/rsyslog\.d\/60-cdr\.conf`:\n\n```\n([\s\S]*?)```/.exec(guide) ?? [];
    const plain = action
      .replace(/^.*StreamDriver.*\n/gm, "") // without TLS, as the guide says
      .replace('target="10.0.0.9" port="6514"', `target="127.0.0.1" port="${port}"`);
    const [config, input] = [join(folder, "rsyslog.conf"), join(folder, "log.sock")];
    await mkdir(join(folder, "spool"));
    await writeFile(
      config,
      `global(workDirectory="${join(folder, "spool")}")\nmodule(load="imuxsock" SysSock.Use="off")\n` +
        `input(type="imuxsock" Socket="${input}")\n${plain}`,
    );
    const rsyslog = new ServerProcess(RSYSLOGD, ["-n", "-f", config, "-i", join(folder, "pid")]);
    onTestFinished(() => rsyslog.kill());
    while (!existsSync(input)) await sleep(20);
    for (const id of [1, 2, 3])
      await run("logger", ["--socket", input, "--tag", "kamailio", "--id=17", "--", `CDR ${record(id)}`]);
    await run("logger", ["--socket", input, "--tag", "kamailio", "--", "no record"]);
    await untilStored({ calls: 3, messages: 3, quarantined: 0 });
  });

  test("over TLS need a certificate of the server, which proves its name", async () => {
    await kamailio();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
      ],
      { stdio: "ignore" },
    );
    const pem = { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
    await rm(key);
    await rm(cert);
    const { tlsPort } = await started(undefined, { port: 0, ...pem, ca: null });
    const socket = connectTls({ host: "127.0.0.1", port: tlsPort, servername: "localhost", ca: pem.cert });
    const message = `<134>1 - edge kamailio - - - CDR ${record(1)}`;
    socket.end(`${Buffer.byteLength(message)} ${message}`);
    await once(socket, "close");
    await untilStored({ calls: 1, messages: 1 });
  });
});
