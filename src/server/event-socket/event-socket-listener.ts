import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { connectCommand } from "../../protocol/esl/command.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { EventSocketConnection } from "./event-socket-connection.ts";
import type { EventSocketReport } from "./event-socket-report.ts";
import { eventSocketNotListening } from "./problems.ts";

/** Takes the calls of one source. */
export interface CallTaker {
  /** The source's name, for messages. */
  readonly name: string;
  /** The dialplan asks for its call, and waits. Done when it need wait no longer; it never throws. */
  offered(channel: EslEvent, connection: EventSocketConnection): Promise<void>;
  event(event: EslEvent, connection: EventSocketConnection): void;
}

/** Where to listen, and whose the calls are that come in. */
export interface EventSocketListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly takerAt: (address: string) => CallTaker | undefined;
  readonly report: EventSocketReport;
}

/** Connections at a time, each of one call: those that are bridged over theirs keep it until they end. */
const CONNECTIONS_MAX = 10_000;

/** Listens for the application `socket` of FreeSWITCH's dialplan. It has no password: only addresses tell who asks. */
export class EventSocketListener {
  readonly port: number;
  readonly #server: Server;
  readonly #options: EventSocketListenerOptions;
  readonly #connections = new Set<EventSocketConnection>();
  readonly #inWork = new Set<Promise<void>>();

  private constructor(server: Server, options: EventSocketListenerOptions) {
    this.#server = server;
    this.#options = options;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket: Socket) => this.#accept(socket));
    server.on("error", () => undefined); // of a connection that could not be accepted: its call is told by FreeSWITCH
  }

  /** Errors: Problem `event-socket-not-listening`. */
  static async listen(options: EventSocketListenerOptions): Promise<EventSocketListener> {
    const { host, port } = options;
    const server = createServer();
    server.listen(port, host);
    try {
      await once(server, "listening");
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw eventSocketNotListening({ host, port, reason, cause });
    }
    return new EventSocketListener(server, options);
  }

  /** Takes no more calls, answers those that wait, and closes. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    await Promise.all(this.#inWork);
    for (const connection of this.#connections) connection.end();
    await closed;
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const { takerAt, report } = this.#options;
    const taker = takerAt(address);
    if (taker === undefined || this.#connections.size >= CONNECTIONS_MAX) {
      report.add(taker === undefined ? "stranger" : "too-many-connections", address);
      socket.on("error", () => undefined);
      socket.destroy();
      return;
    }
    const connection = new EventSocketConnection(
      socket,
      { mayBeSilent: true },
      {
        onClosed: () => this.#connections.delete(connection),
        onMessage: (message) => {
          if (message.kind === "event") taker.event(message.event, connection);
          else if (message.kind === "disconnect" && !message.isLingering) connection.end();
          else if (message.kind === "malformed") report.add("event-not-read", taker.name, message.reason);
        },
      },
    );
    this.#connections.add(connection);
    const work = this.#offer(connection, taker).finally(() => this.#inWork.delete(work));
    this.#inWork.add(work);
  }

  async #offer(connection: EventSocketConnection, taker: CallTaker): Promise<void> {
    const greeting = await connection.ask(connectCommand());
    if (greeting.kind === "answered" && greeting.channel !== null)
      return await taker.offered(greeting.channel, connection);
    const why = greeting.kind === "unanswered" ? greeting.why : `it answered connect with "${greeting.text}"`;
    this.#options.report.add("call-not-read", taker.name, why);
    connection.end();
  }
}
