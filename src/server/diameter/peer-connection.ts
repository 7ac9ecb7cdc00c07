import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import { checkServerIdentity, TLSSocket } from "node:tls";
import { checkGrammar } from "../../protocol/diameter/check-grammar.ts";
import { COMMAND, REQUEST_GRAMMARS } from "../../protocol/diameter/command.ts";
import type { RequestEnvelope } from "../../protocol/diameter/credit-control-request.ts";
import type { Dictionary } from "../../protocol/diameter/dictionary.ts";
import type { Fault } from "../../protocol/diameter/fault.ts";
import { avpValue } from "../../protocol/diameter/find-avp.ts";
import { readHeader } from "../../protocol/diameter/header.ts";
import type { SplitMessage } from "../../protocol/diameter/message-splitter.ts";
import { faultOfCapabilities } from "../../protocol/diameter/negotiate.ts";
import {
  localAddress,
  type MessageIds,
  type NodeIdentity,
  writeCapabilitiesAnswer,
  writeDisconnect,
  writeErrorAnswer,
  writePeerAnswer,
  writeWatchdog,
} from "../../protocol/diameter/node-messages.ts";
import { envelopeOf } from "../../protocol/diameter/read-credit-control.ts";
import { type DiameterMessage, readMessage } from "../../protocol/diameter/read-message.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import { screenRequest } from "../../protocol/diameter/screen-request.ts";
import { Watchdog } from "../../protocol/diameter/watchdog.ts";
import type { RequestAnswerer } from "./answer-request.ts";
import type { DiameterReport } from "./diameter-report.ts";
import { MessageChannel } from "./message-channel.ts";
import type { MessageIdSource } from "./message-ids.ts";
import type { PeerSettings, PeerTable } from "./peer-settings.ts";

/** What the connections of a server share. */
export interface ConnectionSurroundings {
  readonly node: NodeIdentity;
  readonly names: ReadonlySet<string>;
  readonly dictionary: Dictionary;
  peers: PeerTable;
  readonly answerer: RequestAnswerer;
  readonly ids: MessageIdSource;
  readonly report: DiameterReport;
  readonly timing: ConnectionTiming;
  /** Whether a peer may have this connection: at most one at a time has it. */
  admit(connection: PeerConnection, host: string): Promise<boolean>;
  /** A connection is gone. */
  closed(connection: PeerConnection): void;
}

export interface ConnectionTiming {
  /** Until a CER has to be there. */
  readonly capabilitiesMs: number;
  /** Tw of RFC 3539: silence until the watchdog asks; 30 s by the RFC, 6 at the least. */
  readonly watchdogMs: number;
  /** For a peer to answer what it is asked. */
  readonly requestMs: number;
}

/** Requests of ours that wait for answers, per connection. */
const ASKED_MAX = 1_000;
/** RFC 3539 §3.4.1: watchdogs of many connections should not bark at once. */
const JITTER_MS = 2_000;

type State = "waiting" | "admitting" | "open" | "closing" | "closed";

/** One connection, from its CER to its end (RFC 6733 §5.6, the responder's half). */
export class PeerConnection {
  /** The peer's end. */
  readonly address: string;
  readonly #socket: Socket;
  readonly #around: ConnectionSurroundings;
  readonly #channel: MessageChannel;
  readonly #watchdog = new Watchdog();
  readonly #asked = new Map<number, (answer: DiameterMessage | undefined) => void>();
  readonly #ended = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout;
  #state: State = "waiting";
  #peer: PeerSettings | undefined;

