import { expect, test } from "vitest";
import { decodeAttributes } from "./decode-attributes.ts";
import { builtInDictionary } from "./dictionary-set.ts";
import { encodeAttributes, type NamedValue } from "./encode-attributes.ts";
import { plainAttributes } from "./plain-attributes.ts";

const dictionary = builtInDictionary("standard");

test.each<[readonly NamedValue[], object, string]>([
  // attributes, what they are, why
  [[["h323-credit-time", "h323-credit-time=3600"]], { "h323-credit-time": "3600" }, "the name once more in the value"],
  [[["h323-credit-time", "3600"]], { "h323-credit-time": "3600" }, "the value alone"],
  [[["Quintum-h323-conf-id", "AB"]], { "h323-conf-id": "AB" }, "another vendor's, of the same meaning"],
  [[["Cisco-AVPair", "sip-call-id=a=b"]], { "sip-call-id": "a=b" }, "a pair; only its first = parts it"],
  [[["Cisco-AVPair", "h323-conf-id=h323-conf-id=AB"]], { "h323-conf-id": "AB" }, "the name twice within a pair"],
  [
    [
      ["Cisco-AVPair", "h323-conf-id=pair"],
      ["h323-conf-id", "own"],
    ],
    { "h323-conf-id": "own" },
    "what stands for itself goes before a pair",
  ],
  [
    [
      ["User-Name", "one"],
      ["User-Name", "two"],
    ],
    { "user-name": "one" },
    "of two the first",
  ],
  [[["Acct-Status-Type", 2]], { "acct-status-type": "Stop" }, "a number that has a name"],
  [[["Acct-Status-Type", 99]], { "acct-status-type": "99" }, "one that has none"],
  [[["User-Name", "alice\0\0"]], { "user-name": "alice" }, "a C program's end of text"],
  [[["Class", new Uint8Array([0, 255])]], { class: "00ff" }, "octets"],
])("%j are %j (%s)", (attributes, expected) => {
  const wire = encodeAttributes(attributes, dictionary);
  if ("kind" in wire) throw new Error(wire.reason);
  expect(Object.fromEntries(plainAttributes(decodeAttributes(wire, dictionary)))).toEqual(expected);
});

test("an address of three octets is none", () => {
  const wire = [{ type: 4, value: new Uint8Array(3) }];
  expect(plainAttributes(decodeAttributes(wire, dictionary)).size).toBe(0);
});
