import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ImportRequest } from "../../src/server/mediation/import-file.ts";

const PROGRAM = join(import.meta.dirname, "importer.ts");

/** When to kill: so many batches after the import began, and then so many milliseconds. */
export interface KillMoment {
  readonly batches: number;
  readonly ms: number;
}

/** How an import ended: `killed` only if it was killed before it was done. */
export type ImportEnd = "done" | "killed" | `failed ${string}`;

/** An importer in a process of its own, started and waiting for its order. */
export class ImporterProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #ready: Promise<unknown>;

  constructor(url: string) {
    const child = spawn(process.execPath, [PROGRAM, url], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined); // it has died before its order came: its end tells
    this.#child = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    this.#ready = this.#lines.next();
  }

  /** Imports, until the moment comes; null: undisturbed. The process is gone afterwards. */
  async import(requests: readonly ImportRequest[], moment: KillMoment | null): Promise<ImportEnd> {
    await this.#ready;
    let batches = 0;
    const killWhenDue = async () => {
      if (moment === null || batches !== moment.batches) return;
      await sleep(moment.ms);
      this.#child.kill("SIGKILL");
    };
    this.#child.stdin.write(`${JSON.stringify(requests)}\n`);
    const kills = [killWhenDue()];
    let end: ImportEnd | undefined;
    for await (const line of this.#lines) {
      if (line === "stored") {
        batches += 1;
        kills.push(killWhenDue());
        continue;
      }
      end = line as ImportEnd;
      break;
    }
    await this.stop();
    await Promise.all(kills);
    return end ?? (this.#child.signalCode === "SIGKILL" ? "killed" : `failed with status ${this.#child.exitCode}`);
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }
}
