import { type ChildProcess, execFile, spawn } from "node:child_process";
import { constants } from "node:fs";
import { chown, mkdir, open, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { invariant } from "../../core/invariant.ts";
import type { Cluster } from "./cluster.ts";
import { databaseStartFailed } from "./database-problems.ts";
import { type Postmaster, readPostmaster } from "./postmaster-file.ts";
import type { ServerAccount } from "./server-account.ts";
import type { ServerBinaries } from "./server-binaries.ts";
import { serverEnvironment } from "./server-environment.ts";
import { serverSizes } from "./server-sizes.ts";

/** All it takes to run the server on a cluster. */
export interface Launch extends Cluster {
  readonly account: ServerAccount | undefined;
  readonly binaries: ServerBinaries;
  readonly durable: boolean;
  /** TCP port to listen on again after a restart, where TCP is used. */
  readonly port?: number;
  readonly log: (line: string) => void;
}

/** `busy`: another server holds, or a dying one still held, the cluster; worth another try. */
export type SpawnOutcome =
  | { readonly kind: "up"; readonly postmaster: Postmaster }
  | { readonly kind: "busy"; readonly said: string };

/** sun_path of a unix socket: 108 bytes on Linux, 104 on macOS, with the final zero. */
const SOCKET_PATH_BYTES_MAX = process.platform === "darwin" ? 103 : 107;

/** Replaying the log after a crash may take minutes on a slow disk. */
export const RECOVERY_MS_MAX = 15 * 60_000;
const STOP_MS_MAX = 120_000;
const SAY_EVERY_MS = 10_000;
const LAST_WORDS_LINES = 5;
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** Starts the server and waits until it takes connections. */
export async function spawnServer(launch: Launch): Promise<SpawnOutcome> {
  const logFile = join(launch.home, "server.log");
  const output = await openLog(logFile, launch.account);
  let child: ChildProcess;
  let logStart: number;
  try {
    logStart = (await output.stat()).size;
    child = spawn(launch.binaries.postgres, ["-D", launch.dir, ...(await serverOptions(launch))], {
      cwd: "/",
      env: serverEnvironment(),
      detached: true, // Ctrl-C reaches Tollwright alone, which then stops the server in order
      windowsHide: true,
      stdio: ["ignore", output.fd, output.fd],
      ...(launch.account && { uid: launch.account.uid, gid: launch.account.gid }),
    });
  } finally {
    await output.close();
  }
  const exit = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ? `killed by ${signal}` : `exit status ${code}`));
  });
  child.unref();
  const ready = await untilReady(launch, child.pid, exit);
  if (typeof ready === "object") return { kind: "up", postmaster: ready };
  return explainExit(launch, (await readFile(logFile, "utf8")).slice(logStart), ready);
}

async function untilReady(
  launch: Launch,
  pid: number | undefined,
  exit: Promise<string>,
): Promise<Postmaster | string> {
  let exited: string | undefined;
  void exit.then((how) => {
    exited = how;
  });
  const startedAt = performance.now();
  for (let sayAt = startedAt + SAY_EVERY_MS; ; ) {
    const found = await readPostmaster(launch.dir);
    if (typeof found === "object" && found.pid === pid && found.ready) return found;
    if (exited !== undefined) return exited;
    const now = performance.now();
    if (now > startedAt + RECOVERY_MS_MAX) return `not ready after ${RECOVERY_MS_MAX / 60_000} minutes`;
    if (now > sayAt) {
      launch.log("The database is recovering from a crash; this can take minutes.");
      sayAt += SAY_EVERY_MS;
    }
    await sleep(10);
  }
}

