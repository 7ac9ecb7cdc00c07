import { expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { radiusDetail } from "../../src/mediation/formats/radius-detail.ts";
import { type AccountingRecord, readAccountingRecord } from "../../src/protocol/radius/accounting-record.ts";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import type { NamedValue } from "../../src/protocol/radius/encode-attributes.ts";
import type { RadiusPacket } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { requestOctets } from "./radius-peer.ts";

const RECEIVED_AT = epochMs(Date.parse("2026-11-21T12:00:00Z"));
const STOP: readonly NamedValue[] = [
  ["Acct-Status-Type", "Stop"],
  ["Acct-Session-Id", "0000A1"],
  ["Acct-Session-Time", 65],
  ["User-Name", "alice"],
  ["Calling-Station-Id", "442071234567"],
  ["Called-Station-Id", "4930123456789"],
];
const CISCO: readonly NamedValue[] = [
  ["h323-conf-id", "h323-conf-id=0A0B 0C0D"],
  ["h323-call-origin", "h323-call-origin=answer"],
  ["h323-call-type", "h323-call-type=VoIP"],
  ["h323-remote-address", "h323-remote-address=198.51.100.7"],
  ["h323-setup-time", "h323-setup-time=11:58:50.000 UTC Sat Nov 21 2026"],
  ["h323-connect-time", "h323-connect-time=11:58:54.250 UTC Sat Nov 21 2026"],
  ["h323-disconnect-time", "h323-disconnect-time=11:59:59.000 UTC Sat Nov 21 2026"],
  ["h323-disconnect-cause", "h323-disconnect-cause=10"],
  ["Cisco-AVPair", "in-trunkgroup-label=in-1"],
];

/** A record as FreeRADIUS writes it into its detail file. */
const detailOf = (attributes: readonly NamedValue[]): string =>
  [
    "Sat Nov 21 12:00:00 2026",
    ...attributes.map(([name, value]) => `\t${name} = ${typeof value === "number" ? value : JSON.stringify(value)}`),
    `\tTimestamp = ${RECEIVED_AT / 1_000}`,
    "",
    "",
  ].join("\n");

function fromFile(attributes: readonly NamedValue[]) {
  const settings = { timeZone: "UTC", fold: "earlier", mapping: { legs: ["all"] }, receivedAt: RECEIVED_AT } as const;
  const decoder = radiusDetail.open({ ...settings, futureToleranceS: 3_600, isWhole: true });
  const rows = [...decoder.push(Buffer.from(detailOf(attributes))), ...decoder.end()];
  const row = rows.find(({ outcome }) => outcome.kind === "call");
  if (row?.outcome.kind !== "call") throw new Error("no call");
  return row.outcome.call;
}

function live(attributes: readonly NamedValue[]): AccountingRecord {
  const profile = CLIENT_PROFILES.cisco;
  const packet = decodePacket(
    requestOctets({ name: "Accounting-Request", profile: "cisco", attributes }),
  ) as RadiusPacket;
  const record = readAccountingRecord({
    ...{ packet, profile, digests: DIGESTS, receivedAt: RECEIVED_AT, senderAddress: "192.0.2.9" },
    attributes: decodeAttributes(packet.attributes, profile.dictionary),
  });
  if ("kind" in record) throw new Error(record.reason);
  return record;
}

test.each<[string, readonly NamedValue[]]>([
  ["of a NAS that has an address", [...STOP, ["NAS-IP-Address", "10.0.0.1"]]],
  ["of a NAS with an IPv6 address", [...STOP, ["NAS-IPv6-Address", "2001:db8::7"]]],
  ["of a NAS that has a name", [...STOP, ["NAS-Identifier", "kamailio-rig"]]],
  ["of a Cisco gateway", [...STOP, ["NAS-IP-Address", "10.0.0.1"], ...CISCO]],
  ["of an Oracle controller", [...STOP, ["NAS-IP-Address", "10.0.0.1"], ["Acme-Session-Egress-CallId", "e-2"]]],
])("a record %s is the same call live and in a detail file", (_, attributes) => {
  const [filed, record] = [fromFile(attributes), live(attributes)];
  expect({
    ...{ key: record.sessionKey, leg: record.leg, callId: record.callId, talkedMs: record.talkedMs },
    ...{ calling: record.calling, called: record.called, sipUser: record.user, cause: record.cause },
    ...{ ingressTrunk: record.ingressTrunk || null, sourceAddress: record.sourceAddress || null },
    ...{ endedAt: record.endedAt ?? record.eventAt },
  }).toEqual({
    ...{ key: filed.key, leg: filed.leg, callId: filed.callId, talkedMs: filed.talkedMs },
    ...{ calling: filed.calling, called: filed.called, sipUser: filed.sipUser, cause: filed.cause },
    ...{ ingressTrunk: filed.ingressTrunk, sourceAddress: filed.sourceAddress, endedAt: filed.endedAt },
  });
});
