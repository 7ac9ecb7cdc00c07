import type { EpochMs } from "../../core/time/epoch.ts";
import type { Attribute } from "./attribute.ts";
import type { ClientProfile } from "./client-profile.ts";
import { contentDigest } from "./content-digest.ts";
import { type Credential, readCredential } from "./credential.ts";
import type { Digests } from "./digests.ts";
import { hexOf } from "./octets.ts";
import type { RadiusPacket } from "./packet.ts";
import { readSessionFacts, type SessionFacts } from "./session-facts.ts";

/** A switch asks whether a user may have a session (RFC 2865 §4.1). */
export interface AccessRequest extends SessionFacts {
  /**
   * Which request it is: the same when the client sends it again, under another identifier or over another server. A
   * second attempt of the user has another authenticator.
   */
  readonly requestKey: string;
  readonly receivedAt: EpochMs;
  readonly credential: Credential;
  /** Service-Type by name or number: "Call-Check"; "" when there is none. */
  readonly serviceType: string;
}

interface Received {
  readonly packet: RadiusPacket;
  readonly attributes: readonly Attribute[];
  readonly profile: ClientProfile;
  readonly senderAddress: string;
  readonly receivedAt: EpochMs;
  readonly secret: Uint8Array;
  readonly digests: Digests;
}

/** Reads an Access-Request that was checked as far as it can be. */
export function readAccessRequest(received: Received): AccessRequest {
  const { packet, attributes, profile, senderAddress, receivedAt, secret, digests } = received;
  const facts = readSessionFacts(attributes, profile, senderAddress);
  return {
    ...facts,
    requestKey: `access/${hexOf(packet.authenticator)}/${contentDigest(packet, digests)}`,
    receivedAt,
    credential: readCredential({ packet, plain: facts.attributes, secret, digests }),
    serviceType: facts.attributes.get("service-type") ?? "",
  };
}
