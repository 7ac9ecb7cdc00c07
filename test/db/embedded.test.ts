import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmbedded } from "../../src/server/db/embedded.ts";

const PROCESS = join(import.meta.dirname, "../support/embedded-process.ts");
const AS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

let dataDir: string;
/** A data folder whose server has run and stopped: to make one takes seconds, to copy it a moment. */
let usedDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  usedDir = await mkdtemp(join(tmpdir(), "tollwright-embedded-used-"));
  await chmod(usedDir, 0o755);
  await (await startEmbedded({ dataDir: usedDir, durable: true })).stop();
});
afterAll(() => rm(usedDir, { recursive: true, force: true }));

/** Makes the test's data folder one that was used before. */
const useBefore = () => promisify(execFile)("cp", ["-a", `${usedDir}/.`, dataDir]);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tollwright-embedded-"));
  await chmod(dataDir, 0o755);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.stdin?.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  const home = await realpath(join(dataDir, "postgres")).catch(() => null);
  if (home !== null) {
    const isLeft = existsSync(join(home, "cluster/postmaster.pid")); // a killed process leaves its server running
    if (isLeft) await (await startEmbedded({ dataDir, durable: true })).stop();
    await rm(home, { recursive: true });
  }
  await rm(dataDir, { recursive: true, force: true });
});

interface Said {
  readonly url: string;
  readonly pid: number;
  readonly code?: string;
  readonly what?: string;
}

/** Starts a process that uses the server, and hands back what it said about it. */
async function launch(options: { uid?: number; prefix?: readonly string[]; dir?: string } = {}) {
  const [program = "", ...args] = [...(options.prefix ?? []), process.execPath, PROCESS, options.dir ?? dataDir];
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  const uncached = options.prefix && { NODE_DISABLE_COMPILE_CACHE: "1" }; // a limit would be on its files as well
  const env = { ...process.env, ...uncached };
  const child = spawn(program, args, { cwd: "/", env, stdio: ["pipe", "pipe", "inherit"], ...identity });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const stop = async (signal?: NodeJS.Signals) => {
    if (signal) child.kill(signal);
    else child.stdin.end();
    await once(child, "exit");
  };
  return { ...(JSON.parse(line) as Said), stop };
}

async function ask<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The same, again and again while the server is away; the test's own time limit ends it. */
async function askUntilUp<Row extends object>(url: string, sql: string): Promise<Row[]> {
  for (;;) {
    try {
      return await ask<Row>(url, sql);
    } catch (error) {
      const away = error instanceof Error && "code" in error && /^(ECONN|ENOENT|EPIPE|57P)/.test(String(error.code));
      const cut = error instanceof Error && error.message.startsWith("Connection terminated");
      if (!away && !cut) throw error;
    }
  }
}

