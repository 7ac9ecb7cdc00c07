import { randomInt } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { now } from "../../clock.ts";
import { parseAddress } from "../../core/tenancy/address-range.ts";
import { checkReply, signRequest } from "../../protocol/radius/authenticity.ts";
import { decodePacket } from "../../protocol/radius/decode-packet.ts";
import { type EncodeFault, encodeAttributes, type NamedValue } from "../../protocol/radius/encode-attributes.ts";
import { AUTHENTICATOR_OCTETS, CODES, type RadiusPacket } from "../../protocol/radius/packet.ts";
import { nextWaitMs, RETRANSMISSION, type Retransmission } from "../../protocol/radius/retransmission.ts";
import { DIGESTS } from "./digests.ts";
import type { RadiusClient } from "./radius-client.ts";

export type DynamicOutcome =
  /** The session was ended, or changed. */
  | { readonly kind: "acknowledged" }
  /**
   * NAK. `errorCause` (RFC 5176 §3.5) says why: 503 is a session that the switch does not have, so it is over there;
   * null when the switch does not say.
   */
  | { readonly kind: "refused"; readonly errorCause: number | null }
  /** Nothing that proved to be the switch's came back. */
  | { readonly kind: "no-answer"; readonly sends: number }
  /** This process ends before an answer came. */
  | { readonly kind: "stopped" }
  /** As many are under way as may be, in all or to this switch. */
  | { readonly kind: "busy" }
  | { readonly kind: "not-writable"; readonly fault: EncodeFault | "packet-too-long" };

export interface DynamicTarget {
  readonly client: RadiusClient;
  /** Where the session's packets came from: taken where the client names no address of its own. */
  readonly senderAddress: string;
}

type DynamicRequest = "Disconnect-Request" | "CoA-Request";

interface Pending {
  readonly request: DynamicRequest;
  readonly secret: Uint8Array;
  readonly authenticator: Uint8Array;
  readonly settle: (outcome: DynamicOutcome) => void;
}

/** Under way at a time, to all switches. */
const PENDING_MAX = 10_000;
const IDENTIFIERS = 256;
const AUTHENTICATOR_AT = 4;
const ERROR_CAUSE = 101;

const ANSWERS = {
  "Disconnect-Request": { ack: CODES["Disconnect-ACK"], nak: CODES["Disconnect-NAK"] },
  "CoA-Request": { ack: CODES["CoA-ACK"], nak: CODES["CoA-NAK"] },
} as const;

/**
 * Tells switches to end sessions or to change them (RFC 5176). A request is sent again, with the same octets, until it
 * is answered or given up (RFC 5080 §2.2.1); one that the switch took twice is harmless.
 */
export class DynamicAuthorization {
  readonly #retransmission: Retransmission;
  /** By the switch's address and port, and the identifier. */
  readonly #pending = new Map<string, Pending>();
  readonly #sockets = new Map<"udp4" | "udp6", Socket>();
  #lastIdentifier = 0;
  #isClosed = false;

  constructor(retransmission = RETRANSMISSION) {
    this.#retransmission = retransmission;
  }

  /** Ends a session. `session`: how the switch finds it, as `identity` of what it sent last. */
  async disconnect(target: DynamicTarget, session: readonly NamedValue[]): Promise<DynamicOutcome> {
    return this.#request("Disconnect-Request", target, session);
  }

  /** Changes a session: `changes` such as a new Session-Timeout. */
  async change(
    target: DynamicTarget,
    session: readonly NamedValue[],
    changes: readonly NamedValue[],
  ): Promise<DynamicOutcome> {
    return this.#request("CoA-Request", target, [...session, ...changes]);
  }

