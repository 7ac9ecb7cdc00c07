import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { asObject, valueIn } from "../../core/json-object.ts";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import { type KamailioEvent, readKamailioEvent } from "../../protocol/evapi/kamailio-event.ts";
import { dialogListRequest, type KamailioCommand } from "../../protocol/evapi/kamailio-reply.ts";
import { NetstringReader } from "../../protocol/evapi/netstring.ts";

/** Where a Kamailio listens by evapi, and how often it is asked for its dialogs. */
export interface EvapiAddress {
  readonly host: string;
  readonly port: number;
  /** Seconds; 0: it is not asked by itself. */
  readonly dialogsEveryS: number;
}

/** An answer to {@link EvapiConnection.dialogs}. */
export interface DialogList {
  /** Of JSON-RPC, as Kamailio answers `dlg.list`. */
  readonly result: unknown;
  /** When it was asked for. What began after it may not be in the list. */
  readonly askedAt: EpochMs;
}

/** What comes of a connection. */
export interface EvapiEvents {
  /** A connection is new: at the start, and after each loss. */
  connected(): void;
  /** It could not be made, or is gone; another is tried. Once for each loss, however many tries fail after it. */
  lost(why: string): void;
  event(event: Exclude<KamailioEvent, { readonly kind: "dialog-list" }>): void;
  /** It is time to look at the dialogs. */
  dialogsDue(): void;
}

/** A list that was asked for. */
interface Listing {
  readonly promise: Promise<DialogList | null>;
  /** Ends it with what was answered; null: nothing will be. */
  readonly end: (list: { readonly result: unknown } | null) => void;
}

const CONNECT_MS = 5_000;
/** TCP asks a silent peer after this: a machine that is gone is noticed. */
const KEEP_ALIVE_MS = 15_000;
const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 10_000;
/** A connection that has lasted so long was a good one: after its loss another is tried at once. */
const STEADY_MS = 5_000;
const DIALOGS_MS = 10_000;
/** Octets that wait to be sent before a Kamailio that reads nothing is let go. */
const SEND_OCTETS_MAX = 8 << 20;

/**
 * One connection to one Kamailio's evapi, made again whenever it is lost until it is closed. Kamailio says nothing
 * while there are no calls: that it is alive is known by TCP, and by the lists of its dialogs where it has once
 * answered one.
 */
export class EvapiConnection {
  readonly #address: EvapiAddress;
  readonly #events: EvapiEvents;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #socket: Socket | null = null;
  #listing: Listing | null = null;
  #hasListed = false;
  /** More dialogs than one message can have: they are not asked for again, or the connection would never last. */
  #hasTooMany = false;

  constructor(address: EvapiAddress, events: EvapiEvents) {
    this.#address = address;
    this.#events = events;
    this.#running = this.#run();
  }

  get isConnected(): boolean {
    return this.#socket !== null;
  }

  /** Sends a command; false when there is no connection, or the command cannot be written. */
  send(command: KamailioCommand): boolean {
    const socket = this.#socket;
    if (socket === null || command.kind === "refused") return false;
    socket.write(command.text);
    if (socket.writableLength > SEND_OCTETS_MAX) socket.destroy(new Error("it reads nothing"));
    return true;
  }

  /** Asks for all dialogs; null: there is no connection, or no answer. Those who ask at once share one list. */
  dialogs(): Promise<DialogList | null> {
    this.#listing ??= this.#list();
    return this.#listing.promise;
  }

  /** Ends the connection, and waits until nothing more comes of it. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#socket?.destroy();
    await this.#running;
  }

  #list(): Listing {
    const { promise, resolve } = Promise.withResolvers<DialogList | null>();
    const askedAt = fromInstant(now());
    const end: Listing["end"] = (list) => {
      clearTimeout(timer);
      this.#listing = null;
      resolve(list === null ? null : { ...list, askedAt });
    };
    const timer = setTimeout(() => {
      // Who has answered before and does not now is taken for dead.
      if (this.#hasListed) this.#socket?.destroy(new Error("it no longer answers"));
      end(null);
    }, DIALOGS_MS);
    if (this.#hasTooMany || !this.send(dialogListRequest())) queueMicrotask(() => end(null));
    return { promise, end };
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let retryMs = RETRY_MS_MIN;
    let isTold = false;
    while (!signal.aborted) {
      const beganMs = performance.now();
      const { wasUp, why } = await this.#once();
      if (signal.aborted) return;
      if (wasUp || !isTold) this.#events.lost(why);
      isTold = true;
      if (performance.now() - beganMs > STEADY_MS && wasUp) retryMs = RETRY_MS_MIN;
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
    }
  }

  /** One connection, from its beginning to its end; never throws. */
  #once(): Promise<{ readonly wasUp: boolean; readonly why: string }> {
    const { promise, resolve } = Promise.withResolvers<{ readonly wasUp: boolean; readonly why: string }>();
    const { host, port, dialogsEveryS } = this.#address;
    const reader = new NetstringReader();
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    const connecting = setTimeout(() => socket.destroy(new Error("no connection in time")), CONNECT_MS);
    let why = "the other side ended it";
    let looking: NodeJS.Timeout | undefined;
    socket.once("connect", () => {
      clearTimeout(connecting);
      this.#socket = socket;
      if (dialogsEveryS > 0) looking = setInterval(() => this.#events.dialogsDue(), dialogsEveryS * 1_000);
      this.#events.connected();
    });
    socket.on("data", (chunk: Buffer) => {
      for (const message of reader.push(chunk))
        if (message.kind === "message") this.#take(readKamailioEvent(message.text));
        else {
          this.#hasTooMany ||= this.#listing !== null;
          socket.destroy(new Error(message.reason));
        }
    });
    socket.on("error", (error) => {
      why = error.message;
    });
    socket.once("close", () => {
      clearTimeout(connecting);
      clearInterval(looking);
      const wasUp = this.#socket === socket;
      this.#socket = null;
      this.#listing?.end(null);
      resolve({ wasUp, why });
    });
    return promise;
  }

  #take(event: KamailioEvent): void {
    if (event.kind !== "dialog-list") {
      this.#events.event(event);
      return;
    }
    this.#hasListed = true;
    this.#listing?.end({ result: valueIn(asObject(event.answer), "result") });
  }
}