/** Whether a process runs: a zombie, which a container without an init never reaps, does not. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

describe("the server", () => {
  test("is UTF-8, sorts by code point, keeps checksums and syncs", async () => {
    const server = await startEmbedded({ dataDir, durable: true });
    const [settings] = await ask(
      server.url,
      `select current_setting('server_encoding') as encoding, datcollate as collation,
         current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
         current_setting('listen_addresses') as tcp
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual({ encoding: "UTF8", collation: "C", checksums: "on", fsync: "on", tcp: "" });
    await server.stop();
    await expect.poll(() => isAlive(server.pid)).toBe(false); // its last breath comes after its last file is gone
  });

  test("lets in nobody without the password, which only its account can read", async () => {
    await useBefore();
    const server = await startEmbedded({ dataDir, durable: true });
    const guess = server.url.replace(/:[^:@]*@/, ":guess@");
    await expect(ask(guess, "select 1")).rejects.toThrow("password authentication failed");
    const home = join(dataDir, "postgres");
    const modes = await Promise.all(
      ["", "run", "cluster", "cluster/tollwright.password"].map(
        async (path) => (await stat(join(home, path))).mode & 0o77,
      ),
    );
    expect(modes).toEqual([0, 0, 0, 0]);
    await server.stop();
  });

  test("listens on loopback where the path of a socket would be too long", async () => {
    const long = join(dataDir, "x".repeat(90));
    const server = await startEmbedded({ dataDir: long, durable: true });
    expect(server.url).toMatch(/@127\.0\.0\.1:\d+\/tollwright$/);
    expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  });

  test("says in its own words why it can't start", async () => {
    await useBefore();
    const settings = join(dataDir, "postgres/cluster/postgresql.conf");
    const text = await readFile(settings, "utf8");
    await writeFile(settings, `${text}\nworkmem = 4MB\n`);
    await expect(startEmbedded({ dataDir, durable: true })).rejects.toMatchObject({
      code: "database-start-failed",
      what: expect.stringContaining('unrecognized configuration parameter "workmem"'),
    });
    await writeFile(settings, text);
  });

  test.each([
    ["a file", "postgres"],
    ["a folder in a file", "postgres/more"],
  ])("is not started in %s", async (_, path) => {
    const dir = join(dataDir, "other");
    await mkdir(dir);
    await writeFile(join(dir, "postgres"), "");
    await expect(startEmbedded({ dataDir: join(dir, path), durable: true })).rejects.toMatchObject({
      code: "database-start-failed",
      what: expect.stringContaining("can't use the data folder"),
    });
  });

  test("refuses the folder of another major version", async () => {
    await useBefore();
    const version = join(dataDir, "postgres/cluster/PG_VERSION");
    const text = await readFile(version, "utf8");
    await writeFile(version, "14\n");
    await expect(startEmbedded({ dataDir, durable: true })).rejects.toMatchObject({
      code: "database-dir-incompatible",
      what: expect.stringContaining("was made by PostgreSQL 14"),
    });
    await writeFile(version, text);
  });
});

describe("several processes", () => {
  test("that start at once on an empty folder share one server, and the last to leave stops it", async () => {
    const users = await Promise.all([launch(), launch(), launch(), launch()]);
    expect(new Set(users.map((user) => user.pid)).size).toBe(1);
    const [first, ...others] = users;
    await Promise.all(others.map((user) => user.stop()));
    expect(await ask(first!.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await first!.stop();
    await expect.poll(() => isAlive(first!.pid)).toBe(false);
  });

  test("one comes while another leaves: it has a server all the same", async () => {
    await useBefore();
    for (let round = 0; round < 5; round++) {
      const leaving = await startEmbedded({ dataDir, durable: true });
      const [, coming] = await Promise.all([leaving.stop(), startEmbedded({ dataDir, durable: true })]);
      expect(await ask(coming.url, "select 1 as one")).toEqual([{ one: 1 }]);
      await coming.stop();
    }
  });

  test("a killed one leaves the server to the next, which stops it", async () => {
    await useBefore();
    const killed = await launch();
    await killed.stop("SIGKILL");
    expect(isAlive(killed.pid)).toBe(true);
    const next = await startEmbedded({ dataDir, durable: true });
    expect(next.pid).toBe(killed.pid);
    await next.stop();
    await expect.poll(() => isAlive(killed.pid)).toBe(false);
  });
});

describe("after a crash", () => {
  test("a server killed ten times comes back by itself, with every row that was committed", async () => {
    await useBefore();
    const said: string[] = [];
    const server = await startEmbedded({ dataDir, durable: true, log: (line) => said.push(line) });
    const pidFile = join(dataDir, "postgres/cluster/postmaster.pid");
    await ask(server.url, "create table kept (n int)");
    for (let n = 1; n <= 10; n++) {
      await ask(server.url, `insert into kept values (${n})`);
      process.kill(Number.parseInt(await readFile(pidFile, "utf8"), 10), "SIGKILL");
      const [kept] = await askUntilUp(server.url, "select count(*)::int as rows, max(n) as last from kept");
      expect(kept).toEqual({ rows: n, last: n });
    }
    expect(said).toContain("The database server died; starting it again.");
    await server.stop();
    await expect.poll(() => isAlive(server.pid)).toBe(false);
  });

  test("killed together with the process that launched it, it starts again", async () => {
    await useBefore();
    for (let round = 0; round < 3; round++) {
      const user = await launch();
      process.kill(user.pid, "SIGKILL");
      await user.stop("SIGKILL");
      const next = await launch();
      expect(await ask(next.url, "select 1 as one")).toEqual([{ one: 1 }]);
      await next.stop();
    }
  });

  test("a process number in its lock file that now belongs to another program stops nobody", async () => {
    await useBefore();
    const cluster = join(dataDir, "postgres/cluster");
    await writeFile(join(cluster, "postmaster.pid"), `${process.pid}\n${cluster}\n0\n5432\n\n\n0 0\nready   \n`);
    const server = await startEmbedded({ dataDir, durable: true });
    expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  });
});

describe("accounts", () => {
  test.runIf(AS_ROOT)("root runs it as an unprivileged account, another user as itself", async () => {
    const server = await startEmbedded({ dataDir, durable: true });
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    await server.stop();
    const dir = join(dataDir, "nobody");
    await mkdir(dir);
    await chmod(dir, 0o777);
    const user = await launch({ uid: NOBODY, dir });
    expect((await stat(`/proc/${user.pid}`)).uid).toBe(NOBODY);
    await user.stop();
    await expect.poll(() => isAlive(user.pid)).toBe(false);
  });

  test.runIf(AS_ROOT)("a user is told whose folder it is that root made", async () => {
    await useBefore();
    const user = await launch({ uid: NOBODY });
    expect(user).toMatchObject({ code: "database-start-failed", what: expect.stringContaining("another account") });
  });

  test.runIf(process.getuid)("a data folder that it makes is its owner's: no one else can list it", async () => {
    const dir = join(dataDir, "made/data");
    const server = await startEmbedded({ dataDir: dir, durable: true });
    expect((await stat(dir)).mode & 0o777).toBe(AS_ROOT ? 0o711 : 0o700);
    expect(await realpath(join(dir, "postgres"))).toBe(join(await realpath(dir), "postgres"));
    await server.stop();
  });

  test.runIf(AS_ROOT)("root's own folder, closed to others, gets its server elsewhere", async () => {
    await chmod(dataDir, 0o700);
    const said: string[] = [];
    const server = await startEmbedded({ dataDir, durable: true, log: (line) => said.push(line) });
    expect(await realpath(join(dataDir, "postgres"))).toMatch(/^\/var\/lib\/tollwright\/postgres-/);
    expect(said[0]).toContain("can't reach");
    expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  });
});

test.runIf(process.platform === "linux")("a full disk is named, and nothing half-made stays", async () => {
  const user = await launch({ prefix: ["prlimit", "--fsize=1000000"] });
  expect(user).toMatchObject({ code: "database-start-failed", what: expect.stringContaining("File too large") });
  const next = await startEmbedded({ dataDir, durable: true });
  expect(await ask(next.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await next.stop();
});

if (!AS_ROOT) process.stderr.write("SKIPPED: the account tests of the embedded server: run them as root.\n");
