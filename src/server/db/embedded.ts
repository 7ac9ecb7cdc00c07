import { setTimeout as sleep } from "node:timers/promises";
import { ensureCluster } from "./cluster.ts";
import { databaseStartFailed } from "./database-problems.ts";
import { type Lease, takeLease } from "./lease.ts";
import { disownForeign, readPostmaster } from "./postmaster-file.ts";
import { serverHome } from "./server-account.ts";
import { embeddedBinaries, isCode, type ServerBinaries } from "./server-binaries.ts";
import { type Launch, RECOVERY_MS_MAX, type SpawnOutcome, spawnServer, stopServer } from "./server-process.ts";
import { withStartLock } from "./start-lock.ts";

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
  /** Connection string of the superuser to the database `tollwright`, password included. Stays the same for life. */
  readonly url: string;
  /** Process id of the server as it is now: it is started again when it dies. */
  readonly pid: number;
  /** Lets go of the server, and stops it when no other process uses it. */
  stop(): Promise<void>;
}

/** A crashed server's children may hold its memory for a moment, and another process may be starting or stopping it. */
const RETRY_MS_MAX = 30_000;
/** Between tries to start a server again that died, say, of a full disk. */
const REVIVE_PAUSE_MS = 5_000;

/**
 * Starts the embedded PostgreSQL under `dataDir`, or attaches to the one that runs there already.
 *
 * Every process that uses the server holds a lease (a shared advisory lock on a connection of its own), which the
 * server drops when the process dies; `stop` shuts the server down when no other lease is left. So a server that
 * a killed Tollwright left behind is found, used, and stopped by the next one. When the server itself dies, the
 * lease breaks and it is started again.
 *
 * @throws Problem `database-start-failed`, with the server's own words; `database-dir-incompatible`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const launch = await explained(options.dataDir, prepare(options));
  let lease = await explained(options.dataDir, bringUp(launch));
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  let restart = Promise.resolve();
  const watch = () => {
    void lease.lost.then(() => {
      if (!stopping.signal.aborted) restart = revive();
    });
  };
  const revive = async () => {
    launch.log("The database server died; starting it again.");
    while (!stopping.signal.aborted) {
      try {
        lease = await bringUp({ ...launch, port: lease.server.port });
        return watch();
      } catch (error) {
        launch.log(String(error));
        // stop() cuts it short
        await sleep(REVIVE_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  watch();
  const stop = async () => {
    stopping.abort();
    await restart;
    if (await lease.release()) await stopServer(launch, lease.server.pid);
  };
  return {
    url: lease.url,
    get pid() {
      return lease.server.pid;
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** A folder that can't be made or written is the user's to mend, and no bug. */
async function explained<T>(dataDir: string, work: Promise<T>): Promise<T> {
  return await work.catch((cause: unknown) => {
    if (!isCode(cause, "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "ENOTDIR", "EEXIST")) throw cause;
    throw databaseStartFailed({
      what: `The built-in database can't use the data folder ${dataDir}: ${(cause as Error).message}.`,
      fix: "Check the folder's owner and permissions and the free space, or choose another with TOLLWRIGHT_DATA_DIR.",
      cause,
    });
  });
}

async function prepare(options: EmbeddedOptions): Promise<Launch> {
  const log = options.log ?? (() => undefined);
  const { home, account } = await serverHome(options.dataDir, log);
  const binaries = options.binaries ?? (await embeddedBinaries(home, account));
  const cluster = await ensureCluster({ home, account, binaries, log });
  return { ...cluster, account, binaries, durable: options.durable, log };
}

/** Finds the running server or starts one, until one takes our lease. */
async function bringUp(launch: Launch): Promise<Lease> {
  const startedAt = performance.now();
  for (;;) {
    const outcome = await findOrSpawn(launch);
    const lease = outcome.kind === "up" ? await takeLease(outcome.postmaster, launch.password) : undefined;
    if (lease) return lease;
    const starting = outcome.kind === "up" && !outcome.postmaster.ready;
    if (performance.now() > startedAt + (starting ? RECOVERY_MS_MAX : RETRY_MS_MAX)) {
      const said = outcome.kind === "busy" ? outcome.said : `process ${outcome.postmaster.pid} does not answer.`;
      throw databaseStartFailed({
        what: `The built-in database in ${launch.dir} did not start: ${said}`,
        fix: "Another server holds this folder. Stop it, or give Tollwright another data folder.",
      });
    }
    await sleep(50);
  }
}

async function findOrSpawn(launch: Launch): Promise<SpawnOutcome> {
  const running = await readPostmaster(launch.dir);
  if (typeof running === "object") return { kind: "up", postmaster: running };
  const outcome = await withStartLock(launch.dir, RETRY_MS_MAX, async (): Promise<SpawnOutcome> => {
    const found = await readPostmaster(launch.dir); // another process may have started it meanwhile
    if (typeof found === "object") return { kind: "up", postmaster: found };
    if (found === "foreign") await disownForeign(launch.dir);
    return await spawnServer(launch);
  });
  return outcome ?? { kind: "busy", said: "another process has been starting it for too long." };
}
