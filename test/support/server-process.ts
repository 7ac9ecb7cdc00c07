import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that a test starts, with every process that it starts for its clients. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #said: Buffer[] = [];

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => this.#said.push(chunk));
  }

  /** What it has written so far: its log. */
  get said(): string {
    return Buffer.concat(this.#said).toString();
  }

  /** Waits until it has written this; throws what it wrote when it ended before. */
  async says(text: RegExp): Promise<void> {
    while (!text.test(this.said)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`it ended: ${this.said}`);
      await sleep(20);
    }
  }

  /** Waits until it ends by itself; its exit status, null when a signal ended it. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Ends it and its helpers at once, as a power cut would. */
  async kill(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    for (const pid of withDescendants(this.#child.pid)) killIfThere(pid);
    await ended;
  }
}

/** A process and those that it and they have started: some are leaders of groups of their own. */
function withDescendants(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
  return [pid, ...children.flatMap(withDescendants)];
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended meanwhile
  }
}
