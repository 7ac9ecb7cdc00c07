import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import pc from "picocolors";
import type { Command, CommandGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runCli } from "../../src/cli/run.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { loadConfig } from "../../src/config.ts";
import type { Database } from "../../src/server/db/database.ts";

/** What a command line left behind. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The clock of every command line that runs in the test's own process. */
export const NOW = Temporal.Instant.from("2026-03-15T12:00:00Z");

interface Given {
  readonly db?: Database;
  readonly stdin?: string;
  readonly entries?: readonly (Command | CommandGroup)[];
  readonly surroundings?: Partial<Surroundings>;
}

/** Runs the words after `tollwright` in this process, on a test's database. */
export async function tollwright(
  words: readonly string[],
  { db, stdin = "", entries, surroundings }: Given = {},
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCli(words, {
    version: "0.0.0-test",
    entries: entries ?? COMMANDS,
    stdin: Readable.from([stdin]),
    ...{ stdout, stderr },
    colors: pc.createColors(false),
    watched: false,
    width: 100,
    author: "cli:test",
    signal: new AbortController().signal,
    now: () => NOW,
    loadConfig: () => loadConfig({}),
    connect: async () => {
      if (db === undefined) throw new Error("this command line was not meant to need a database");
      return { db, embedded: false, close: async () => undefined, abandon: async () => undefined };
    },
    ...surroundings,
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

/** The same with `--json`: the status and the one document. */
export async function tollwrightJson<Document = unknown>(
  words: readonly string[],
  given: Given = {},
): Promise<{ readonly status: number | null; readonly document: Document }> {
  const { status, stdout } = await tollwright([...words, "--json"], given);
  return { status, document: JSON.parse(stdout) as Document };
}

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");

/** Starts `node src/main.ts …` as a process of its own. */
export function startTollwright(words: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, ...env }, stdio: "pipe" });
  const ended = async (): Promise<Ran> => {
    // A test may close the child's standard output: then nothing more is read of it.
    const [stdout, stderr] = [said(child.stdout), said(child.stderr)];
    const [status] = (await once(child, "close")) as [number | null];
    return { status, stdout: stdout(), stderr: stderr() };
  };
  return { child, ended: ended() };
}

/** What a stream says, so far. By events, which leave the stream to other listeners. */
function said(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", () => undefined); // closed by the test: then nothing more is read of it
  return () => Buffer.concat(chunks).toString();
}
