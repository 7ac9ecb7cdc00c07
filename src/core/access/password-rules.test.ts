import fc from "fast-check";
import { expect, test } from "vitest";
import { normalisedPassword, passwordFault } from "./password-rules.ts";

const KNOWN = ["ada.lovelace@example.com", "Ada Lovelace"];

test.each<[string, boolean, string]>([
  ["correct horse battery", true, "length is what counts"],
  ["vK9#mQ2!xT7@", true, "twelve characters"],
  ["Übergrößenträger", true, "any letters"],
  ["密码是一只蓝色的大象在跳舞", true, "any script"],
  ["a passphrase with a password in it", true, "a common word among others"],
  ["short1!", false, "too short"],
  ["elevenchars", false, "one too short"],
  ["password1234", false, "a common word and digits"],
  ["P@ssw0rd2026!", false, "the usual replacements"],
  ["Welcome2026!!", false, "a common word, the year and signs"],
  ["qwertyuiop12", false, "a row of the keyboard"],
  ["passwordpassword", false, "a common word twice"],
  ["aaaaaaaaaaaa", false, "one character"],
  ["abababababab", false, "two characters"],
  ["kzmxwkzmxwkzmx", false, "a part again and again"],
  ["abcdefghijkl", false, "the alphabet"],
  ["210987654321", false, "counted down"],
  ["lovelace1815!", false, "the own name"],
  ["ada@example.com", false, "the own address"],
  ["x".repeat(1_001), false, "a bound on work"],
])("%s: %s (%s)", (password, isTaken) => {
  expect(passwordFault(password, KNOWN) === null).toBe(isTaken);
});

test("what a keyboard writes in two characters and in one is the same password", () => {
  expect(normalisedPassword("cafe\u0301")).toBe(normalisedPassword("caf\u00e9"));
});

test("random passwords of sixteen letters and digits are taken, whatever is known of a person", () => {
  const characters = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
  fc.assert(
    fc.property(fc.string({ unit: characters, minLength: 16, maxLength: 16 }), (password) => {
      expect(passwordFault(password, KNOWN)).toBeNull();
    }),
    { seed: 1 },
  );
});

test("no text makes it throw, however strange", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 1_100 }), fc.string({ maxLength: 300 }), (password, known) => {
      passwordFault(password, [known]);
    }),
    { numRuns: 40 },
  );
});
