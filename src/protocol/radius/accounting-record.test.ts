import { describe, expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import { DIGESTS } from "../../server/radius/digests.ts";
import { type AccountingFault, type AccountingRecord, readAccountingRecord } from "./accounting-record.ts";
import { CLIENT_PROFILES, type ClientProfileName } from "./client-profile.ts";
import { decodeAttributes } from "./decode-attributes.ts";
import { encodeAttributes, type NamedValue } from "./encode-attributes.ts";
import type { RadiusPacket } from "./packet.ts";

const RECEIVED_AT = epochMs(Date.parse("2026-11-21T12:00:00Z"));

function read(attributes: readonly NamedValue[], name: ClientProfileName = "cisco", receivedAt = RECEIVED_AT) {
  const profile = CLIENT_PROFILES[name];
  const wire = encodeAttributes(attributes, profile.accountingDictionary);
  if ("kind" in wire) throw new Error(`${wire.attribute}: ${wire.reason}`);
  const none = new Uint8Array(0);
  const packet: RadiusPacket = {
    ...{ kind: "packet", code: 4, identifier: 1, authenticator: none, attributes: wire, octets: none },
  };
  return readAccountingRecord({
    ...{ packet, profile, receivedAt, digests: DIGESTS, senderAddress: "192.0.2.9" },
    attributes: decodeAttributes(wire, profile.accountingDictionary),
  });
}

function record(attributes: readonly NamedValue[], name?: ClientProfileName, receivedAt?: typeof RECEIVED_AT) {
  const outcome: AccountingRecord | AccountingFault = read(attributes, name, receivedAt);
  if ("kind" in outcome) throw new Error(outcome.reason);
  return outcome;
}

const session: readonly NamedValue[] = [
  ["Acct-Session-Id", "s-1"],
  ["NAS-IP-Address", "10.0.0.1"],
];
const stop: readonly NamedValue[] = [["Acct-Status-Type", "Stop"], ...session];

describe("what kind of record it is", () => {
  test.each<[readonly NamedValue[], string, string]>([
    // attributes, kind, why
    [[["Acct-Status-Type", "Start"], ...session], "start", "RFC 2866"],
    [[["Acct-Status-Type", "Interim-Update"], ...session], "interim", "RFC 2869"],
    [stop, "stop", "RFC 2866"],
    [[["Acct-Status-Type", "Accounting-On"]], "on", "needs no session"],
    [[["Acct-Status-Type", "Accounting-Off"]], "off", "needs no session"],
    [[["Acct-Status-Type", 15], ...session], "failed", "what acc_radius sends for a call nobody answered"],
    [[["Acct-Status-Type", 9]], "irrelevant tunnel-record", "RFC 2867"],
    [[["Acct-Status-Type", 99], ...session], "unusable status-unknown", "nobody has defined it"],
    [session, "unusable status-missing", "RFC 2866 §5.1 has every record say it"],
    [[["Acct-Status-Type", "Stop"]], "unusable session-missing", "RFC 2866 §5.5 has every session named"],
  ])("%j is %s (%s)", (attributes, kind) => {
    const outcome = read(attributes);
    expect("kind" in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.type).toBe(kind);
  });
});

describe("which session it is of", () => {
  test.each<[readonly NamedValue[], string, string, string]>([
    // attributes, key, leg, why
    [[], "10.0.0.1/s-1", "", "the NAS and its own id"],
    [
      [["h323-conf-id", "h323-conf-id=AB CD"]],
      "AB CD/s-1",
      "",
      "the conference id is unique, the NAS's counter is not",
    ],
    [[["Cisco-AVPair", "h323-conf-id=AB CD"]], "AB CD/s-1", "", "the same in a pair"],
    [
      [
        ["h323-call-origin", "h323-call-origin=answer"],
        ["h323-call-type", "VoIP"],
      ],
      "10.0.0.1/s-1",
      "answer/voip",
      "a gateway reports each leg",
    ],
    [[["Acme-Session-Egress-CallId", "e-2"]], "10.0.0.1/s-1", "e-2", "a controller reports each attempt"],
  ])("%j: %s, leg %s (%s)", (attributes, sessionKey, leg) => {
    expect(record([...stop, ...attributes])).toMatchObject({ sessionKey, leg });
  });

  test("a NAS that does not name itself is who sent the packet", () => {
    const attributes: readonly NamedValue[] = [
      ["Acct-Status-Type", "Stop"],
      ["Acct-Session-Id", "s-1"],
    ];
    expect(record(attributes).sessionKey).toBe("192.0.2.9/s-1");
  });
});

describe("whether it is the same record", () => {
  const interim = (own: readonly NamedValue[]) => record([["Acct-Status-Type", "Interim-Update"], ...session, ...own]);

  test("a repeat with a delay, through a proxy, is", () => {
    const first = interim([["Acct-Session-Time", 30]]);
    const again = interim([
      ["Acct-Session-Time", 30],
      ["Acct-Delay-Time", 4],
      ["Proxy-State", "p"],
    ]);
    expect(again.recordKey).toBe(first.recordKey);
    expect(again.contentDigest).toBe(first.contentDigest);
    expect(again.eventAt).toBe(RECEIVED_AT - 4_000);
  });

  test("the next interim is not", () => {
    expect(interim([["Acct-Session-Time", 60]]).recordKey).not.toBe(interim([["Acct-Session-Time", 30]]).recordKey);
  });

  test("a session has one stop; that another one says something else can be seen", () => {
    const [one, two] = [record([...stop, ["Acct-Session-Time", 5]]), record([...stop, ["Acct-Session-Time", 6]])];
    expect([one.recordKey, two.recordKey]).toEqual(["stop", "stop"]);
    expect(one.contentDigest).not.toBe(two.contentDigest);
  });

  test("a NAS that starts on Monday and on Friday with the same words started twice", () => {
    const on: readonly NamedValue[] = [["Acct-Status-Type", "Accounting-On"]];
    const friday = epochMs(RECEIVED_AT + 4 * 86_400_000);
    expect(record(on, "rfc", friday).recordKey).not.toBe(record(on, "rfc").recordKey);
    const repeat = record([...on, ["Acct-Delay-Time", 7]], "rfc", epochMs(RECEIVED_AT + 7_000));
    expect(repeat.recordKey.split("/")[1]).toBe(record(on, "rfc").recordKey.split("/")[1]);
  });
});

describe("how long and how much", () => {
  const time = (name: string, at: string): NamedValue => [name, `${name}=${at} UTC Sat Nov 21 2026`];

  test.each<[readonly NamedValue[], object, string]>([
    // attributes, what is read, why
    [[["Acct-Session-Time", 65]], { reportedS: 65, talkedMs: 65_000 }, "whole seconds where nothing is better"],
    [[], { reportedS: null, talkedMs: null }, "Kamailio's own Stop does not tell"],
    [
      [
        time("h323-connect-time", "08:00:00.250"),
        time("h323-disconnect-time", "08:01:05.000"),
        ["Acct-Session-Time", 65],
      ],
      { talkedMs: 64_750, reportedS: 65 },
      "precise times go before whole seconds",
    ],
    [
      [time("h323-connect-time", "08:01:05.000"), time("h323-disconnect-time", "08:01:05.000")],
      { talkedMs: 0, answeredAt: null },
      "gateways write the end as the answer of what was not answered",
    ],
    [
      [
        time("h323-connect-time", "08:01:05.000"),
        time("h323-disconnect-time", "08:00:00.000"),
        ["Acct-Session-Time", 9],
      ],
      { talkedMs: 9_000 },
      "a clock that was put back: what is reported holds",
    ],
    [
      [
        ["Acct-Input-Octets", 10],
        ["Acct-Input-Gigawords", 2],
        ["Acct-Output-Octets", 4_294_967_295],
      ],
      { inputOctets: 8_589_934_602n, outputOctets: 4_294_967_295n },
      "32 bits went round twice",
    ],
    [[["Acct-Input-Gigawords", 2]], { inputOctets: null }, "Gigawords alone say nothing"],
    [[["Event-Timestamp", 1_795_249_512]], { stampedAt: 1_795_249_512_000 }, "the client's own clock"],
  ])("%j gives %o (%s)", (attributes, expected) => {
    expect(record([...stop, ...attributes])).toMatchObject(expected);
  });
});

describe("why it ended", () => {
  test.each<[ClientProfileName, readonly NamedValue[], object, string]>([
    // profile, attributes, cause, why
    ["cisco", [["h323-disconnect-cause", "h323-disconnect-cause=10"]], { q850: 16 }, "hexadecimal"],
    ["cisco", [["h323-disconnect-cause", "0"]], { q850: null }, "no cause"],
    ["cisco", [["Freeswitch-Hangupcause", 17]], { q850: 17 }, "FreeSWITCH has Q.850's numbers"],
    ["cisco", [["Freeswitch-Hangupcause", 487]], { q850: null }, "and some of its own"],
    ["kamailio", [["Sip-Response-Code", 486]], { sip: 486 }, "Kamailio's acc_radius"],
    ["cisco", [["Acme-SIP-Status", 503]], { sip: 503 }, "Oracle's controllers"],
    ["cisco", [["Acct-Terminate-Cause", "Session-Timeout"]], { text: "Session-Timeout" }, "RFC 2866"],
  ])("%s: %j is %j (%s)", (name, attributes, expected) => {
    expect(record([...stop, ...attributes], name).cause).toMatchObject(expected);
  });
});

test("it names the session for a Disconnect-Request, and brings back our token", () => {
  const found = record([...stop, ["User-Name", "alice"], ["Class", "token"], ["h323-conf-id", "AB CD"]]);
  expect(found.tokens).toEqual(["token"]);
  expect(found.identity).toEqual([
    ["Acct-Session-Id", "s-1"],
    ["NAS-IP-Address", "10.0.0.1"],
    ["User-Name", "alice"],
    ["h323-conf-id", "AB CD"],
  ]);
});
