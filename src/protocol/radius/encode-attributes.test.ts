import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAttributes } from "./decode-attributes.ts";
import type { AttributeDefinition } from "./dictionary.ts";
import { builtInDictionary } from "./dictionary-set.ts";
import { encodeAttributes, type NamedValue } from "./encode-attributes.ts";

const dictionary = builtInDictionary("sip-legacy");
const anyOctet = fc.integer({ min: 0, max: 255 });
const anyGroups = (count: number) =>
  fc
    .array(fc.integer({ min: 1, max: 0xffff }), { minLength: count, maxLength: count })
    .map((groups) => groups.map((group) => group.toString(16)).join(":"));

/** A value of an attribute's type, in the one text that it is read as. */
function anyValue({ type }: AttributeDefinition): fc.Arbitrary<NamedValue[1]> | undefined {
  switch (type) {
    case "string":
      return fc.string({ maxLength: 60, unit: "grapheme" });
    case "octets":
      return fc.uint8Array({ maxLength: 240 });
    case "integer":
    case "date":
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case "byte":
      return anyOctet;
    case "ipaddr":
      return fc.tuple(anyOctet, anyOctet, anyOctet, anyOctet).map((octets) => octets.join("."));
    case "ipv6addr":
      return anyGroups(8);
    case "ifid":
      return anyGroups(4);
    case "ipv6prefix":
      return anyGroups(8).map((groups) => `${groups}/128`);
    default:
      return undefined;
  }
}

const anyAttribute: fc.Arbitrary<NamedValue> = fc
  .constantFrom(...[...dictionary.byName.values()].filter((definition) => anyValue(definition) !== undefined))
  .chain((definition) =>
    (anyValue(definition) ?? fc.constant("")).map((value): NamedValue => [definition.name, value]),
  );

test("what is written is read again: names, values and order", () => {
  fc.assert(
    fc.property(fc.array(anyAttribute, { maxLength: 12 }), (attributes) => {
      const wire = encodeAttributes(attributes, dictionary);
      if ("kind" in wire) throw new Error(`${wire.attribute}: ${wire.reason}`);
      const read = decodeAttributes(wire, dictionary);
      expect(read.map(({ definition, value, fault }) => [definition.name, value, fault])).toEqual(
        attributes.map(([name, value]) => [name, value, null]),
      );
    }),
  );
});

test.each<[NamedValue, string, string]>([
  // attribute, fault, why
  [["No-Such-Name", 1], "name-unknown", "no dictionary has it"],
  [["NAS-IP-Address", "10.0.0"], "value-invalid", "no address"],
  [["NAS-IP-Address", "2001:db8::1"], "value-invalid", "of the other family"],
  [["NAS-Port", -1], "value-invalid", "below 32 bits"],
  [["NAS-Port", 2 ** 32], "value-invalid", "above them"],
  [["NAS-Port", 1.5], "value-invalid", "no whole number"],
  [["Service-Type", "No-Such-Service"], "value-invalid", "no value has that name"],
  [["3GPP-RAT-Type", 256], "value-invalid", "above an octet"],
  [["User-Name", "x".repeat(254)], "value-too-long", "one octet too many"],
  [["h323-conf-id", "x".repeat(248)], "value-too-long", "one octet too many beside the vendor's number"],
  [["Digest-Realm", "x".repeat(252)], "value-too-long", "one octet too many within a TLV"],
])("%j is not written: %s (%s)", (attribute, reason) => {
  expect(encodeAttributes([attribute], dictionary)).toEqual({ kind: "fault", attribute: attribute[0], reason });
});
