import { describe, expect, test } from "vitest";
import { type Attribute, valueName } from "../../src/protocol/radius/attribute.ts";
import { checkReply, checkRequest } from "../../src/protocol/radius/authenticity.ts";
import { readCredential, verifyCredential } from "../../src/protocol/radius/credential.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import { builtInDictionary } from "../../src/protocol/radius/dictionary-set.ts";
import { CODES, codeName, type RadiusPacket } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { sharedData } from "../support/shared-data.ts";
import { readPcap } from "./pcap.ts";
import { describeValue } from "./radius-vectors.ts";

const dictionary = builtInDictionary("standard");
const secret = new TextEncoder().encode("testing123");

/** Packets of a capture that others made; those that are none are what is wrong with them. */
const packetsOf = (path: string): (RadiusPacket | string)[] =>
  readPcap(path).map(({ payload }) => {
    const packet = decodePacket(payload);
    return packet.kind === "fault" ? `${packet.reason} at ${packet.offset}` : packet;
  });

const wholeOf = (path: string): RadiusPacket[] => packetsOf(path).filter((packet) => typeof packet !== "string");

const textOf = (attribute: Attribute): string =>
  `${attribute.definition.name} = ${describeValue(attribute.value, valueName(attribute))}`;

const textsOf = ({ attributes }: RadiusPacket): string[] => decodeAttributes(attributes, dictionary).map(textOf);

const zeek = sharedData("pcap/zeek_radius_localhost.pcap");
const tcpdump = sharedData("pcap/tcpdump_RADIUS.pcap");
const dynamic = sharedData("pcap/tcpdump_RADIUS-RFC5176.pcap");
const errorCauses = sharedData("pcap/tcpdump_RADIUS-RFC5176-2.pcap");
const invalid = sharedData("pcap/tcpdump_radius_rfc5447_invalid_length.pcap");

describe.skipIf(zeek === null)("radtest's exchanges with FreeRADIUS (captured by zeek)", () => {
  test("prove themselves by their secret, but for the client that had another one", () => {
    const authenticators = new Map<number, Uint8Array>();
    const seen = wholeOf(zeek ?? "").map((packet) => {
      const { code, identifier, authenticator } = packet;
      const request = authenticators.get(identifier);
      if (code === CODES["Access-Request"]) authenticators.set(identifier, authenticator);
      const check = { secret, digests: DIGESTS, needsMessageAuthenticator: false };
      const fault =
        code === CODES["Access-Request"]
          ? checkRequest(packet, { ...check, needsMessageAuthenticator: true })
          : checkReply(packet, { ...check, requestAuthenticator: request ?? new Uint8Array(16) });
      return `${codeName(code)} ${identifier}: ${fault ?? "authentic"}`;
    });
    expect(seen).toEqual([
      ...["Access-Request 103: authentic", "Access-Challenge 103: authentic"],
      ...["Access-Request 104: authentic", "Access-Reject 104: authentic"],
      ...["Access-Request 113: authentic", "Access-Challenge 113: authentic"],
      ...["Access-Request 114: authentic", "Access-Accept 114: authentic"],
      ...["Access-Request 97: authentic", "Access-Accept 97: authentic"],
      ...["Access-Request 168: authentic", "Access-Accept 168: authentic"],
      ...["Access-Request 43: authentic", "Access-Reject 43: authentic"],
      ...["Access-Request 184: message-authenticator-wrong", "Access-Request 184: message-authenticator-wrong"],
      "Access-Request 184: message-authenticator-wrong",
      ...["Access-Request 148: message-authenticator-wrong", "Access-Accept 148: authenticator-wrong"],
    ]);
  });

  test.each<[number, string, string, string]>([
    // identifier, kind, verdict for steve's password, why
    [97, "password", "accepted", "FreeRADIUS accepted it"],
    [168, "chap", "accepted", "FreeRADIUS accepted it"],
    [43, "password", "wrong", "FreeRADIUS refused it"],
    [113, "unreadable", "eap-unsupported", "EAP-MD5"],
  ])("the user of %i is verified by %s: %s (%s)", (identifier, kind, verdict) => {
    const packet = wholeOf(zeek ?? "").find((each) => each.identifier === identifier) as RadiusPacket;
    const credential = readCredential({ packet, plain: new Map(), secret, digests: DIGESTS });
    expect(credential.kind).toBe(kind);
    expect(verifyCredential(credential, { kind: "password", password: "testing" }, DIGESTS)).toBe(verdict);
  });

  test("have attributes as FreeRADIUS wrote them", () => {
    const accept = wholeOf(zeek ?? "").find(({ code, identifier }) => code === 2 && identifier === 97) as RadiusPacket;
    expect(textsOf(accept)).toEqual([
      ...["Service-Type = Framed-User", "Framed-Protocol = PPP", 'Framed-IP-Address = "172.16.3.33"'],
      ...['Framed-IP-Netmask = "255.255.255.0"', "Framed-Routing = 3", 'Filter-Id = "std.ppp"'],
      ...["Framed-MTU = 1500", "Framed-Compression = 1"],
    ]);
  });
});

describe.skipIf(tcpdump === null)("a switch's exchange by EAP (captured for tcpdump)", () => {
  test("has four packets, of which the first asks", () => {
    const packets = wholeOf(tcpdump ?? "");
    expect(packets.map(({ code, identifier }) => `${codeName(code)} ${identifier}`)).toEqual([
      ...["Access-Request 5", "Access-Challenge 5", "Access-Request 6", "Access-Accept 6"],
    ]);
    expect(textsOf(packets[0] as RadiusPacket)).toEqual([
      ...['NAS-IP-Address = "10.0.0.1"', "NAS-Port = 50012", "NAS-Port-Type = Ethernet"],
      ...['User-Name = "John.McGuirk"', 'Called-Station-Id = "00-19-06-EA-B8-8C"'],
      ...['Calling-Station-Id = "00-14-22-E9-54-5E"', "Service-Type = Framed-User", "Framed-MTU = 1500"],
      "EAP-Message = 0x02000011014a6f686e2e4d63477569726b",
      "Message-Authenticator = 0x28c5beb8842486da70db51316f9d7889",
    ]);
  });
});

test.skipIf(dynamic === null)("Disconnect and CoA: one packet of each kind, the first with its true secret", () => {
  const packets = wholeOf(dynamic ?? "");
  expect(packets.map(({ code }) => codeName(code))).toEqual([
    ...["Disconnect-Request", "Disconnect-ACK", "Disconnect-NAK", "CoA-Request", "CoA-ACK", "CoA-NAK"],
  ]);
  const check = { secret, digests: DIGESTS, needsMessageAuthenticator: false };
  expect(checkRequest(packets[0] as RadiusPacket, check)).toBeUndefined();
});

test.skipIf(errorCauses === null)("Error-Cause by name, and by number where it has none", () => {
  expect(textsOf(wholeOf(errorCauses ?? "")[0] as RadiusPacket).slice(2)).toEqual([
    ...["Error-Cause = Residual-Context-Removed", "Error-Cause = 209"],
  ]);
});

test.skipIf(invalid === null)("a length of more than has come is dropped", () => {
  expect(packetsOf(invalid ?? "")).toEqual(["length-beyond-datagram at 2"]);
});
