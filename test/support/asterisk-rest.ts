import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A channel of the stand-in: its state, and what it says when it is asked for a variable or a function. */
export interface RestChannel {
  state: string;
  readonly values: Map<string, string>;
}

const USER = "tollwright";
const PASSWORD = "pass word:1";
/** RFC 6455 §1.3. */
const WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Asterisk's REST interface, a stand-in as Asterisk is not in Debian 12: channels that are listed, asked, told and
 * ended over HTTP, and events over WebSockets, as texts that a test gives it (recorded ones among them).
 */
export class AsteriskRest {
  readonly user = USER;
  readonly password = PASSWORD;
  readonly channels = new Map<string, RestChannel>();
  /** What was asked, in order: `DELETE /ari/channels/1.1?reason_code=16`. */
  readonly requests: string[] = [];
  /** How many event connections there have been. */
  connections = 0;
  /** And how many that were not let in. */
  refused = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, socket) => this.#open(request, socket as Socket));
  }

  static async start(): Promise<AsteriskRest> {
    const rest = new AsteriskRest();
    rest.#server.listen(0, "127.0.0.1");
    await once(rest.#server, "listening");
    return rest;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  channel(id: string, state: string, values: Readonly<Record<string, string>> = {}): RestChannel {
    const channel = { state, values: new Map(Object.entries(values)) };
    this.channels.set(id, channel);
    return channel;
  }

  /** Raises an event: to everyone who is connected. */
  emit(event: string | object): void {
    const text = Buffer.from(typeof event === "string" ? event : JSON.stringify(event));
    const head = Buffer.from([0x81, 126, text.length >> 8, text.length & 0xff]);
    for (const socket of this.#sockets) socket.write(Buffer.concat([head, text]));
  }

  /** Loses all event connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #isOurs({ headers }: IncomingMessage): boolean {
    return headers.authorization === `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
  }

  #open(request: IncomingMessage, socket: Socket): void {
    socket.on("error", () => undefined);
    if (!this.#isOurs(request)) {
      this.refused += 1;
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.requests.push(`EVENTS ${request.url}`);
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${WEBSOCKET}`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
    this.#sockets.add(socket);
    socket.resume();
    socket.on("end", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    this.connections += 1;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "" } = request;
    const { status, body } = this.#isOurs(request) ? this.#did(`${method} ${url}`) : { status: 401, body: {} };
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #did(asked: string): { readonly status: number; readonly body?: unknown } {
    this.requests.push(asked);
    const [method = "", address = ""] = asked.split(" ");
    const { pathname, searchParams } = new URL(address, this.url);
    const [, , , id, verb] = pathname.split("/").map(decodeURIComponent);
    if (id === undefined)
      return { status: 200, body: [...this.channels].map(([each, { state }]) => ({ id: each, state })) };
    const channel = this.channels.get(id);
    if (channel === undefined) return { status: 404, body: { message: "Channel not found" } };
    if (method === "DELETE") this.channels.delete(id);
    const name = searchParams.get("variable") ?? "";
    if (method === "GET") {
      const value = channel.values.get(name);
      return value === undefined
        ? { status: 404, body: { message: "Variable Not Found" } }
        : { status: 200, body: { value } };
    }
    if (verb === "variable") channel.values.set(name, searchParams.get("value") ?? "");
    return { status: 204 };
  }
}
