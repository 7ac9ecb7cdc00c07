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
  readonly host: string;
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
  readonly #sockets = new Map<Port, Socket>();
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
      for (const [port, number] of [
        ["auth", options.authPort],
        ["acct", options.acctPort],
      ] as const)
        if (number !== null) await server.#open(port, { host: options.host, port: number });
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** The port that was taken; null where nobody listens. */
  portOf(port: Port): number | null {
    return this.#sockets.get(port)?.address().port ?? null;
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
    for (const socket of this.#sockets.values()) socket.removeAllListeners("message");
    await Promise.all(this.#working);
    for (const socket of this.#sockets.values()) {
      socket.close();
      await once(socket, "close");
    }
    this.#sockets.clear();
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
    socket.on("error", () => undefined); // of one datagram
    socket.on("message", (datagram, from) => {
      try {
        this.#take(port, datagram, from);
      } catch (error) {
        this.#drops.drop("handler-failed", from.address, error); // a bug ends the request, not the process
      }
    });
    this.#sockets.set(port, socket);
  }

  #take(port: Port, datagram: Buffer, from: RemoteInfo): void {
    const judged = this.#judge(port, datagram, from);
    switch (judged.kind) {
      case "dropped":
        this.#drops.drop(judged.reason, from.address);
        return;
      case "answered":
        this.#send(port, judged.reply, from);
        return;
      case "status":
        this.#settle(port, answerStatus(judged.packet, judged.client, port), from);
        return;
      case "work": {
        const working = this.#work(port, judged, from).finally(() => this.#working.delete(working));
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

  async #work(port: Port, { packet, client, key }: Work, from: RemoteInfo): Promise<void> {
    const arrival = this.#exchanges.begin(key, packet.octets);
    if (arrival.kind === "busy") {
      this.#shed(port, packet, client, from);
      return;
    }
    let reply: Uint8Array | null = null;
    try {
      const sender = { client, address: from.address, port: from.port };
      const request = { packet, sender, handler: this.#handler };
      reply = this.#settle(port, await (port === "auth" ? answerAccess(request) : answerAccounting(request)), from);
    } catch (error) {
      this.#drops.drop("handler-failed", from.address, error);
    } finally {
      this.#exchanges.end(arrival.exchange, reply);
    }
  }

  /** Too much is in work: RADIUS has no word for it but silence, or a refusal. */
  #shed(port: Port, packet: RadiusPacket, client: RadiusClient, from: RemoteInfo): void {
    this.#drops.drop("busy", from.address);
    if (port === "acct" || client.whenBusy === "drop") return;
    this.#settle(port, answerWith(packet, client, { kind: "reject", reason: "service-unavailable" }), from);
  }

  /** Sends what there is to send; returns it, or null. */
  #settle(port: Port, answer: Answer, from: RemoteInfo): Uint8Array | null {
    switch (answer.kind) {
      case "reply":
        this.#send(port, answer.octets, from);
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

  #send(port: Port, octets: Uint8Array, { address, port: number }: RemoteInfo): void {
    // The client asks again if the datagram is lost, on the way or here.
    this.#sockets.get(port)?.send(octets, number, address, () => undefined);
  }
}

const dropped = (reason: DropReason): Judged => ({ kind: "dropped", reason });

const isExpected = ({ code }: RadiusPacket, port: Port): boolean =>
  code === CODES["Status-Server"] || code === CODES[port === "auth" ? "Access-Request" : "Accounting-Request"];

/** RFC 5080 §2.2.2, with the authenticator: a proxy uses an identifier again as soon as it is answered. */
function keyOf(port: Port, { identifier, authenticator }: RadiusPacket, from: RemoteInfo): string {
  return `${port} ${from.address} ${from.port} ${identifier} ${Buffer.from(authenticator).toString("latin1")}`;
}
