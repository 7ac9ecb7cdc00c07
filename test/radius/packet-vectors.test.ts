import { expect, test } from "vitest";
import type { Attribute } from "../../src/protocol/radius/attribute.ts";
import { valueName } from "../../src/protocol/radius/attribute.ts";
import { checkReply, checkRequest } from "../../src/protocol/radius/authenticity.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import type { Dictionary } from "../../src/protocol/radius/dictionary.ts";
import { dictionaryOf } from "../../src/protocol/radius/dictionary-set.ts";
import { encodeAttributes } from "../../src/protocol/radius/encode-attributes.ts";
import { encodePacket } from "../../src/protocol/radius/encode-packet.ts";
import { revealPassword } from "../../src/protocol/radius/hidden-password.ts";
import { codeName, type RadiusPacket } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { describeValue, type PacketVector, readNamedValue, readPacketVectors } from "./radius-vectors.ts";

test.each(readPacketVectors())("$name", (vector) => {
  const packet = decodePacket(vector.octets);
  if (packet.kind === "fault") {
    expect([`fault ${packet.reason} at ${packet.offset}`]).toEqual(vector.expected);
    return;
  }
  const dictionary = dictionaryOf(vector.dictionary, vector.own);
  if ("kind" in dictionary) throw new Error(`${vector.name}: ${dictionary.what}`);
  expect(describe(packet, vector, dictionary)).toEqual(vector.expected);
  if (vector.isCanonical) expect(written(packet, vector, dictionary)).toEqual(packet.octets);
});

function describe(packet: RadiusPacket, vector: PacketVector, dictionary: Dictionary): string[] {
  const secret = new TextEncoder().encode(vector.secret);
  const check = { secret, digests: DIGESTS, needsMessageAuthenticator: vector.needsMessageAuthenticator };
  const { requestAuthenticator } = vector;
  const fault =
    requestAuthenticator === undefined
      ? checkRequest(packet, check)
      : checkReply(packet, { ...check, requestAuthenticator });
  const attributes = decodeAttributes(packet.attributes, dictionary).map(describeAttribute);
  const hidden = packet.attributes.find(({ type }) => type === 2)?.value;
  const password = hidden && revealPassword(hidden, { secret, authenticator: packet.authenticator, digests: DIGESTS });
  return [
    `${codeName(packet.code)} ${packet.identifier}: ${fault ?? "authentic"}`,
    ...attributes,
    ...(password === undefined ? [] : [`password ${JSON.stringify(Buffer.from(password).toString("latin1"))}`]),
  ];
}

function describeAttribute(attribute: Attribute): string {
  const { definition, value, fault } = attribute;
  const text = `${definition.name} = ${describeValue(value, valueName(attribute))}`;
  return fault === null ? text : `${text} (${fault})`;
}

/** The octets that the expected lines give, under the packet's own code, identifier and authenticator. */
function written(packet: RadiusPacket, vector: PacketVector, dictionary: Dictionary): Uint8Array | undefined {
  const lines = vector.expected.slice(1).filter((line) => !line.startsWith("password "));
  const attributes = encodeAttributes(lines.map(readNamedValue), dictionary);
  if ("kind" in attributes) throw new Error(`${vector.name}: ${attributes.attribute}: ${attributes.reason}`);
  return encodePacket({ ...packet, attributes });
}
