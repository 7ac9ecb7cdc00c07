import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DIGESTS } from "../../server/radius/digests.ts";
import { type SipDigest, verifySipDigest } from "./sip-digest.ts";

const FILE = new URL("../../../test/vectors/radius/digest.txt", import.meta.url);

/** `name=value` words, then `= verdict | why`; values with spaces are in double quotes. */
const cases = readFileSync(FILE, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line): [string, string, string] => {
    const [, words = "", verdict = "", why = ""] = /^(.*) = (\S+) \| (.*)$/.exec(line) ?? [];
    return [words, verdict, why];
  });

test.each(cases)("%s is %s (%s)", (words, verdict) => {
  const values = new Map(
    [...words.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)].map(([, name, a, b]) => [name, a ?? b ?? ""]),
  );
  const value = (name: keyof SipDigest) => values.get(name) ?? "";
  const digest: SipDigest = {
    ...{ username: value("username"), realm: value("realm"), nonce: value("nonce"), method: value("method") },
    ...{ uri: value("uri"), response: value("response"), algorithm: value("algorithm"), qop: value("qop") },
    ...{ nonceCount: value("nonceCount"), cnonce: value("cnonce"), bodyHash: value("bodyHash") },
  };
  const ha1 = values.get("ha1");
  const secret = ha1
    ? { kind: "ha1" as const, ha1 }
    : { kind: "password" as const, password: values.get("password") ?? "" };
  expect(verifySipDigest(digest, secret, DIGESTS)).toBe(verdict);
});
