import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A server that a test starts, with every process that it starts for its clients. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #said: Buffer[] = [];

  constructor(command: string, args: readonly string[]) {
    // Leader of a group of its own: its helpers are ended with it, and nothing else is.
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => this.#said.push(chunk));
  }

  /** What it has written so far: its log. */
  get said(): string {
    return Buffer.concat(this.#said).toString();
  }

  /** Ends it and its helpers at once, as a power cut would. */
  async kill(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    process.kill(-this.#child.pid, "SIGKILL");
    await ended;
  }
}
