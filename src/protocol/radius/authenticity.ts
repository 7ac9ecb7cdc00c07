import { invariant } from "../../core/invariant.ts";
import type { Digests } from "./digests.ts";
import { encodePacket } from "./encode-packet.ts";
import { concat, equalOctets } from "./octets.ts";
import {
  ATTRIBUTE,
  AUTHENTICATOR_OCTETS,
  CODES,
  HEADER_OCTETS,
  type RadiusPacket,
  type WireAttribute,
} from "./packet.ts";

/** Why a packet is not from somebody who knows the secret, or does not prove it. */
export type AuthenticityFault =
  | "authenticator-wrong"
  | "message-authenticator-missing"
  | "message-authenticator-length"
  | "message-authenticator-twice"
  | "message-authenticator-wrong";

const NO_AUTHENTICATOR = new Uint8Array(AUTHENTICATOR_OCTETS);
const AUTHENTICATOR_AT = 4;

/** Requests whose authenticator is a digest over them (RFC 2866 §3, RFC 5176 §2.3); in the others it is random. */
const isDigested = (code: number): boolean =>
  code === CODES["Accounting-Request"] || code === CODES["Disconnect-Request"] || code === CODES["CoA-Request"];

/**
 * What no request carries unsigned, whatever its client is allowed to leave out: EAP (RFC 3579 §3.1), and Proxy-State,
 * in which Blast-RADIUS hides its collision. Clients that never sign send none, and proxies sign.
 */
const NEEDS_SIGNING: ReadonlySet<number> = new Set([ATTRIBUTE.eapMessage, ATTRIBUTE.proxyState]);

export interface RequestCheck {
  readonly secret: Uint8Array;
  readonly digests: Digests;
  /**
   * Whether Access-Request and Status-Server without a Message-Authenticator are refused: without one, an answer can
   * be forged (Blast-RADIUS, CVE-2024-3596). Never asked of other requests, whose authenticator proves them.
   */
  readonly needsMessageAuthenticator: boolean;
  /** Nobody can change a packet within TLS: there none is needed (RFC 6614 §2.1). */
  readonly isOverTls?: boolean;
}

/** Checks a request as a server does; undefined: its sender knows the secret, as far as the request can prove it. */
export function checkRequest(packet: RadiusPacket, check: RequestCheck): AuthenticityFault | undefined {
  if (isDigested(packet.code)) {
    const expected = check.digests.md5(concat(withAuthenticator(packet.octets, NO_AUTHENTICATOR), check.secret));
    if (!equalOctets(expected, packet.authenticator)) return "authenticator-wrong";
    return checkMessage(packet, { ...check, vector: NO_AUTHENTICATOR, isNeeded: false });
  }
  const isNeeded =
    !check.isOverTls &&
    (check.needsMessageAuthenticator || packet.attributes.some(({ type }) => NEEDS_SIGNING.has(type)));
  return checkMessage(packet, { ...check, vector: packet.authenticator, isNeeded });
}

export interface ReplyCheck {
  readonly secret: Uint8Array;
  readonly digests: Digests;
  /** Of the request that is answered. */
  readonly requestAuthenticator: Uint8Array;
  readonly needsMessageAuthenticator: boolean;
}

/** Checks a reply as a client does (RFC 2865 §3). */
export function checkReply(packet: RadiusPacket, check: ReplyCheck): AuthenticityFault | undefined {
  const { secret, digests, requestAuthenticator } = check;
  const expected = digests.md5(concat(withAuthenticator(packet.octets, requestAuthenticator), secret));
  if (!equalOctets(expected, packet.authenticator)) return "authenticator-wrong";
  return checkMessage(packet, { ...check, vector: requestAuthenticator, isNeeded: check.needsMessageAuthenticator });
}

interface MessageCheck {
  readonly secret: Uint8Array;
  readonly digests: Digests;
  /** What stands in the packet's authenticator while the digest is computed. */
  readonly vector: Uint8Array;
  readonly isNeeded: boolean;
}

