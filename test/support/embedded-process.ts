import { createInterface } from "node:readline";
import { Problem } from "../../src/core/problem.ts";
import { startEmbedded } from "../../src/server/db/embedded.ts";

/**
 * A process of its own that uses the embedded server: `node embedded-process.ts <dataDir>`. Says where the server is
 * in one line of JSON, holds it until its input ends, and then lets go of it.
 */
async function run(dataDir: string): Promise<void> {
  const server = await startEmbedded({ dataDir, durable: true, log: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid })}\n`);
  for await (const _ of createInterface(process.stdin)); // until it ends
  await server.stop();
}

run(process.argv[2] ?? "").catch((error: unknown) => {
  const said =
    error instanceof Problem ? { code: error.code, what: error.what, fix: error.fix } : { what: String(error) };
  process.stdout.write(`${JSON.stringify(said)}\n`);
  process.exitCode = 2;
});
