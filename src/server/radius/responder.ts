import { checkRequest } from "../../protocol/radius/authenticity.ts";
import { decodePacket } from "../../protocol/radius/decode-packet.ts";
import { utf8 } from "../../protocol/radius/octets.ts";
import { CODES, type RadiusPacket } from "../../protocol/radius/packet.ts";
import { type Answer, answerAccess, answerAccounting, answerStatus, answerWith } from "./answer-request.ts";
import type { ClientTable } from "./client-table.ts";
import { DIGESTS } from "./digests.ts";
import { type DropNotice, type DropReason, DropReport } from "./drop-report.ts";
import { type ExchangeLimits, ExchangeTable } from "./exchange-table.ts";
import type { RadiusClient, RadiusSender } from "./radius-client.ts";
import type { RadiusHandler } from "./radius-handler.ts";

export interface ResponderOptions {
  readonly clients: ClientTable;
  readonly handler: RadiusHandler;
  readonly limits?: Partial<ExchangeLimits>;
  /** Tells of packets that were dropped, at a bounded rate. */
  readonly onDrop: (notice: DropNotice) => void;
}

/** A packet as it came, perhaps none, and the way back. */
export interface Arrived {
  readonly octets: Uint8Array;
  /** What is asked there: authorisation, accounting, or both on one port, as over TLS. */
  readonly service: "auth" | "acct" | "both";
  readonly address: string;
  readonly port: number;
  /** Who proved to be at the other end of a TLS connection; null: the address and the packet have to tell. */
  readonly tlsClient: RadiusClient | null;
  readonly send: (octets: Uint8Array) => void;
}

/** A request that proved to be a client's. */
interface Work {
  readonly packet: RadiusPacket;
  readonly sender: RadiusSender;
  readonly key: string;
}

type Judged =
  | { readonly kind: "dropped"; readonly reason: DropReason }
  | { readonly kind: "answered"; readonly reply: Uint8Array }
  | ({ readonly kind: "status" | "work" } & Work);

/** RFC 6614 §2.3: within TLS the shared secret is this one. */
const TLS_SECRET = utf8("radsec");
const LIMITS: ExchangeLimits = { inWorkMax: 2_000, workMsMax: 30_000, keptMsMax: 30_000, keptOctetsMax: 64 << 20 };

/** Answers the packets of all ports and connections of a process: each request is worked on once. */
export class Responder {
  readonly #handler: RadiusHandler;
  readonly #exchanges: ExchangeTable;
  readonly #drops: DropReport;
  readonly #working = new Set<Promise<void>>();
  #clients: ClientTable;

  constructor({ clients, handler, limits, onDrop }: ResponderOptions) {
    const nowMs = () => performance.now();
    this.#clients = clients;
    this.#handler = handler;
    this.#exchanges = new ExchangeTable({ ...LIMITS, ...limits }, nowMs);
    this.#drops = new DropReport(onDrop, nowMs);
  }

  /** How many packets were dropped, by reason, since the start. */
  get dropped(): ReadonlyMap<DropReason, number> {
    return this.#drops.counts;
  }

  /** Clients as they are from now on; what is in work ends under the ones before. */
  set clients(clients: ClientTable) {
    this.#clients = clients;
  }

  /** Who may ask from an address; what comes from nobody is counted. */
  clientAt(address: string): RadiusClient | undefined {
    const client = this.#clients.at(address);
    if (client === undefined) this.#drops.drop("client-unknown", address);
    return client;
  }

  /** Counts what was dropped before it was a packet. */
  drop(reason: DropReason, address: string, error?: unknown): void {
    this.#drops.drop(reason, address, error);
  }

  /** Takes what came in: dropped cheaply, answered at once, or worked on. Never throws. */
  take(arrived: Arrived): void {
    try {
      this.#takeJudged(arrived, this.#judge(arrived));
    } catch (error) {
      this.#drops.drop("handler-failed", arrived.address, error); // a bug ends the request, not the process
    }
  }