/** RFC 2869 §5.14, RFC 5176 §3.4: HMAC-MD5 over the packet, in which its own value is zeros. */
function checkMessage({ octets }: RadiusPacket, check: MessageCheck): AuthenticityFault | undefined {
  const [at, second] = messageAuthenticatorsIn(octets);
  if (at === undefined) return check.isNeeded ? "message-authenticator-missing" : undefined;
  if (second !== undefined) return "message-authenticator-twice";
  if (octets[at - 1] !== 2 + AUTHENTICATOR_OCTETS) return "message-authenticator-length";
  const zeroed = withAuthenticator(octets, check.vector);
  zeroed.fill(0, at, at + AUTHENTICATOR_OCTETS);
  const expected = check.digests.hmacMd5(check.secret, zeroed);
  return equalOctets(expected, octets.subarray(at, at + AUTHENTICATOR_OCTETS))
    ? undefined
    : "message-authenticator-wrong";
}

/** Where the values of Message-Authenticator attributes begin, in a packet whose attributes are known to be whole. */
function messageAuthenticatorsIn(octets: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = HEADER_OCTETS; at < octets.length; at += octets[at + 1] as number)
    if (octets[at] === ATTRIBUTE.messageAuthenticator) found.push(at + 2);
  return found;
}

function withAuthenticator(octets: Uint8Array, authenticator: Uint8Array): Uint8Array {
  const copy = new Uint8Array(octets); // not slice(): of Node's Buffer that is a view
  copy.set(authenticator, AUTHENTICATOR_AT);
  return copy;
}

interface Unsigned {
  readonly code: number;
  readonly identifier: number;
  /** Without a Message-Authenticator: that is made here. */
  readonly attributes: readonly WireAttribute[];
  readonly secret: Uint8Array;
  readonly digests: Digests;
  /** It goes first: an attacker then knows nothing to put before it (Blast-RADIUS). */
  readonly hasMessageAuthenticator: boolean;
}

/** The octets of a reply; undefined when they are too many for a packet. */
export function signReply(reply: Unsigned & { readonly requestAuthenticator: Uint8Array }): Uint8Array | undefined {
  const octets = framed(reply, reply.requestAuthenticator);
  if (octets === undefined) return undefined;
  if (reply.hasMessageAuthenticator) putMessageAuthenticator(octets, reply);
  octets.set(reply.digests.md5(concat(octets, reply.secret)), AUTHENTICATOR_AT);
  return octets;
}

/**
 * The octets of a request; undefined when they are too many for a packet.
 *
 * `nonce`: 16 octets that nobody can guess, the authenticator of an Access-Request or Status-Server; other requests
 * have a digest there.
 */
export function signRequest(request: Unsigned & { readonly nonce?: Uint8Array }): Uint8Array | undefined {
  const isDigest = isDigested(request.code);
  invariant(isDigest !== (request.nonce !== undefined), "a request has either a nonce or a digest over itself");
  const octets = framed(request, request.nonce ?? NO_AUTHENTICATOR);
  if (octets === undefined) return undefined;
  if (request.hasMessageAuthenticator) putMessageAuthenticator(octets, request);
  if (isDigest) octets.set(request.digests.md5(concat(octets, request.secret)), AUTHENTICATOR_AT);
  return octets;
}

const EMPTY_MESSAGE_AUTHENTICATOR = { type: ATTRIBUTE.messageAuthenticator, value: NO_AUTHENTICATOR };

function framed({ code, identifier, attributes, hasMessageAuthenticator }: Unsigned, authenticator: Uint8Array) {
  const all = hasMessageAuthenticator ? [EMPTY_MESSAGE_AUTHENTICATOR, ...attributes] : attributes;
  return encodePacket({ code, identifier, authenticator, attributes: all });
}

const putMessageAuthenticator = (octets: Uint8Array, { digests, secret }: Unsigned): void =>
  octets.set(digests.hmacMd5(secret, octets), HEADER_OCTETS + 2);
