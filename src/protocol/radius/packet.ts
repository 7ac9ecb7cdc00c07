/** Kinds of packets by name. Sources: RFC 2865 §3, RFC 2866 §3, RFC 5176 §2.3, RFC 5997 §3. */
export const CODES = {
  "Access-Request": 1,
  "Access-Accept": 2,
  "Access-Reject": 3,
  "Accounting-Request": 4,
  "Accounting-Response": 5,
  "Access-Challenge": 11,
  "Status-Server": 12,
  "Disconnect-Request": 40,
  "Disconnect-ACK": 41,
  "Disconnect-NAK": 42,
  "CoA-Request": 43,
  "CoA-ACK": 44,
  "CoA-NAK": 45,
} as const;

export type PacketName = keyof typeof CODES;

/** Octets before the attributes: code, identifier, length, authenticator. */
export const HEADER_OCTETS = 20;
export const AUTHENTICATOR_OCTETS = 16;
/** RFC 2865 §3. */
export const PACKET_OCTETS_MAX = 4_096;
/** An attribute's length is one octet and counts its own two octets of head. */
export const VALUE_OCTETS_MAX = 253;
/** More attributes than any real client sends; a packet of the largest size could hold 2,038 empty ones. */
export const ATTRIBUTES_MAX = 400;

/** Types of attributes that the codec itself looks at. */
export const ATTRIBUTE = {
  userPassword: 2,
  chapPassword: 3,
  vendorSpecific: 26,
  proxyState: 33,
  acctDelayTime: 41,
  eventTimestamp: 55,
  chapChallenge: 60,
  eapMessage: 79,
  messageAuthenticator: 80,
} as const;

/** An attribute as it stands on the wire, without its two octets of head. */
export interface WireAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

export interface RadiusPacket {
  readonly kind: "packet";
  readonly code: number;
  readonly identifier: number;
  /** 16 octets. */
  readonly authenticator: Uint8Array;
  /** In the order of the wire. */
  readonly attributes: readonly WireAttribute[];
  /** What the length field counts: the packet without padding. A view of the datagram. */
  readonly octets: Uint8Array;
}

/** Why octets are no packet. The words stand in test vectors and in counters. */
export type PacketFaultReason =
  | "too-short"
  | "length-below-header"
  | "length-above-maximum"
  | "length-beyond-datagram"
  | "attribute-cut-off"
  | "attribute-length-below-2"
  | "attribute-beyond-packet"
  | "too-many-attributes";

export interface PacketFault {
  readonly kind: "fault";
  readonly reason: PacketFaultReason;
  /** Octets from the beginning of the datagram. */
  readonly offset: number;
}

/** "Access-Request"; "Code-99" for what has no name. */
export function codeName(code: number): string {
  return NAMES.get(code) ?? `Code-${code}`;
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(CODES).map(([name, code]) => [code, name]));
