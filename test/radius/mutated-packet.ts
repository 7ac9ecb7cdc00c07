import { PACKET_OCTETS_MAX } from "../../src/protocol/radius/packet.ts";
import type { SeededRandom } from "../support/seeded-random.ts";
import { requestOctets } from "./radius-peer.ts";
import { readPacketVectors } from "./radius-vectors.ts";

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

/** A vector's packet with some octets changed, cut off, doubled or set to the edges of what they may be. */
export function mutatedPacket(random: SeededRandom): Uint8Array {
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
