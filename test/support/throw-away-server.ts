import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../src/server/db/embedded.ts";
import type { ServerBinaries } from "../../src/server/db/server-binaries.ts";

/** A server of its own in a temporary folder, without fsync; `stop` removes both. */
export async function throwAwayServer(
  binaries?: ServerBinaries,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "tollwright-test-"));
  await chmod(dataDir, 0o755); // as root the server runs as another account, which has to pass
  const server = await startEmbedded({ dataDir, durable: false, ...(binaries && { binaries }) });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}
