import { invariant } from "../../core/invariant.ts";
import {
  AUTHENTICATOR_OCTETS,
  HEADER_OCTETS,
  PACKET_OCTETS_MAX,
  VALUE_OCTETS_MAX,
  type WireAttribute,
} from "./packet.ts";

/** What {@link encodePacket} writes. */
export interface PacketContent {
  readonly code: number;
  readonly identifier: number;
  /** 16 octets. */
  readonly authenticator: Uint8Array;
  readonly attributes: readonly WireAttribute[];
}

/**
 * The octets of a packet, its authenticator as given; undefined when they would be more than a packet may have (RFC
 * 2865 §3). Errors: a value that no attribute can hold is a bug and throws.
 */
export function encodePacket({ code, identifier, authenticator, attributes }: PacketContent): Uint8Array | undefined {
  invariant(authenticator.length === AUTHENTICATOR_OCTETS, "an authenticator has 16 octets");
  const length = attributes.reduce((sum, { value }) => sum + 2 + value.length, HEADER_OCTETS);
  if (length > PACKET_OCTETS_MAX) return undefined;
  const octets = new Uint8Array(length);
  octets.set([code, identifier, length >> 8, length & 0xff]);
  octets.set(authenticator, 4);
  let at = HEADER_OCTETS;
  for (const { type, value } of attributes) {
    invariant(value.length <= VALUE_OCTETS_MAX, `an attribute's value has at most 253 octets, got ${value.length}`);
    octets[at] = type;
    octets[at + 1] = 2 + value.length;
    octets.set(value, at + 2);
    at += 2 + value.length;
  }
  return octets;
}
