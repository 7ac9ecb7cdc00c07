import fc from "fast-check";
import { expect, test } from "vitest";
import { DIGESTS } from "../../server/radius/digests.ts";
import { hidePassword, revealPassword } from "./hidden-password.ts";

const hiding = { secret: Buffer.from("xyzzy5461"), authenticator: new Uint8Array(16).fill(3), digests: DIGESTS };

test("a password is what it was, unless it ends in zeros, and its length shows only in steps of 16", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (password) => {
      const hidden = hidePassword(password, hiding);
      expect(hidden?.length).toBe(Math.max(16, Math.ceil(password.length / 16) * 16));
      const end = password.findLastIndex((octet) => octet !== 0) + 1;
      expect(new Uint8Array(revealPassword(hidden ?? password, hiding) ?? [])).toEqual(password.subarray(0, end));
    }),
  );
});

test.each<[number, string]>([
  // octets, why
  [0, "nothing is hidden there"],
  [15, "no whole block"],
  [144, "longer than RFC 2865 allows"],
])("a value of %i octets hides nothing (%s)", (octets) => {
  expect(revealPassword(new Uint8Array(octets), hiding)).toBeUndefined();
});

test("a password of 129 octets can't be hidden", () => {
  expect(hidePassword(new Uint8Array(129), hiding)).toBeUndefined();
});
