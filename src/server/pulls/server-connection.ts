import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../core/problem.ts";
import type { FileServer } from "./file-server.ts";
import { serverUnreachable } from "./problems.ts";

/** Tries of one piece of work, each over a connection of its own. */
const TRIES_MAX = 3;
/** The pause after the first cut; the next ones double. */
const PAUSE_MS = 500;

/** A connection to a server that is made when it is needed, and made anew when it was cut. */
export class ServerConnection {
  readonly #open: () => Promise<FileServer>;
  readonly #signal: AbortSignal;
  #server: FileServer | undefined;

  constructor(open: () => Promise<FileServer>, signal: AbortSignal) {
    this.#open = open;
    this.#signal = signal;
    signal.addEventListener("abort", this.#close);
  }

  /**
   * Does a piece of work that may be done again when the connection is cut. Errors: what opening and `work` throw;
   * Problem `server-unreachable` for a cut that did not pass.
   */
  async use<T>(work: (server: FileServer) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      this.#server ??= await this.#open();
      const { name } = this.#server;
      try {
        return await work(this.#server);
      } catch (cause) {
        const isAnswer = cause instanceof Problem && cause.code !== "transfer-cut";
        if (isAnswer) throw cause;
        await this.close();
        if (tries === TRIES_MAX || this.#signal.aborted) {
          if (cause instanceof Problem) throw cause;
          throw serverUnreachable({
            server: name,
            reason: cause instanceof Error ? cause.message : String(cause),
            cause,
          });
        }
      }
      await sleep(PAUSE_MS * 2 ** (tries - 1), undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  /** Ends the connection, and whatever goes on over it. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#close);
    await this.close();
  }

  readonly #close = (): void => void this.close().catch(() => undefined);
}
