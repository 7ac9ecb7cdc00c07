import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type CgratesRequest, errorAnswer, readCgratesRequest } from "../../protocol/json-rpc/cgrates-session.ts";
import { type JsonRpcAnswer, type JsonRpcId, readJsonRpc } from "../../protocol/json-rpc/json-rpc.ts";
import { JsonStreamReader } from "../../protocol/json-rpc/json-stream.ts";
import { cgratesNotListening } from "./problems.ts";

/** A connection that OpenSIPS's module made: one of several, as each of its processes has its own. */
export interface CgratesPeer {
  /** The source that it is of. */
  readonly sourceId: string;
  /** Sends a request of ours, and waits for its answer, within bounds; null: there is none. */
  command(write: (id: JsonRpcId) => string): Promise<JsonRpcAnswer | null>;
}

type Asked = Exclude<CgratesRequest, { readonly kind: "other" | "malformed" }>;

export interface CgratesServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Which source connects from an address; undefined: none does. */
  readonly sourceOf: (address: string) => string | undefined;
  /** Answers a request with what is to be sent back. What it throws is told, and answered as an error. */
  readonly answer: (request: Asked, asked: { readonly id: JsonRpcId; readonly peer: CgratesPeer }) => Promise<string>;
  readonly report: CgratesReport;
}

export interface CgratesReport {
  /** What is not taken, at a bounded rate: connections of strangers, requests that cannot be read. */
  odd(address: string, what: string): void;
  /** A request that could not be decided. */
  failed(error: unknown): void;
}

const CONNECTIONS_MAX = 1_000;
/** A request is some hundred octets long; the list of calls that are up, longer. */
const MESSAGE_OCTETS_MAX = 1 << 20;
/** Requests of one connection that are in work; nothing more is read until one is answered. */
const IN_WORK_MAX = 500;
const ANSWER_MS = 3_000;
const SEND_OCTETS_MAX = 8 << 20;
const COMMAND_MS = 5_000;
const COMMANDS_MAX = 1_000;
const KEEP_ALIVE_MS = 15_000;
const ODD_MS = 10_000;

/** Takes connections of OpenSIPS's module `cgrates`: JSON-RPC 1.0 over TCP, in both directions. */
export class CgratesServer {
  readonly #options: CgratesServerOptions;
  readonly #server: Server;
  readonly #peers = new Set<Peer>();
  #toldOddMs = Number.NEGATIVE_INFINITY;

  private constructor(options: CgratesServerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) =>
      this.#take(socket),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Errors: Problem `cgrates-not-listening`. */
  static async listen(options: CgratesServerOptions): Promise<CgratesServer> {
    const server = new CgratesServer(options);
    const { host, port } = options;
    server.#server.listen(port, host);
    await once(server.#server, "listening").catch((cause: NodeJS.ErrnoException) => {
      throw cgratesNotListening({ host, port, reason: cause.code ?? cause.message, cause });
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections of a source, the newest first. */
  peersOf(sourceId: string): readonly CgratesPeer[] {
    return [...this.#peers].filter((peer) => peer.sourceId === sourceId).reverse();
  }

  /** Takes no more, answers what is in work, and ends every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    await Promise.all([...this.#peers].map((peer) => peer.close()));
    await closed;
  }

  #take(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    socket.on("error", () => socket.destroy());
    const sourceId = this.#options.sourceOf(address);
    if (sourceId === undefined) {
      this.#tellOdd(address, "no source connects from there");
      socket.destroy();
      return;
    }
    const peer = new Peer(socket, sourceId, {
      ...this.#options,
      report: { failed: this.#options.report.failed, odd: (from, what) => this.#tellOdd(from, what) },
    });
    this.#peers.add(peer);
    socket.once("close", () => this.#peers.delete(peer));
  }

  #tellOdd(address: string, what: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldOddMs < ODD_MS) return;
    this.#toldOddMs = nowMs;
    this.#options.report.odd(address, what);
  }
}

class Peer implements CgratesPeer {
  readonly sourceId: string;
  readonly #socket: Socket;
  readonly #options: Pick<CgratesServerOptions, "answer" | "report">;
  readonly #reader = new JsonStreamReader(MESSAGE_OCTETS_MAX);
  readonly #working = new Set<Promise<void>>();
  readonly #commands = new Map<JsonRpcId, (answer: JsonRpcAnswer | null) => void>();
  #lastId = 0;

  constructor(socket: Socket, sourceId: string, options: Pick<CgratesServerOptions, "answer" | "report">) {
    this.sourceId = sourceId;
    this.#socket = socket;
    this.#options = options;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.once("close", () => {
      for (const done of this.#commands.values()) done(null);
    });
  }

  async command(write: (id: JsonRpcId) => string): Promise<JsonRpcAnswer | null> {
    if (this.#socket.destroyed || this.#commands.size >= COMMANDS_MAX) return null;
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<JsonRpcAnswer | null>();
    const timer = setTimeout(() => resolve(null), COMMAND_MS);
    this.#commands.set(id, resolve);
    this.#send(write(id));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#commands.delete(id);
    }
  }

  async close(): Promise<void> {
    this.#socket.pause();
    await Promise.all(this.#working);
    this.#socket.destroySoon();
  }

  #read(chunk: Buffer): void {
    for (const document of this.#reader.push(chunk)) {
      if (document.kind === "broken") {
        this.#odd(document.reason);
        this.#socket.destroy();
        return;
      }
      this.#message(document.text);
    }
    if (this.#working.size >= IN_WORK_MAX) this.#socket.pause();
  }

  #message(text: string): void {
    const message = readJsonRpc(text);
    switch (message.kind) {
      case "request":
        this.#request(message.id, readCgratesRequest(message.method, message.params));
        return;
      case "result":
      case "error":
        if (message.id !== null) this.#commands.get(message.id)?.(message);
        return;
      case "notification":
        return;
      case "malformed":
        this.#odd(message.reason);
        if (message.id !== null) this.#send(errorAnswer(message.id, "REQUEST_NOT_READ"));
        return;
      default:
        message satisfies never;
    }
  }

  #request(id: JsonRpcId, request: CgratesRequest): void {
    if (request.kind === "other" || request.kind === "malformed") {
      this.#odd(request.kind === "other" ? `it asks ${request.method}` : request.reason);
      this.#send(errorAnswer(id, request.kind === "other" ? "METHOD_UNKNOWN" : "REQUEST_INCOMPLETE"));
      return;
    }
    const deciding = this.#options.answer(request, { id, peer: this }).catch((error: unknown) => {
      this.#options.report.failed(error);
      return errorAnswer(id, "CHARGING_UNAVAILABLE");
    });
    const done = inTime(deciding, errorAnswer(id, "CHARGING_UNAVAILABLE")).then((answer) => {
      this.#working.delete(done);
      this.#send(answer);
      if (this.#working.size < IN_WORK_MAX) this.#socket.resume();
    });
    this.#working.add(done);
  }

  #send(text: string): void {
    if (!this.#socket.writable) return;
    this.#socket.write(text);
    if (this.#socket.writableLength > SEND_OCTETS_MAX) this.#socket.destroy();
  }

  #odd(what: string): void {
    this.#options.report.odd(this.#socket.remoteAddress ?? "", what.slice(0, 200));
  }
}

/** The module waits without an end, and no other call of its process goes on meanwhile: what is late is answered so. */
async function inTime(answer: Promise<string>, late: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(late), ANSWER_MS);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
