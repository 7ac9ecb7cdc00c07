import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { checkRequest } from "../../protocol/radius/authenticity.ts";
import { decodePacket } from "../../protocol/radius/decode-packet.ts";
import { CODES, type RadiusPacket } from "../../protocol/radius/packet.ts";
import { type Answer, answerAccess, answerAccounting, answerStatus, answerWith } from "./answer-request.ts";
import type { ClientTable } from "./client-table.ts";
import { DIGESTS } from "./digests.ts";
import { type DropNotice, type DropReason, DropReport } from "./drop-report.ts";
import { type ExchangeLimits, ExchangeTable } from "./exchange-table.ts";
import { radiusNotListening } from "./problems.ts";
import type { RadiusClient } from "./radius-client.ts";
import type { RadiusHandler } from "./radius-handler.ts";

export interface RadiusServerOptions {
  /**
   * Addresses of this machine to listen on. Where it has several, name each: an answer leaves from the address that was
   * asked only then, and clients drop answers from another.
   */
  readonly hosts: readonly string[];
  /** Usually 1812 and 1813; 0 takes any free port, null does not listen. */
  readonly authPort: number | null;
  readonly acctPort: number | null;
  readonly clients: ClientTable;
  readonly handler: RadiusHandler;
  readonly limits?: Partial<ExchangeLimits>;
  /** Tells of packets that were dropped, at a bounded rate. */
  readonly onDrop: (notice: DropNotice) => void;
}

type Port = "auth" | "acct";

/** Where packets come in, and their answers leave. */
interface Door {
  readonly port: Port;
  readonly socket: Socket;
}

/** A request that proved to be a client's. */
interface Work {
  readonly packet: RadiusPacket;
  readonly client: RadiusClient;
  readonly key: string;
}

type Judged =
  | { readonly kind: "dropped"; readonly reason: DropReason }
  | { readonly kind: "answered"; readonly reply: Uint8Array }
  | ({ readonly kind: "status" | "work" } & Work);

/** What the kernel holds while this process is busy; it may grant less. */
const RECEIVE_OCTETS = 4 << 20;
const LIMITS: ExchangeLimits = { inWorkMax: 2_000, workMsMax: 30_000, keptMsMax: 30_000, keptOctetsMax: 64 << 20 };

/** Answers RADIUS over UDP (RFC 2865, 2866, 5080, 5997). */
export class RadiusServer {
  readonly #handler: RadiusHandler;
  readonly #exchanges: ExchangeTable;
  readonly #drops: DropReport;
  readonly #doors: Door[] = [];
  readonly #working = new Set<Promise<void>>();
  #clients: ClientTable;

  private constructor({ clients, handler, limits, onDrop }: RadiusServerOptions) {
    const nowMs = () => performance.now();
    this.#clients = clients;
    this.#handler = handler;
    this.#exchanges = new ExchangeTable({ ...LIMITS, ...limits }, nowMs);
    this.#drops = new DropReport(onDrop, nowMs);
  }