  /** Waits until what was taken is answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#working);
  }

  #takeJudged(arrived: Arrived, judged: Judged): void {
    switch (judged.kind) {
      case "dropped":
        this.#drops.drop(judged.reason, arrived.address);
        return;
      case "answered":
        arrived.send(judged.reply);
        return;
      case "status":
        this.#settle(arrived, answerStatus(judged.packet, judged.sender, arrived.service));
        return;
      case "work": {
        const working = this.#work(arrived, judged).finally(() => this.#working.delete(working));
        this.#working.add(working);
        return;
      }
      default:
        judged satisfies never;
    }
  }

  /** The cheap questions first: what is nobody's or garbage costs no digest. */
  #judge(arrived: Arrived): Judged {
    const { octets, service, address, port, tlsClient } = arrived;
    const client = tlsClient ?? this.#clients.at(address);
    if (client === undefined) return dropped("client-unknown");
    const packet = decodePacket(octets);
    if (packet.kind === "fault") return dropped(packet.reason);
    if (!isExpected(packet, service)) return dropped("code-unexpected");
    const key = keyOf(arrived, packet);
    const known = this.#exchanges.find(key, packet.octets);
    if (known?.kind === "answered") return known;
    if (known?.kind === "in-work") return dropped("repeated-in-work");
    const isOverTls = tlsClient !== null;
    const sender = { client, secret: isOverTls ? TLS_SECRET : client.secret, address, port };
    const { needsMessageAuthenticator } = client;
    const check = { secret: sender.secret, digests: DIGESTS, needsMessageAuthenticator, isOverTls };
    const fault = checkRequest(packet, check);
    if (fault !== undefined) return dropped(fault);
    return { kind: packet.code === CODES["Status-Server"] ? "status" : "work", packet, sender, key };
  }

  async #work(arrived: Arrived, { packet, sender, key }: Work): Promise<void> {
    const exchange = this.#exchanges.begin(key, packet.octets);
    if (exchange === "busy") {
      this.#shed(arrived, packet, sender);
      return;
    }
    let reply: Uint8Array | null = null;
    try {
      const request = { packet, sender, handler: this.#handler };
      const answer = await (isAccess(packet) ? answerAccess(request) : answerAccounting(request));
      if (answer.kind === "busy") this.#shed(arrived, packet, sender);
      else reply = this.#settle(arrived, answer);
    } catch (error) {
      this.#drops.drop("handler-failed", sender.address, error);
    } finally {
      this.#exchanges.end(exchange, reply);
    }
  }

  /** Too much is in work: RADIUS has no word for it but silence, or a refusal. */
  #shed(arrived: Arrived, packet: RadiusPacket, sender: RadiusSender): void {
    this.#drops.drop("busy", arrived.address);
    if (!isAccess(packet) || sender.client.whenBusy === "drop") return;
    this.#settle(arrived, answerWith(packet, sender, { kind: "reject", reason: "service-unavailable" }));
  }

  /** Sends what there is to send; returns it, or null. */
  #settle({ address, send }: Arrived, answer: Answer): Uint8Array | null {
    switch (answer.kind) {
      case "busy":
        this.#drops.drop("busy", address);
        return null;
      case "reply":
        if (answer.refusedProof !== undefined) this.#drops.drop(answer.refusedProof, address);
        send(answer.octets);
        return answer.octets;
      case "none":
        this.#drops.drop(answer.reason, address);
        return null;
      case "not-writable":
        this.#drops.drop("reply-not-writable", address, answer.fault);
        return null;
      default:
        return answer satisfies never;
    }
  }
}

const dropped = (reason: DropReason): Judged => ({ kind: "dropped", reason });

const isAccess = ({ code }: RadiusPacket): boolean => code === CODES["Access-Request"];

function isExpected({ code }: RadiusPacket, service: Arrived["service"]): boolean {
  if (code === CODES["Status-Server"]) return true;
  if (code === CODES["Access-Request"]) return service !== "acct";
  return code === CODES["Accounting-Request"] && service !== "auth";
}

/** RFC 5080 §2.2.2, with the authenticator: a proxy uses an identifier again as soon as it is answered. */
function keyOf({ service, address, port }: Arrived, { identifier, authenticator }: RadiusPacket): string {
  return `${service} ${address} ${port} ${identifier} ${Buffer.from(authenticator).toString("latin1")}`;
}
