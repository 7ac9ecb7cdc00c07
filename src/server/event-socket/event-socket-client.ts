import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { authCommand, eventCommand } from "../../protocol/esl/command.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { EventSocketConnection } from "./event-socket-connection.ts";
import type { EventSocketReport } from "./event-socket-report.ts";

/** Where FreeSWITCH listens, and what it is asked for. */
export interface EventSocketTarget {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Names of events to be sent. */
  readonly events: readonly string[];
}

/** Whom a connection serves. */
export interface EventSocketUser {
  /** The source's name, for messages. */
  readonly name: string;
  /** Events are subscribed to: from now on none is missed. Again after each connection that was lost. */
  connected(connection: EventSocketConnection): void;
  event(event: EslEvent, connection: EventSocketConnection): void;
}

/** To be connected, and to be greeted. */
const OPEN_MS = 5_000;
const RETRY_MS = { first: 250, longest: 30_000 };

/** Keeps a connection to FreeSWITCH's event socket: it is opened again, later and later, for as long as it takes. */
export class EventSocketClient {
  readonly #target: EventSocketTarget;
  readonly #user: EventSocketUser;
  readonly #report: EventSocketReport;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: EventSocketConnection | undefined;

  constructor(target: EventSocketTarget, user: EventSocketUser, report: EventSocketReport) {
    this.#target = target;
    this.#user = user;
    this.#report = report;
    this.#running = this.#run();
  }

  /** The connection that events come by; undefined while there is none. */
  get connection(): EventSocketConnection | undefined {
    return this.#connection?.isOpen ? this.#connection : undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let retryMs = RETRY_MS.first;
    while (!signal.aborted) {
      const wasReady = await this.#connectOnce(signal);
      if (signal.aborted) return;
      retryMs = wasReady ? RETRY_MS.first : Math.min(2 * retryMs, RETRY_MS.longest);
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers when the connection is over, whether it was ever ready. */
  async #connectOnce(signal: AbortSignal): Promise<boolean> {
    const { host, port } = this.#target;
    const ended = Promise.withResolvers<string>();
    const greeted = Promise.withResolvers<void>();
    let isReady = false;
    const socket: Socket = connect({ host, port });
    const connection = new EventSocketConnection(
      socket,
      { mayBeSilent: false },
      {
        onClosed: ended.resolve,
        onMessage: (message) => {
          if (message.kind === "auth-request") greeted.resolve();
          else if (message.kind === "rejected") connection.end("its access list (apply-inbound-acl) refuses us");
          else if (message.kind === "event") this.#user.event(message.event, connection);
          else if (message.kind === "malformed") this.#report.add("event-not-read", this.#user.name, message.reason);
        },
      },
    );
    const onAbort = () => connection.end();
    signal.addEventListener("abort", onAbort);
    const late = setTimeout(() => connection.end("it did not greet us in time"), OPEN_MS);
    void greeted.promise.then(async () => {
      clearTimeout(late);
      isReady = await this.#begin(connection);
      if (!isReady) return;
      this.#connection = connection;
      this.#report.add("connected", this.#user.name);
      this.#user.connected(connection);
    });
    const why = await ended.promise;
    clearTimeout(late);
    signal.removeEventListener("abort", onAbort);
    this.#report.add(isReady ? "disconnected" : "not-connected", this.#user.name, why);
    return isReady;
  }

  /** Gives the password and subscribes; false: the connection is ended. */
  async #begin(connection: EventSocketConnection): Promise<boolean> {
    const { password, events } = this.#target;
    const admitted = await connection.ask(authCommand(password));
    if (admitted.kind === "answered" && !admitted.isOk) {
      this.#report.add("password-refused", this.#user.name, admitted.text);
      connection.end("it refused the password");
      return false;
    }
    const subscribed = await connection.ask(eventCommand("plain", events));
    if (subscribed.kind === "answered" && subscribed.isOk) return true;
    connection.end(subscribed.kind === "answered" ? `it refused events: ${subscribed.text}` : subscribed.why);
    return false;
  }
}