  /** Errors: Problem `radius-not-listening`. */
  static async listen(options: RadiusServerOptions): Promise<RadiusServer> {
    const server = new RadiusServer(options);
    try {
      for (const host of options.hosts) {
        if (options.authPort !== null) await server.#open("auth", { host, port: options.authPort });
        if (options.acctPort !== null) await server.#open("acct", { host, port: options.acctPort });
      }
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** The port that was taken, on the first address; null where nobody listens. */
  portOf(port: Port): number | null {
    return this.#doors.find((door) => door.port === port)?.socket.address().port ?? null;
  }

  /** How many packets were dropped, by reason, since the start. */
  get dropped(): ReadonlyMap<DropReason, number> {
    return this.#drops.counts;
  }

  /** Clients as they are from now on; what is in work ends under the ones before. */
  set clients(clients: ClientTable) {
    this.#clients = clients;
  }

  /** Takes no more, answers what is in work, and closes. */
  async close(): Promise<void> {
    for (const { socket } of this.#doors) socket.removeAllListeners("message");
    await Promise.all(this.#working);
    for (const { socket } of this.#doors.splice(0)) {
      socket.close();
      await once(socket, "close");
    }
  }

  async #open(port: Port, at: { readonly host: string; readonly port: number }): Promise<void> {
    const socket = createSocket({ type: at.host.includes(":") ? "udp6" : "udp4", recvBufferSize: RECEIVE_OCTETS });
    try {
      socket.bind(at.port, at.host);
      await once(socket, "listening");
    } catch (cause) {
      socket.close();
      throw radiusNotListening({ ...at, reason: cause instanceof Error ? cause.message : String(cause), cause });
    }
    const door = { port, socket };
    socket.on("error", () => undefined); // of one datagram
    socket.on("message", (datagram, from) => {
      try {
        this.#take(door, datagram, from);
      } catch (error) {
        this.#drops.drop("handler-failed", from.address, error); // a bug ends the request, not the process
      }
    });
    this.#doors.push(door);
  }

  #take(door: Door, datagram: Buffer, from: RemoteInfo): void {
    const judged = this.#judge(door.port, datagram, from);
    switch (judged.kind) {
      case "dropped":
        this.#drops.drop(judged.reason, from.address);
        return;
      case "answered":
        send(door, judged.reply, from);
        return;
      case "status":
        this.#settle(door, answerStatus(judged.packet, judged.client, door.port), from);
        return;
      case "work": {
        const working = this.#work(door, judged, from).finally(() => this.#working.delete(working));
        this.#working.add(working);
        return;
      }
      default:
        judged satisfies never;
    }
  }

  /** The cheap questions first: what is nobody's or garbage costs no digest. */
  #judge(port: Port, datagram: Buffer, from: RemoteInfo): Judged {
    const client = this.#clients.at(from.address);
    if (client === undefined) return dropped("client-unknown");
    const packet = decodePacket(datagram);
    if (packet.kind === "fault") return dropped(packet.reason);
    if (!isExpected(packet, port)) return dropped("code-unexpected");
    const key = keyOf(port, packet, from);
    const known = this.#exchanges.find(key, packet.octets);
    if (known?.kind === "answered") return known;
    if (known?.kind === "in-work") return dropped("repeated-in-work");
    const { secret, needsMessageAuthenticator } = client;
    const fault = checkRequest(packet, { secret, digests: DIGESTS, needsMessageAuthenticator });
    if (fault !== undefined) return dropped(fault);
    return { kind: packet.code === CODES["Status-Server"] ? "status" : "work", packet, client, key };
  }

  async #work(door: Door, { packet, client, key }: Work, from: RemoteInfo): Promise<void> {
    const arrival = this.#exchanges.begin(key, packet.octets);
    if (arrival.kind === "busy") {
      this.#shed(door, packet, client, from);
      return;
    }
    let reply: Uint8Array | null = null;
    try {
      const sender = { client, address: from.address, port: from.port };
      const request = { packet, sender, handler: this.#handler };
      const answer = await (door.port === "auth" ? answerAccess(request) : answerAccounting(request));
      reply = this.#settle(door, answer, from);
    } catch (error) {
      this.#drops.drop("handler-failed", from.address, error);
    } finally {
      this.#exchanges.end(arrival.exchange, reply);
    }
  }

  /** Too much is in work: RADIUS has no word for it but silence, or a refusal. */
  #shed(door: Door, packet: RadiusPacket, client: RadiusClient, from: RemoteInfo): void {
    this.#drops.drop("busy", from.address);
    if (door.port === "acct" || client.whenBusy === "drop") return;
    this.#settle(door, answerWith(packet, client, { kind: "reject", reason: "service-unavailable" }), from);
  }

  /** Sends what there is to send; returns it, or null. */
  #settle(door: Door, answer: Answer, from: RemoteInfo): Uint8Array | null {
    switch (answer.kind) {
      case "reply":
        send(door, answer.octets, from);
        return answer.octets;
      case "none":
        this.#drops.drop(answer.reason, from.address);
        return null;
      case "not-writable":
        this.#drops.drop("reply-not-writable", from.address, answer.fault);
        return null;
      default:
        return answer satisfies never;
    }
  }
}

/** The client asks again if the datagram is lost, on the way or here. */
const send = ({ socket }: Door, octets: Uint8Array, { address, port }: RemoteInfo): void =>
  socket.send(octets, port, address, () => undefined);

const dropped = (reason: DropReason): Judged => ({ kind: "dropped", reason });

const isExpected = ({ code }: RadiusPacket, port: Port): boolean =>
  code === CODES["Status-Server"] || code === CODES[port === "auth" ? "Access-Request" : "Accounting-Request"];

/** RFC 5080 §2.2.2, with the authenticator: a proxy uses an identifier again as soon as it is answered. */
function keyOf(port: Port, { identifier, authenticator }: RadiusPacket, from: RemoteInfo): string {
  return `${port} ${from.address} ${from.port} ${identifier} ${Buffer.from(authenticator).toString("latin1")}`;
}
