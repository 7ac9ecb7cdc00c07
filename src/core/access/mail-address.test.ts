import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMailAddress } from "./mail-address.ts";

test.each<[string, string | undefined, string]>([
  ["ada@example.com", "ada@example.com", "as it is stored"],
  ["  Ada@Example.COM ", "ada@example.com", "one person has one address"],
  ["a.b+tag@mail.example.com", "a.b+tag@mail.example.com", "what providers allow"],
  ["ada@xn--mnchen-3ya.example", "ada@xn--mnchen-3ya.example", "a domain beyond ASCII, as DNS has it"],
  ["", undefined, "nothing"],
  ["ada", undefined, "no domain"],
  ["ada@localhost", undefined, "a host that is of no domain"],
  ["@example.com", undefined, "nobody"],
  ["ada@@example.com", undefined, "two signs"],
  ["a..b@example.com", undefined, "RFC 5321 knows no empty atom"],
  ['"a b"@example.com', undefined, "quoted: almost always an attack or a typo"],
  ["ada@[192.0.2.1]", undefined, "an address literal"],
  ["ada@-example.com", undefined, "a label begins with a letter or digit"],
  ["ada@example.com\r\nBcc: eve@example.com", undefined, "a header would begin"],
  ["ada@example.com, eve@example.com", undefined, "two addresses"],
  [`${"a".repeat(65)}@example.com`, undefined, "longer than RFC 5321 takes"],
])("%j is %j (%s)", (text, address) => {
  expect(parseMailAddress(text)).toBe(address);
});

test("an address is its own address, has no control character and no blank", () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string()), (text) => {
      const address = parseMailAddress(text);
      if (address === undefined) return;
      expect(parseMailAddress(address)).toBe(address);
      expect(address).toMatch(/^[!-~]+$/);
    }),
  );
});
