import { describe, expect, test } from "vitest";
import { findAttribute } from "./dictionary.ts";
import { builtInDictionary, DICTIONARY_SETS, dictionaryOf } from "./dictionary-set.ts";
import { parseDictionary } from "./parse-dictionary.ts";

describe("our dictionaries", () => {
  test.each(DICTIONARY_SETS)("%s can be read", (set) => {
    expect(builtInDictionary(set).attributes.size).toBeGreaterThan(60);
  });

  test.each<[string, number | undefined, number | undefined, string]>([
    // name, number in standard, in sip-legacy, why
    ["Error-Cause", 101, undefined, "IANA's, and OpenSER's Sip-Method took its number"],
    ["Sip-Method", undefined, 101, "OpenSER's"],
    ["Digest-Response", 103, 206, "RFC 5090, and draft-sterman"],
    ["Sip-Cseq", undefined, 103, "OpenSER's"],
    ["User-Name", 1, 1, "everybody's"],
  ])("%s is %s by RFC and %s to OpenSER (%s)", (name, standard, legacy) => {
    const numberIn = (set: "standard" | "sip-legacy") => findAttribute(builtInDictionary(set), name)?.path[0];
    expect([numberIn("standard"), numberIn("sip-legacy")]).toEqual([standard, legacy]);
  });
});

describe("a site's own dictionary", () => {
  test.each<[string, string | null, string]>([
    // line, what is wrong, why
    ["ATTRIBUTE Own 200 string", null, "a new attribute"],
    ["ATTRIBUTE Own 200", "ATTRIBUTE name number type", "no type"],
    ["ATTRIBUTE Own two string", "no number of an attribute: two", "no number"],
    ["ATTRIBUTE Own 1.1.1.1.1 string", "no number of an attribute: 1.1.1.1.1", "nested too deep"],
    ["ATTRIBUTE Own 199.1 string", "nothing that 199.1 could be in", "there is no 199"],
    ["ATTRIBUTE Own 0x10 something-new", null, "a type that we don't know is octets"],
    ["VALUE Own yes one", "VALUE attribute name number", "no number"],
    ["VALUE Not-There yes 1", null, "files name values of attributes that others define"],
    ["VENDOR Own", "VENDOR name number", "no number"],
    ["VENDOR Own 5535 format=3,1", "no format: format=3,1", "no vendor has three octets"],
    ["BEGIN-VENDOR Own", "no VENDOR Own", "a vendor that was not named"],
    ["$INCLUDE dictionary.other", null, "passed over"],
    ["# a remark", null, "passed over"],
  ])("%s: %s (%s)", (line, what) => {
    const read = dictionaryOf("standard", `\n${line}\n`);
    expect("kind" in read ? read : null).toEqual(what === null ? null : { kind: "fault", line: 2, what });
  });

  test("may redefine a number, for reading and writing", () => {
    const dictionary = dictionaryOf("standard", "ATTRIBUTE Our-Word 1 integer");
    if ("kind" in dictionary) throw new Error(dictionary.what);
    expect(findAttribute(dictionary, "User-Name")).toBeUndefined();
    expect(findAttribute(dictionary, "Our-Word")).toMatchObject({ path: [1], type: "integer" });
  });

  test("of more lines than any file has is refused", () => {
    expect(parseDictionary("\n".repeat(30_000))).toMatchObject({ kind: "fault", what: "more than 20000 lines" });
  });
});

test.each<[string, object | undefined, string]>([
  // name, what it finds, why
  ["Attr-250", { vendor: 0, path: [250] }, "by number"],
  ["Attr-256", undefined, "no number of an attribute"],
  ["Attr-26.9999.3", { vendor: 9999, path: [3] }, "a vendor's, by numbers"],
  ["Attr-25.9999.3", undefined, "only 26 holds vendors' attributes"],
  ["Attribute-1", undefined, "no number"],
])("%s is %j (%s)", (name, expected) => {
  const found = findAttribute(builtInDictionary("standard"), name);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(expected);
});
