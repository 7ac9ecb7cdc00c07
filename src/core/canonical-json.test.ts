import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, type Json } from "./canonical-json.ts";

test.each<[Json, string, string]>([
  [{ b: 1, a: [true, null] }, '{"a":[true,null],"b":1}', "members are sorted, lists are not"],
  [{ "\u20ac": 1, "\r": 2, "1": 3 }, '{"\\r":2,"1":3,"€":1}', "by UTF-16 units, as RFC 8785 has it"],
  [[1e30, 4.5, 2e-3, -0], "[1e+30,4.5,0.002,0]", "numbers of RFC 8785, §3.2.2"],
  [["\u000f\n", '"\\'], '["\\u000f\\n","\\"\\\\"]', "strings as ECMAScript escapes them"],
  [{}, "{}", "nothing in it"],
])("%j is %s: %s", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test("a text says what its value said, and is the text of that again", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test("members in another order change nothing", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
      expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(canonicalJson(value));
    }),
  );
});
