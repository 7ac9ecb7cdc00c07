import {
  ATTRIBUTES_MAX,
  HEADER_OCTETS,
  PACKET_OCTETS_MAX,
  type PacketFault,
  type PacketFaultReason,
  type RadiusPacket,
  type WireAttribute,
} from "./packet.ts";

/**
 * Reads a datagram as far as it needs no secret: head and attributes, whose values are views of the datagram. Octets
 * behind the packet's length are padding (RFC 2865 §3). A code without a name is no fault: the receiver judges it.
 */
export function decodePacket(datagram: Uint8Array): RadiusPacket | PacketFault {
  if (datagram.length < HEADER_OCTETS) return fault("too-short", datagram.length);
  const length = (octet(datagram, 2) << 8) | octet(datagram, 3);
  if (length < HEADER_OCTETS) return fault("length-below-header", 2);
  if (length > PACKET_OCTETS_MAX) return fault("length-above-maximum", 2);
  if (length > datagram.length) return fault("length-beyond-datagram", 2);
  const octets = datagram.subarray(0, length);
  const attributes = readAttributes(octets);
  if ("kind" in attributes) return attributes;
  return {
    kind: "packet",
    code: octet(octets, 0),
    identifier: octet(octets, 1),
    authenticator: octets.subarray(4, HEADER_OCTETS),
    attributes,
    octets,
  };
}

function readAttributes(octets: Uint8Array): readonly WireAttribute[] | PacketFault {
  const attributes: WireAttribute[] = [];
  let at = HEADER_OCTETS;
  while (at < octets.length) {
    if (at + 2 > octets.length) return fault("attribute-cut-off", at);
    const length = octet(octets, at + 1);
    if (length < 2) return fault("attribute-length-below-2", at);
    if (at + length > octets.length) return fault("attribute-beyond-packet", at);
    if (attributes.length === ATTRIBUTES_MAX) return fault("too-many-attributes", at);
    attributes.push({ type: octet(octets, at), value: octets.subarray(at + 2, at + length) });
    at += length;
  }
  return attributes;
}

const octet = (octets: Uint8Array, at: number): number => octets[at] as number;

const fault = (reason: PacketFaultReason, offset: number): PacketFault => ({ kind: "fault", reason, offset });
