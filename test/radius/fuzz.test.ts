import { expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { readAccessRequest } from "../../src/protocol/radius/access-request.ts";
import { readAccountingRecord } from "../../src/protocol/radius/accounting-record.ts";
import { checkReply, checkRequest } from "../../src/protocol/radius/authenticity.ts";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import { verifyCredential } from "../../src/protocol/radius/credential.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import { PACKET_OCTETS_MAX, type RadiusPacket } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { mutatedPacket } from "./mutated-packet.ts";

/** `TOLLWRIGHT_FUZZ=1000000 vitest run test/radius/fuzz` for the long run; `TOLLWRIGHT_FUZZ_SEED` for another one. */
const PACKETS = Number(process.env.TOLLWRIGHT_FUZZ ?? 2_000);
const SEED = Number(process.env.TOLLWRIGHT_FUZZ_SEED ?? 20_261_122);
/** Growth of the heap over the whole run that is noise; a leak of a packet each would be more. */
const HEAP_GROWTH_MAX = 128 << 20;

const profiles = [CLIENT_PROFILES.cisco, CLIENT_PROFILES.kamailio] as const;
const secret = new TextEncoder().encode("testing123");

/** Everything that the server does with a packet before and after it knows whose it is. */
function digest(packet: RadiusPacket, random: SeededRandom): void {
  const profile = random.of(profiles);
  checkRequest(packet, { secret, digests: DIGESTS, needsMessageAuthenticator: true });
  const requestAuthenticator = packet.authenticator;
  checkReply(packet, { secret, digests: DIGESTS, requestAuthenticator, needsMessageAuthenticator: true });
  const attributes = decodeAttributes(packet.attributes, random.of([profile.dictionary, profile.accountingDictionary]));
  if (attributes.length > PACKET_OCTETS_MAX) throw new Error(`${attributes.length} attributes of one packet`);
  const received = {
    ...{ packet, attributes, profile, secret, digests: DIGESTS },
    ...{ senderAddress: "192.0.2.1", receivedAt: epochMs(0) },
  };
  const { credential } = readAccessRequest(received);
  verifyCredential(credential, { kind: "password", password: "secret" }, DIGESTS);
  readAccountingRecord(received);
}

test(`${PACKETS} mutated packets (seed ${SEED}) are read or refused, without an exception and in bounded memory`, () => {
  const random = new SeededRandom(SEED);
  const before = process.memoryUsage().heapUsed;
  let whole = 0;
  for (let count = 0; count < PACKETS; count += 1) {
    const packet = decodePacket(mutatedPacket(random));
    if (packet.kind === "fault") continue;
    whole += 1;
    digest(packet, random);
  }
  expect(whole).toBeGreaterThan(PACKETS / 4); // else it fuzzes the first check only
  expect(whole).toBeLessThan(PACKETS);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP_GROWTH_MAX);
});
