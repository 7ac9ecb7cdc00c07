import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { APPLICATION, COMMAND } from "../../src/protocol/diameter/command.ts";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import type { MessageHeader } from "../../src/protocol/diameter/header.ts";
import { MessageSplitter } from "../../src/protocol/diameter/message-splitter.ts";
import { type DiameterMessage, readMessage } from "../../src/protocol/diameter/read-message.ts";
import { writeMessage } from "../../src/protocol/diameter/write-message.ts";

export const CLIENT_HOST = "gw.test.example";
export const CLIENT_REALM = "test.example";

/** A peer that says exactly what a test has it say. */
export class DiameterClient {
  readonly socket: Socket;
  readonly #splitter = new MessageSplitter();
  readonly #messages: DiameterMessage[] = [];
  #waiting: (() => void) | undefined;
  #isClosed = false;
  #lastId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined); // tests look at what was closed, not how
    socket.on("data", (chunk: Buffer) => {
      for (const split of this.#splitter.push(chunk))
        if (split.kind === "message") this.#messages.push(readMessage(split.bytes));
      this.#waiting?.();
    });
    socket.on("close", () => {
      this.#isClosed = true;
      this.#waiting?.();
    });
  }

  static async connect(port: number, tls?: ConnectionOptions): Promise<DiameterClient> {
    const socket = tls === undefined ? connect(port, "127.0.0.1") : connectTls({ ...tls, port, host: "127.0.0.1" });
    const client = new DiameterClient(socket);
    await once(socket, tls === undefined ? "connect" : "secureConnect");
    return client;
  }

  /** Connected, with its capabilities exchanged. */
  static async open(port: number, host = CLIENT_HOST): Promise<DiameterClient> {
    const client = await DiameterClient.connect(port);
    const answer = await client.ask(capabilitiesRequest(host));
    if (avpValue(answer.avps, "Result-Code") !== 2001) throw new Error("the server does not take this peer");
    return client;
  }

  /** The next message that comes; undefined when the server has closed the connection. */
  async next(): Promise<DiameterMessage | undefined> {
    while (this.#messages.length === 0 && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    return this.#messages.shift();
  }

  send({ header, avps }: Unsent): MessageHeader {
    this.#lastId += 1;
    const whole = { hopByHopId: this.#lastId, endToEndId: 0x1000 + this.#lastId, ...NO_FLAGS, ...header };
    this.socket.write(writeMessage(whole, avps));
    return whole;
  }

  /** Sends a request, and waits for what comes next. */
  async ask(request: Unsent): Promise<DiameterMessage> {
    this.send(request);
    const answer = await this.next();
    if (answer === undefined) throw new Error("the server has closed the connection");
    return answer;
  }

  /** Answers a request of the server. */
  answer(request: DiameterMessage, avps: readonly Avp[]): void {
    this.socket.write(writeMessage({ ...request.header, isRequest: false }, avps));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.socket.destroy();
    await once(this.socket, "close");
  }
}

const NO_FLAGS = { isRequest: true, isProxiable: false, isError: false, isRetransmission: false };

/** A request without its ids. */
export interface Unsent {
  readonly header: Pick<MessageHeader, "commandCode" | "applicationId"> & Partial<MessageHeader>;
  readonly avps: readonly Avp[];
}

export const origin = (host = CLIENT_HOST): readonly Avp[] => [
  avp("Origin-Host", host),
  avp("Origin-Realm", CLIENT_REALM),
];

export const peerRequest = (commandCode: number, avps: readonly Avp[]): Unsent => ({
  header: { commandCode, applicationId: APPLICATION.base },
  avps,
});

/** A CER as freeDiameter sends it: the relay application and nothing else. */
export const capabilitiesRequest = (host = CLIENT_HOST, applicationId: number = APPLICATION.relay): Unsent =>
  peerRequest(COMMAND.capabilitiesExchange, [
    ...origin(host),
    avp("Host-IP-Address", { family: 1, text: "192.0.2.2" }),
    avp("Vendor-Id", 0),
    avp("Product-Name", "a test"),
    avp("Auth-Application-Id", applicationId),
  ]);

export const watchdogRequest = (): Unsent => peerRequest(COMMAND.deviceWatchdog, origin());

export const disconnectRequest = (): Unsent =>
  peerRequest(COMMAND.disconnectPeer, [...origin(), avp("Disconnect-Cause", 0)]);

/** What a credit-control request has to have, and more. */
export const creditControlRequest = (
  { sessionId = "gw.test.example;1;2", type = 1, number = 0 } = {},
  more: readonly Avp[] = [],
  header: Partial<MessageHeader> = {},
): Unsent => ({
  header: {
    commandCode: COMMAND.creditControl,
    applicationId: APPLICATION.creditControl,
    isProxiable: true,
    ...header,
  },
  avps: [
    avp("Session-Id", sessionId),
    ...origin(),
    avp("Destination-Realm", "test.example"),
    avp("Auth-Application-Id", APPLICATION.creditControl),
    avp("Service-Context-Id", "32260@3gpp.org"),
    avp("CC-Request-Type", type),
    avp("CC-Request-Number", number),
    ...more,
  ],
});
