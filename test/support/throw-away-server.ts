import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startEmbedded } from "../../src/server/db/embedded.ts";
import { processExists, readPostmaster } from "../../src/server/db/postmaster-file.ts";
import type { ServerBinaries } from "../../src/server/db/server-binaries.ts";

const FOLDER = "tollwright-throw-away-";

/** A server of a test's own. */
export interface ThrowAwayServer {
  readonly url: string;
  /** Its process now. */
  readonly pid: number;
  /** Ends it as a crash would; it comes back by itself. */
  kill(): Promise<void>;
  /** Waits until it is back. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** A server in a temporary folder, without fsync unless `durable`. */
export async function throwAwayServer({
  binaries,
  durable = false,
}: {
  binaries?: ServerBinaries | undefined;
  durable?: boolean;
} = {}): Promise<ThrowAwayServer> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  await chmod(dataDir, 0o755); // as root the server runs as another account, which has to pass
  const server = await startEmbedded({ dataDir, durable, ...(binaries && { binaries }) });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return {
    url: server.url,
    get pid() {
      return server.pid;
    },
    kill: async () => void process.kill(server.pid, "SIGKILL"),
    start: () => untilItAnswers(server.url),
    stop,
  };
}

async function untilItAnswers(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    const isThere = await client.connect().then(
      () => true,
      () => false,
    );
    if (isThere) return await client.end();
    await sleep(50);
  }
}

/** What killed test runs left behind: a folder carries the number of the process that made it. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(FOLDER) || processExists(Number.parseInt(name.slice(FOLDER.length), 10))) continue;
    const running = await readPostmaster(join(tmpdir(), name, "postgres/cluster"));
    if (typeof running === "object") process.kill(running.pid, "SIGQUIT");
    await rm(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 3 });
  }
}
