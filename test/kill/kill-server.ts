import { readFile } from "node:fs/promises";
import { Problem } from "../../src/core/problem.ts";
import type { SeededRandom } from "../support/seeded-random.ts";

/** What is killed: the server's first process alone, it and all its children, or one child, which makes the first start anew. */
export const VICTIMS = ["server", "everything", "child"] as const;
export type Victim = (typeof VICTIMS)[number];

/** Kills a PostgreSQL server by `kill -9`, with its process number as it is now. */
export async function killServer(pid: number, victim: Victim, random: SeededRandom): Promise<void> {
  const children = victim === "server" ? [] : await childrenOf(pid);
  if (victim !== "child") kill(pid);
  const [first = pid, ...others] = random.shuffled(children);
  for (const child of victim === "child" ? [first] : [first, ...others]) kill(child);
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

/** Whether an error is what a dying, dead or recovering server leaves its clients with. */
export function isCut(error: unknown): boolean {
  if (error instanceof Problem) return error.code === "database-unreachable";
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(57P0[1-3]|08|ECONN|EPIPE|ENOENT|ERR_STREAM)/.test(code) ||
    /^Connection terminated|not queryable$/.test(error.message)
  );
}
