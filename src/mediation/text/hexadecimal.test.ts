import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHexadecimal, toHexadecimal } from "./hexadecimal.ts";

test("what bytes are written as gives the bytes again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(fromHexadecimal(toHexadecimal(bytes))).toEqual(bytes);
    }),
  );
});

test.each<[string, readonly number[] | null, string]>([
  // text          bytes         why
  ["", [], "no bytes"],
  ["0A fF\n01", [10, 255, 1], "typed by hand, in lines"],
  ["0a1", null, "half a byte"],
  ["0x0a", null, "a prefix is none of the digits"],
  ["0a,01", null, "neither is a comma"],
])("%j (%s)", (text, bytes) => {
  expect(fromHexadecimal(text)).toEqual(bytes === null ? null : Uint8Array.from(bytes));
});
