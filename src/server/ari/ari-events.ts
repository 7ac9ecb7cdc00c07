import { setTimeout as sleep } from "node:timers/promises";
import { type AriEventOutcome, readAriEvent } from "../../protocol/agi/ari-event.ts";
import { eventsOf } from "../../protocol/agi/ari-request.ts";
import type { AriClient } from "./ari-client.ts";

/** What happens with the connection, in so far as it changes. */
export type AriHappening = "connected" | "disconnected" | "unreachable" | "replaced";

/** Who is told of what. */
export interface AriListener {
  /** The connection is new: what came about before it is not known. */
  connected(): void;
  event(event: AriEventOutcome): void;
  happened(happening: AriHappening, what: string): void;
}

export interface AriEventsOptions {
  readonly url: string;
  readonly application: string;
  readonly client: AriClient;
  readonly listener: AriListener;
  readonly timing?: Partial<AriTiming>;
}

/** How long things take. */
export interface AriTiming {
  /** A connection that is not open by then is none. */
  readonly openMs: number;
  /** Before the next try: doubled from the least to the most while it fails. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** Another process has connected in our place: it may have it for so long. */
  readonly replacedMs: number;
}

const TIMING: AriTiming = { openMs: 10_000, retryMsMin: 1_000, retryMsMax: 30_000, replacedMs: 60_000 };
/** Events are some 2 kB. */
const EVENT_LENGTH_MAX = 1 << 20;

/**
 * The events of one Asterisk, over a WebSocket that is opened again whenever it is lost. That its other side is away
 * without a word is found out by TCP.
 */
export class AriEvents {
  readonly #options: AriEventsOptions;
  readonly #timing: AriTiming;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #isConnected = false;

  /** Connects at once, and until it is closed. */
  constructor(options: AriEventsOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#running = this.#run();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { retryMsMin, retryMsMax, replacedMs } = this.#timing;
    let retryMs = retryMsMin;
    let last: AriHappening | null = null;
    while (!signal.aborted) {
      const { happening, what } = await this.#connection();
      if (signal.aborted) return;
      if (happening !== last || happening === "disconnected") this.#options.listener.happened(happening, what);
      last = happening;
      if (happening !== "unreachable") retryMs = retryMsMin;
      await sleep(happening === "replaced" ? replacedMs : retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, retryMsMax);
    }
  }

  /** One connection, from its opening to its end, and how it ended. */
  async #connection(): Promise<{ readonly happening: AriHappening; readonly what: string }> {
    const { url, application, client, listener } = this.#options;
    const address = new URL(url.replace(/\/$/, "").replace(/^http/, "ws") + eventsOf(application));
    const socket = new WebSocket(address, { headers: client.authorization });
    const ended = Promise.withResolvers<{ readonly happening: AriHappening; readonly what: string }>();
    const end = (happening: AriHappening, what: string) => ended.resolve({ happening, what });
    const late = setTimeout(() => end("unreachable", "it does not open"), this.#timing.openMs);
    const abort = () => end("disconnected", "we end");
    this.#closing.signal.addEventListener("abort", abort);
    socket.addEventListener("open", () => {
      clearTimeout(late);
      this.#isConnected = true;
      listener.happened("connected", "");
      listener.connected();
    });
    socket.addEventListener("message", ({ data }) => {
      if (typeof data !== "string" || data.length > EVENT_LENGTH_MAX) return;
      const event = readAriEvent(data);
      if (event.kind === "replaced") end("replaced", "another process has connected as the same application");
      else listener.event(event);
    });
    socket.addEventListener("error", ({ message }) => {
      if (!this.#isConnected) end("unreachable", message);
    });
    socket.addEventListener("close", ({ code }) => end(this.#isConnected ? "disconnected" : "unreachable", `${code}`));
    const outcome = await ended.promise;
    clearTimeout(late);
    this.#closing.signal.removeEventListener("abort", abort);
    this.#isConnected = false;
    socket.close();
    return outcome;
  }
}