/** Tells a cluster in use from a server that can't start, by the server's last words. */
function explainExit(launch: Launch, logText: string, how: string): SpawnOutcome {
  const lines = logText
    .split("\n")
    .filter((line) => line !== "")
    .slice(-LAST_WORDS_LINES);
  const text = lines.map((line) => line.replace(/^[-\d]+ [:.\d]+ UTC \[\d+\] /, "")).join(" ") || how;
  if (/lock file ".*" (already exists|is empty)|pre-existing shared memory block/.test(text))
    return { kind: "busy", said: text };
  if (how.startsWith("killed by")) return { kind: "busy", said: how };
  if (/Address already in use|could not create any (TCP|Unix)/.test(logText)) return { kind: "busy", said: text };
  const full = /No space left on device|Disk quota exceeded|File too large/.test(logText);
  throw databaseStartFailed({
    what: `The built-in database in ${launch.dir} did not start: ${text}`,
    fix: full
      ? `Free some space on the disk that holds ${launch.home} and start again; nothing committed is lost.`
      : `Mend what the message names and start again; ${join(launch.home, "server.log")} has the whole story.`,
  });
}

async function openLog(path: string, account: ServerAccount | undefined) {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > LOG_BYTES_MAX) await rename(path, `${path}.1`);
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_WRONLY, 0o600);
  if (account) await chown(path, account.uid, account.gid);
  return file;
}

async function serverOptions(launch: Launch): Promise<string[]> {
  const settings: Record<string, string> = {
    ...(await listenSettings(launch)),
    max_connections: "100",
    ...(await sizeSettings(launch)),
    wal_level: "minimal", // no replicas here, and a COPY into a new table then skips the log
    max_wal_senders: "0",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    fsync: launch.durable ? "on" : "off",
    synchronous_commit: launch.durable ? "on" : "off",
    full_page_writes: launch.durable ? "on" : "off",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** A server of tests, which are many at once, stays small. */
async function sizeSettings({ durable, dir }: Launch): Promise<Record<string, string>> {
  if (!durable) return { shared_buffers: "128MB", max_wal_size: "4GB" };
  const { bavail, bsize } = await statfs(dir);
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const { sharedBuffersMib, maxWalMib } = serverSizes(memory, bavail * bsize);
  return {
    shared_buffers: `${sharedBuffersMib}MB`,
    max_wal_size: `${maxWalMib}MB`,
    checkpoint_timeout: "15min",
  };
}

/** A unix socket in a folder only the account can enter; TCP on loopback where sockets or their paths don't fit. */
async function listenSettings(launch: Launch): Promise<Record<string, string>> {
  const sockets = join(launch.home, "run");
  const fits = Buffer.byteLength(join(sockets, ".s.PGSQL.65535.lock")) <= SOCKET_PATH_BYTES_MAX;
  if (process.platform === "win32" || !fits)
    return {
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      port: String(launch.port ?? (await freePort())),
    };
  await rm(sockets, { recursive: true, force: true }); // a killed server's socket and its lock
  await mkdir(sockets, { mode: 0o700 });
  if (launch.account) await chown(sockets, launch.account.uid, launch.account.gid);
  return { listen_addresses: "", unix_socket_directories: sockets, port: "5432" };
}

/** A TCP port that was free a moment ago; should another program take it first, the server is started again. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      invariant(typeof address === "object" && address, "a TCP server has an address");
      probe.close(() => resolve(address.port));
    });
  });
}

/**
 * Stops the server with process id `pid`: connections are cut, transactions rolled back, everything committed is on
 * disk. The wait is our own: pg_ctl's takes a server that another process starts meanwhile for the old one.
 */
export async function stopServer(launch: Launch, pid: number): Promise<void> {
  const identity = launch.account && { uid: launch.account.uid, gid: launch.account.gid };
  const stop = promisify(execFile)(
    launch.binaries.pgCtl,
    ["stop", "-D", launch.dir, "--mode=fast", "--no-wait", "--silent"],
    { cwd: "/", env: serverEnvironment(), ...identity },
  );
  await stop.catch(() => undefined); // it had died by itself, or the wait below tells
  for (const deadline = performance.now() + STOP_MS_MAX; ; await sleep(10)) {
    const found = await readPostmaster(launch.dir);
    if (typeof found !== "object" || found.pid !== pid) return;
    if (performance.now() < deadline) continue;
    throw databaseStartFailed({
      what: `The built-in database in ${launch.dir} did not stop within ${STOP_MS_MAX / 1000} s.`,
      fix: `See ${join(launch.home, "server.log")}; the next start finds the server and uses it.`,
    });
  }
}