  /** Ends what is under way. */
  close(): void {
    this.#isClosed = true;
    for (const { settle } of this.#pending.values()) settle({ kind: "stopped" });
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  async #request(
    request: DynamicRequest,
    { client, senderAddress }: DynamicTarget,
    values: readonly NamedValue[],
  ): Promise<DynamicOutcome> {
    const { secret, profile, dynamicAuthorization } = client;
    const [address, port] = [dynamicAuthorization.address ?? senderAddress, dynamicAuthorization.port];
    // RFC 5176 §6.3: a switch that looks at it refuses what somebody recorded and sends later.
    const stamp: NamedValue = ["Event-Timestamp", Math.floor(now().epochMilliseconds / 1_000)];
    const attributes = encodeAttributes([...values, stamp], profile.dictionary);
    if ("kind" in attributes) return { kind: "not-writable", fault: attributes };
    const peer = peerOf(address, port);
    const identifier = this.#freeIdentifier(peer);
    if (identifier === undefined) return { kind: "busy" };
    const octets = signRequest({
      ...{ code: CODES[request], identifier, attributes, secret, digests: DIGESTS },
      hasMessageAuthenticator: true,
    });
    if (octets === undefined) return { kind: "not-writable", fault: "packet-too-long" };
    const { promise, resolve } = Promise.withResolvers<DynamicOutcome>();
    const key = `${peer} ${identifier}`;
    const authenticator = octets.subarray(AUTHENTICATOR_AT, AUTHENTICATOR_AT + AUTHENTICATOR_OCTETS);
    this.#pending.set(key, { request, secret, authenticator, settle: resolve });
    const stop = this.#sendUntilSettled(octets, { address, port }, resolve);
    try {
      return await promise;
    } finally {
      stop();
      this.#pending.delete(key);
    }
  }

  /** Sends, waits, and sends again; the function that is returned ends it. */
  #sendUntilSettled(
    octets: Uint8Array,
    { address, port }: { readonly address: string; readonly port: number },
    settle: (outcome: DynamicOutcome) => void,
  ): () => void {
    let sent = { times: 0, lastWaitMs: 0, totalMs: 0 };
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      const waitMs = nextWaitMs(sent, randomInt(1_000) / 1_000, this.#retransmission);
      if (waitMs === undefined) {
        settle({ kind: "no-answer", sends: sent.times });
        return;
      }
      sent = { times: sent.times + 1, lastWaitMs: waitMs, totalMs: sent.totalMs + waitMs };
      this.#socketFor(address)?.send(octets, port, address, () => undefined); // what is lost is sent again
      timer = setTimeout(send, waitMs);
    };
    send();
    return () => clearTimeout(timer);
  }

  /** One that no request under way to that switch has. */
  #freeIdentifier(peer: string): number | undefined {
    if (this.#pending.size >= PENDING_MAX || this.#isClosed) return undefined;
    for (let step = 1; step <= IDENTIFIERS; step += 1) {
      const identifier = (this.#lastIdentifier + step) % IDENTIFIERS;
      if (this.#pending.has(`${peer} ${identifier}`)) continue;
      this.#lastIdentifier = identifier;
      return identifier;
    }
    return undefined;
  }

  #socketFor(address: string): Socket | undefined {
    if (this.#isClosed) return undefined;
    const type = isIPv6(address) ? "udp6" : "udp4";
    const open = this.#sockets.get(type);
    if (open !== undefined) return open;
    const socket = createSocket(type);
    socket.on("message", (datagram, from) => this.#take(datagram, from));
    socket.on("error", () => undefined); // of one datagram
    socket.unref();
    this.#sockets.set(type, socket);
    return socket;
  }

  /** What does not prove to be an answer is passed over: the true one may still come. */
  #take(datagram: Uint8Array, { address, port }: RemoteInfo): void {
    const packet = decodePacket(datagram);
    if (packet.kind === "fault") return;
    const pending = this.#pending.get(`${peerOf(address, port)} ${packet.identifier}`);
    if (pending === undefined) return;
    const { ack, nak } = ANSWERS[pending.request];
    if (packet.code !== ack && packet.code !== nak) return;
    const fault = checkReply(packet, {
      ...{ secret: pending.secret, digests: DIGESTS, requestAuthenticator: pending.authenticator },
      needsMessageAuthenticator: false,
    });
    if (fault !== undefined) return;
    pending.settle(
      packet.code === ack ? { kind: "acknowledged" } : { kind: "refused", errorCause: errorCauseOf(packet) },
    );
  }
}

/** One text for one address, however it is written. */
const peerOf = (address: string, port: number): string => `${parseAddress(address)?.join(":")} ${port}`;

/** By number: in the dictionary of a client with OpenSER's file 101 is another attribute. */
function errorCauseOf({ attributes }: RadiusPacket): number | null {
  const value = attributes.find(({ type }) => type === ERROR_CAUSE)?.value;
  if (value?.length !== 4) return null;
  return value.reduce((number, octet) => number * 256 + octet, 0);
}
