import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkRequest, signReply } from "../../src/protocol/radius/authenticity.ts";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import { CODES, type PacketName, type RadiusPacket, type WireAttribute } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { DynamicAuthorization } from "../../src/server/radius/dynamic-authorization.ts";
import { RadiusPeer, radiusClient, SECRET } from "./radius-peer.ts";

let nas: RadiusPeer;
let sender: DynamicAuthorization;

beforeEach(async () => {
  nas = await RadiusPeer.open();
  sender = new DynamicAuthorization({ firstMs: 10, waitMsMax: 20, sendsMax: 3, totalMsMax: 1_000 });
});

afterEach(async () => {
  sender.close();
  await nas.close();
});

const SESSION = [
  ["User-Name", "alice"],
  ["Acct-Session-Id", "s-1"],
] as const;

const target = () => ({
  client: radiusClient({ dynamicAuthorization: { address: null, port: nas.port } }),
  senderAddress: "127.0.0.1",
});

const disconnect = () => sender.disconnect(target(), SESSION);

function packetOf(datagram: Uint8Array): RadiusPacket {
  const packet = decodePacket(datagram);
  if (packet.kind === "fault") throw new Error(packet.reason);
  return packet;
}

function answer(request: RadiusPacket, name: PacketName, attributes: readonly WireAttribute[] = [], secret = SECRET) {
  return signReply({
    ...{ code: CODES[name], identifier: request.identifier, attributes, secret, digests: DIGESTS },
    requestAuthenticator: request.authenticator,
    hasMessageAuthenticator: false,
  }) as Uint8Array;
}

/** Answers the next request to the NAS by those octets; to where it came from, which tests of one socket know. */
async function answerNext(make: (request: RadiusPacket) => readonly Uint8Array[]): Promise<RadiusPacket> {
  const request = packetOf(await nas.next());
  for (const octets of make(request)) nas.reply(octets);
  return request;
}

const errorCause = (cause: number): WireAttribute => ({
  type: 101,
  value: Uint8Array.of(0, 0, cause >> 8, cause & 255),
});

describe("a Disconnect-Request", () => {
  test("names the session, is signed and says when", async () => {
    const outcome = disconnect();
    const request = await answerNext((packet) => [answer(packet, "Disconnect-ACK")]);
    expect(await outcome).toEqual({ kind: "acknowledged" });
    expect(request.code).toBe(CODES["Disconnect-Request"]);
    const check = { secret: SECRET, digests: DIGESTS, needsMessageAuthenticator: false };
    expect(checkRequest(request, check)).toBeUndefined();
    const attributes = decodeAttributes(request.attributes, CLIENT_PROFILES.rfc.dictionary);
    expect(attributes.map(({ definition }) => definition.name)).toEqual([
      ...["Message-Authenticator", "User-Name", "Acct-Session-Id", "Event-Timestamp"],
    ]);
  });

  test.each<[string, readonly WireAttribute[], object, string]>([
    // answer, attributes, outcome, why
    ["Disconnect-NAK", [errorCause(503)], { kind: "refused", errorCause: 503 }, "the session is over there"],
    ["Disconnect-NAK", [], { kind: "refused", errorCause: null }, "it does not say why"],
    ["Disconnect-NAK", [{ type: 101, value: Uint8Array.of(1) }], { kind: "refused", errorCause: null }, "nonsense"],
  ])("answered by %s %j is %j (%s)", async (name, attributes, expected) => {
    const outcome = disconnect();
    await answerNext((packet) => [answer(packet, name as PacketName, attributes)]);
    expect(await outcome).toEqual(expected);
  });

  test("without an answer goes out again with the same octets, and is given up", async () => {
    const outcome = disconnect();
    const sent = [await nas.next(), await nas.next(), await nas.next()];
    expect(await outcome).toEqual({ kind: "no-answer", sends: 3 });
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
  });

  test("takes an answer to the second sending", async () => {
    const outcome = disconnect();
    await nas.next();
    await answerNext((packet) => [answer(packet, "Disconnect-ACK")]);
    expect(await outcome).toEqual({ kind: "acknowledged" });
  });

  test("passes over forged, foreign and garbled answers until the true one comes", async () => {
    const outcome = disconnect();
    await answerNext((packet) => [
      answer(packet, "Disconnect-ACK", [], new TextEncoder().encode("other")),
      answer({ ...packet, identifier: (packet.identifier + 1) % 256 }, "Disconnect-ACK"),
      answer(packet, "CoA-ACK"),
      Buffer.from("hello"),
      answer(packet, "Disconnect-NAK", [errorCause(503)]),
    ]);
    expect(await outcome).toEqual({ kind: "refused", errorCause: 503 });
  });

  test("is one of 256 at a time to one switch", async () => {
    const outcomes = Array.from({ length: 257 }, disconnect);
    expect(await outcomes[256]).toEqual({ kind: "busy" });
    sender.close();
    expect(await outcomes[0]).toEqual({ kind: "stopped" });
    await Promise.all(outcomes);
  });

  test("with a name that the client's dictionary does not have is not sent", async () => {
    const fault = { kind: "fault", attribute: "No-Such-Name", reason: "name-unknown" };
    expect(await sender.disconnect(target(), [["No-Such-Name", "x"]])).toEqual({ kind: "not-writable", fault });
  });
});

test("a CoA-Request carries what is to change", async () => {
  const outcome = sender.change(target(), SESSION, [["Session-Timeout", 60]]);
  const request = await answerNext((packet) => [answer(packet, "CoA-ACK")]);
  expect(await outcome).toEqual({ kind: "acknowledged" });
  const attributes = decodeAttributes(request.attributes, CLIENT_PROFILES.rfc.dictionary);
  expect(attributes.find(({ definition }) => definition.name === "Session-Timeout")?.value).toBe(60);
});
