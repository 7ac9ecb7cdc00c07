import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureCluster } from "./cluster.ts";
import { databaseStartFailed } from "./database-problems.ts";
import { type Lease, takeLease } from "./lease.ts";
import { readPostmaster } from "./postmaster-file.ts";
import { serverHome } from "./server-account.ts";
import { embeddedBinaries, type ServerBinaries } from "./server-binaries.ts";
import { spawnServer, stopServer } from "./server-process.ts";

export interface EmbeddedOptions {
  /** Tollwright's data folder; the server's files go to `postgres` below it. Made when absent. */
  readonly dataDir: string;
  /** False turns fsync off: for tests only, a power cut then destroys the database. */
  readonly durable: boolean;
  /** Receives a line whenever something takes long or is decided for the user. */
  readonly log?: (line: string) => void;
  /** Another PostgreSQL than the one in the npm package, such as Debian's. */
  readonly binaries?: ServerBinaries;
}

/** A running server that this process uses, whoever started it. */
export interface EmbeddedServer {
  /** Connection string of the superuser to the database `tollwright`, password included. */
  readonly url: string;
  readonly pid: number;
  /** Lets go of the server, and stops it when no other process uses it. */
  stop(): Promise<void>;
}

/** A crashed server's children may hold its memory for a moment, and another process may be starting or stopping it. */
const RETRY_FOR_MS = 20_000;

/**
 * Starts the embedded PostgreSQL under `dataDir`, or attaches to the one that runs there already.
 *
 * Every process that uses the server holds a lease (a shared advisory lock on a connection of its own), which the
 * server drops when the process dies; `stop` shuts the server down when no other lease is left. So a server that
 * a killed Tollwright left behind is found, used, and stopped by the next one.
 *
 * @throws Problem `database-start-failed`, with the server's own words; `database-dir-incompatible`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const log = options.log ?? (() => undefined);
  const { home, account } = await serverHome(options.dataDir, log);
  const binaries = options.binaries ?? (await embeddedBinaries(home, account));
  const cluster = await ensureCluster({ home, account, binaries, log });
  const launch = { ...cluster, account, binaries, durable: options.durable, log };
  const deadline = performance.now() + RETRY_FOR_MS;
  for (;;) {
    const running = await readPostmaster(cluster.dir);
    if (running === "stale") await rm(join(cluster.dir, "postmaster.pid"), { force: true });
    const outcome =
      typeof running === "object" ? { kind: "up" as const, postmaster: running } : await spawnServer(launch);
    if (outcome.kind === "up") {
      const lease = await takeLease(outcome.postmaster, cluster.password);
      if (lease) return serve(lease, outcome.postmaster.pid, () => stopServer(launch));
    }
    if (performance.now() > deadline) {
      const said = outcome.kind === "busy" ? outcome.said : `process ${outcome.postmaster.pid} does not answer`;
      throw databaseStartFailed({
        what: `The built-in database in ${cluster.dir} did not start: ${said}`,
        fix: "Another server holds this folder. Stop it, or give Tollwright another data folder.",
      });
    }
    await sleep(100);
  }
}

function serve(lease: Lease, pid: number, shutDown: () => Promise<void>): EmbeddedServer {
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    if (await lease.release()) await shutDown();
  };
  return { url: lease.url, pid, stop: () => (stopped ??= stop()) };
}
