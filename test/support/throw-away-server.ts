import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../src/server/db/embedded.ts";
import { processExists, readPostmaster } from "../../src/server/db/postmaster-file.ts";
import type { ServerBinaries } from "../../src/server/db/server-binaries.ts";

const FOLDER = "tollwright-throw-away-";

/**
 * A server of its own in a temporary folder, without fsync unless `durable`; `stop` removes both, `pid` is its
 * process now.
 */
export async function throwAwayServer({
  binaries,
  durable = false,
}: {
  binaries?: ServerBinaries | undefined;
  durable?: boolean;
} = {}): Promise<{ readonly url: string; readonly pid: number; stop(): Promise<void> }> {
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
    stop,
  };
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
