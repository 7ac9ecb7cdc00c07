import fc from "fast-check";
import { expect, test } from "vitest";
import { readSessionToken, sessionToken } from "./session-token.ts";

test("law: a token leads back to its session, whatever is in its leg and its key", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), (leg, key) => {
      const token = sessionToken({ key, leg });
      if (token !== null) expect(readSessionToken(token)).toEqual({ key, leg });
    }),
  );
});

test("what is not ours, or would not fit into a Class attribute, is none", () => {
  expect(readSessionToken("tw2:a:b")).toBeUndefined();
  expect(readSessionToken("tw1:a")).toBeUndefined();
  expect(sessionToken({ key: "k".repeat(248), leg: "" })).toBe(`tw1::${"k".repeat(248)}`);
  expect(sessionToken({ key: "k".repeat(249), leg: "" })).toBeNull();
});
