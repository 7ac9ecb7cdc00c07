import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../src/core/problem.ts";
import type { SeededRandom } from "../support/seeded-random.ts";

/**
 * What is killed: the server's first process alone, it and all its children, or one child, which makes the first
 * start anew.
 */
export const VICTIMS = ["server", "everything", "child"] as const;
export type Victim = (typeof VICTIMS)[number];

/**
 * Kills a PostgreSQL server by `kill -9`, with its process number as it is now, and waits until none of its children
 * is left.
 */
export async function killServer(pid: number, victim: Victim, random: SeededRandom): Promise<void> {
  const children = await childrenOf(pid);
  const [unlucky = pid] = random.shuffled(children);
  if (victim === "server" || victim === "everything") kill(pid);
  if (victim === "everything") children.forEach(kill);
  if (victim === "child") kill(unlucky);
  for (const child of children) while (await isAlive(child)) await sleep(5);
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has just died by itself
  }
}

/** Whether a process runs: a zombie, which a container without an init never reaps, does not. */
const isAlive = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")) !== "";

/** Whether an error is what a dying, dead or recovering server leaves its clients with. */
export function isCut(error: unknown): boolean {
  if (error instanceof Problem) return error.code === "database-unreachable" || isCut(error.cause);
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(57P0[1-3]|08|ECONN|EPIPE|ENOENT|ERR_STREAM)/.test(code) ||
    /^Connection terminated|not queryable$/.test(error.message)
  );
}
