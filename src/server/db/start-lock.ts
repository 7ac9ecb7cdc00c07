import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "./server-binaries.ts";

/**
 * Runs `work` while no other process of this machine runs one for the same cluster; `undefined` when another one kept
 * the lock for `waitMs`.
 *
 * The lock is a name in Linux's abstract socket namespace, which the kernel frees however its holder dies. Elsewhere
 * there is none and none is needed: it guards the repair of postmaster.pid, which happens on Linux only, and two
 * servers on one cluster exclude each other by themselves.
 */
export async function withStartLock<T>(
  cluster: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (process.platform !== "linux") return await work();
  const name = `\0tollwright-${createHash("sha256").update(cluster).digest("hex").slice(0, 32)}`;
  const deadline = performance.now() + waitMs;
  let lock = await bind(name);
  while (!lock) {
    if (performance.now() > deadline) return undefined;
    await sleep(20);
    lock = await bind(name);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function bind(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once("error", (error) => (isCode(error, "EADDRINUSE") ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server));
  });
}
