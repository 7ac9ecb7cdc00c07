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
import { requestOctets } from "./radius-peer.ts";
import { readPacketVectors } from "./radius-vectors.ts";

/** `TOLLWRIGHT_FUZZ=1000000 vitest run test/radius/fuzz` for the long run; `TOLLWRIGHT_FUZZ_SEED` for another one. */
const PACKETS = Number(process.env.TOLLWRIGHT_FUZZ ?? 20_000);
const SEED = Number(process.env.TOLLWRIGHT_FUZZ_SEED ?? 20_261_122);
/** Growth of the heap over the whole run that is noise; a leak of a packet each would be more. */
const HEAP_GROWTH_MAX = 64 << 20;

/** What the vectors have no case of: records and requests as gateways and proxies send them. */
const made = [
  requestOctets({
    ...{ name: "Accounting-Request", profile: "cisco" },
    attributes: [
      ["Acct-Status-Type", "Stop"],
      ["Acct-Session-Id", "0000A1"],
      ["Acct-Session-Time", 65],
      ["Acct-Input-Octets", 7],
      ["Acct-Input-Gigawords", 1],
      ["Event-Timestamp", 1_795_249_512],
      ["h323-connect-time", "h323-connect-time=08:00:00.250 UTC Sat Nov 21 2026"],
      ["h323-disconnect-time", "*08:01:05.000 UTC Sat Nov 21 2026"],
      ["h323-disconnect-cause", "10"],
      ["Cisco-AVPair", "h323-remote-id=gw-1"],
      ["Class", "token"],
    ],
  }),
  requestOctets({
    ...{ name: "Access-Request", profile: "kamailio", password: "secret" },
    attributes: [
      ["Digest-Response", "bd1e3e6a40192a602ffa985e30137a42"],
      ["Digest-Username", "alice"],
      ["Digest-Realm", "rig.test"],
      ["Digest-Nonce", "abc"],
      ["Digest-Method", "INVITE"],
      ["Digest-URI", "sip:1@127.0.0.1"],
    ],
  }),
];
const seeds = [...made, ...made, ...made, ...readPacketVectors().map(({ octets }) => octets)] as unknown as readonly [
  Uint8Array,
  ...Uint8Array[],
];
const profiles = [CLIENT_PROFILES.cisco, CLIENT_PROFILES.kamailio] as const;
const secret = new TextEncoder().encode("testing123");

/** A vector's packet with some octets changed, cut off, doubled or set to the edges of what they may be. */
function mutated(random: SeededRandom): Uint8Array {
  const source = random.of(seeds);
  const length = random.once(4)
    ? random.below(random.once(9) ? PACKET_OCTETS_MAX + 100 : 2 * source.length + 2)
    : source.length;
  const octets = new Uint8Array(length);
  octets.set(source.subarray(0, octets.length));
  for (let changes = random.below(4); changes > 0; changes -= 1)
    if (octets.length > 0)
      octets[random.below(octets.length)] = random.of([0, 1, 2, 26, 80, 207, 245, 255, random.below(256)]);
  if (octets.length >= 4 && !random.once(8)) octets.set([octets.length >> 8, octets.length & 0xff], 2);
  return octets;
}

/** Everything that the server does with a packet before and after it knows whose it is. */
function digest(packet: RadiusPacket, random: SeededRandom): void {
  const profile = random.of(profiles);
  checkRequest(packet, { secret, digests: DIGESTS, needsMessageAuthenticator: true });
  const requestAuthenticator = packet.authenticator;
  checkReply(packet, { secret, digests: DIGESTS, requestAuthenticator, needsMessageAuthenticator: true });
  const attributes = decodeAttributes(packet.attributes, random.of([profile.dictionary, profile.accountingDictionary]));
  expect(attributes.length).toBeLessThanOrEqual(PACKET_OCTETS_MAX);
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
    const packet = decodePacket(mutated(random));
    if (packet.kind === "fault") continue;
    whole += 1;
    digest(packet, random);
  }
  expect(whole).toBeGreaterThan(PACKETS / 4); // else it fuzzes the first check only
  expect(whole).toBeLessThan(PACKETS);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP_GROWTH_MAX);
});
