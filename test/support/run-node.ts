import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Ran } from "./command-line.ts";

/** Runs Node with options of its own in the repository, and waits for its end. */
export async function runNode(
  nodeWords: readonly string[],
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const cwd = resolve(import.meta.dirname, "../..");
  const child = spawn(process.execPath, [...nodeWords, ...words], { cwd, env: { ...process.env, ...env } });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}