  constructor(socket: Socket, around: ConnectionSurroundings) {
    this.address = plainAddress(socket.remoteAddress);
    this.#socket = socket;
    this.#around = around;
    this.#channel = new MessageChannel(socket, {
      message: (message) => void this.#work(message),
      closed: () => this.#close(),
      tooSlow: () => around.report.add("receiver-too-slow", this.#name),
    });
    this.#timer = setTimeout(() => {
      around.report.add("no-capabilities-in-time", this.#name);
      this.#channel.destroy();
    }, around.timing.capabilitiesMs);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Whether the peer answers at all, asked by a DWR. */
  async isAlive(withinMs: number): Promise<boolean> {
    return (await this.ask((ids) => writeWatchdog(this.#around.node, ids), withinMs)) !== undefined;
  }

  /** Sends a request of ours, and waits for its answer; undefined: there is none in time, or no room to wait for it. */
  async ask(write: (ids: MessageIds) => Buffer, withinMs: number): Promise<DiameterMessage | undefined> {
    if (this.#state === "closed" || this.#asked.size >= ASKED_MAX) return undefined;
    const ids = this.#around.ids.next();
    const { promise, resolve } = Promise.withResolvers<DiameterMessage | undefined>();
    const timer = setTimeout(() => resolve(undefined), withinMs);
    this.#asked.set(ids.hopByHopId, resolve);
    this.#channel.send(write(ids));
    const answer = await promise;
    clearTimeout(timer);
    this.#asked.delete(ids.hopByHopId);
    return answer;
  }

  /** Takes leave (RFC 6733 §5.4), and ends the connection. */
  async disconnect(cause: number): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      await this.ask((ids) => writeDisconnect(this.#around.node, ids, cause), this.#around.timing.requestMs);
    }
    if (!this.#hasState("closed")) this.#end();
    await this.#ended.promise;
  }

  destroy(): void {
    this.#channel.destroy();
  }

  get #name(): string {
    return this.#peer?.host ?? this.address;
  }

  /** Sends what is to be sent, and nothing more is worked on. */
  #end(): void {
    this.#state = "closing";
    this.#channel.end();
  }

  #close(): void {
    const wasOpen = this.#peer !== undefined;
    this.#state = "closed";
    clearTimeout(this.#timer);
    for (const resolve of this.#asked.values()) resolve(undefined);
    if (wasOpen) this.#around.report.add("disconnected", this.#name);
    this.#around.closed(this);
    this.#ended.resolve();
  }

  /** A bug that a message brings to light costs its connection, and no other. */
  async #work(split: SplitMessage): Promise<void> {
    try {
      await this.#take(split);
    } catch (error) {
      this.#around.report.add("handler-failed", this.#name, "", error);
      this.#channel.destroy();
    }
  }

  /** Runs as far as it can at once, so that messages are begun in their order. */
  async #take(split: SplitMessage): Promise<void> {
    this.#watchdog.heard();
    if (split.kind === "broken") {
      this.#around.report.add("stream-broken", this.#name, split.what);
      const { head, resultCode, what } = split;
      const header = readHeader(head);
      if (this.isOpen && header.isRequest)
        this.#refuse({ header, sessionId: undefined, proxyInfo: [] }, { resultCode, what, failed: undefined });
      this.#end();
      return;
    }
    const message = readMessage(split.bytes, this.#around.dictionary);
    if (message.header.isRequest) await this.#takeRequest(message);
    else this.#takeAnswer(message);
  }

  #takeAnswer(message: DiameterMessage): void {
    const resolve = this.#asked.get(message.header.hopByHopId);
    if (resolve === undefined) this.#around.report.add("answer-unexpected", this.#name);
    else resolve(message);
  }

  async #takeRequest(message: DiameterMessage): Promise<void> {
    const { commandCode } = message.header;
    switch (this.#state) {
      case "waiting":
        if (commandCode === COMMAND.capabilitiesExchange) await this.#exchangeCapabilities(message);
        else this.#channel.destroy(); // RFC 6733 §5.6: nothing but a CER may come first
        return;
      case "open":
        await this.#takeOpen(message);
        return;
      default:
        return; // RFC 6733 §5.4: after a DPR nothing is worked on; before a CEA nothing may come
    }
  }

  async #exchangeCapabilities(message: DiameterMessage): Promise<void> {
    const { node, report, timing } = this.#around;
    clearTimeout(this.#timer);
    this.#state = "admitting";
    const fault = await this.#faultOfCapabilities(message);
    if (this.#hasState("closed")) return;
    const addresses = localAddress(this.#socket.localAddress);
    this.#channel.send(writeCapabilitiesAnswer(envelopeOf(message), node, { addresses, fault }));
    if (fault !== undefined) {
      report.add("peer-refused", this.#name, fault.what);
      this.#end();
      return;
    }
    this.#state = "open";
    report.add("connected", this.#name, this.address);
    const jitterMs = Math.min(JITTER_MS, Math.floor(timing.watchdogMs / 15));
    this.#timer = setInterval(
      () => this.#watch(),
      timing.watchdogMs + (jitterMs > 0 ? randomInt(-jitterMs, jitterMs) : 0),
    );
  }

  /** A state that may have changed while something was waited for. */
  #hasState(state: State): boolean {
    return this.#state === state;
  }

  /** Why the peer is not let in; nothing when it is, and this connection its own. */
  async #faultOfCapabilities(message: DiameterMessage): Promise<Fault | undefined> {
    const { avps } = message;
    const grammar = REQUEST_GRAMMARS.get(COMMAND.capabilitiesExchange);
    const fault = message.fault ?? (grammar && checkGrammar(avps, grammar));
    if (fault !== undefined) return fault;
    const host = avpValue(avps, "Origin-Host") ?? "";
    const peer = this.#around.peers.find({ host, realm: avpValue(avps, "Origin-Realm") ?? "", address: this.address });
    if (peer === undefined || !this.#isTrusted(peer)) return unknownPeer(host, this.address);
    const useless = faultOfCapabilities(avps);
    if (useless !== undefined) return useless;
    this.#peer = peer;
    if (await this.#around.admit(this, peer.host.toLowerCase())) return undefined;
    this.#peer = undefined;
    return { resultCode: RESULT.unableToComply, what: `${host} is connected already`, failed: undefined };
  }

  /** Over TLS the certificate names the host, whether or not the peer has to use it. */
  #isTrusted({ host, needsTls }: PeerSettings): boolean {
    if (!(this.#socket instanceof TLSSocket)) return !needsTls;
    return checkServerIdentity(host, this.#socket.getPeerCertificate()) === undefined;
  }

  async #takeOpen(message: DiameterMessage): Promise<void> {
    const peer = this.#peer;
    if (peer === undefined) return;
    const { node, names, report, answerer } = this.#around;
    const envelope = envelopeOf(message);
    const screening = { host: node.host.toLowerCase(), names, passesUnknown: peer.passesUnknownAvps };
    const fault = screenRequest(message, screening);
    if (fault !== undefined) {
      report.add("request-refused", peer.host, fault.what);
      this.#refuse(envelope, fault);
      return;
    }
    switch (message.header.commandCode) {
      case COMMAND.creditControl:
        this.#channel.send(await answerer.answer(message, { peer, address: this.address }));
        return;
      case COMMAND.capabilitiesExchange:
        this.#refuse(envelope, { resultCode: RESULT.unableToComply, what: "Connected already", failed: undefined });
        return;
      case COMMAND.disconnectPeer:
        this.#channel.send(writePeerAnswer(envelope, node));
        this.#end();
        return;
      default:
        this.#channel.send(writePeerAnswer(envelope, node));
    }
  }

  #refuse(envelope: RequestEnvelope, fault: Fault): void {
    this.#channel.send(writeErrorAnswer(envelope, this.#around.node, fault));
  }

  #watch(): void {
    const verdict = this.#watchdog.tick();
    if (verdict === "probe") void this.isAlive(this.#around.timing.watchdogMs);
    if (verdict === "down") this.#channel.destroy();
  }
}

const unknownPeer = (host: string, address: string): Fault => ({
  resultCode: RESULT.unknownPeer,
  what: `${host} is not known at ${address}`,
  failed: undefined,
});

/** An IPv4 address as such, also where a socket for both kinds gives it as one of IPv6. */
export const plainAddress = (address: string | undefined): string => (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
