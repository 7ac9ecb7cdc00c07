import { beforeEach, expect, test } from "vitest";
import { type Trier, WrongPasswords } from "./wrong-passwords.ts";

const ADA: Trier = { tenantId: "t", name: "ada", callerAddress: "192.0.2.7", switchAddress: "10.0.0.1" };
let nowMs: number;
let wrong: WrongPasswords;
beforeEach(() => {
  nowMs = 0;
  wrong = new WrongPasswords(() => nowMs);
});

/** Tries without end, one a `everyMs`, for a while; answers how many were looked at. */
function tries(who: Trier, { everyMs, forMs }: { readonly everyMs: number; readonly forMs: number }): number {
  let looked = 0;
  for (const end = nowMs + forMs; nowMs < end; nowMs += everyMs) {
    if (!wrong.mayTry(who)) continue;
    wrong.count(who);
    looked += 1;
  }
  return looked;
}

test("a guesser who never stops is bounded: ten at once, then two a minute", () => {
  expect(tries(ADA, { everyMs: 10, forMs: 1_000 })).toBe(10);
  expect(tries(ADA, { everyMs: 100, forMs: 3_600_000 })).toBe(120);
});

test("nobody else is locked out by him", () => {
  tries(ADA, { everyMs: 10, forMs: 50_000 });
  expect(wrong.mayTry(ADA)).toBe(false);
  expect(wrong.mayTry({ ...ADA, callerAddress: "192.0.2.8" })).toBe(true);
  expect(wrong.mayTry({ ...ADA, name: "bob" })).toBe(true);
  expect(wrong.mayTry({ ...ADA, tenantId: "u" })).toBe(true);
});

test("where only the switch is known more is let through, and the user gets in between", () => {
  const unknown = { ...ADA, callerAddress: null };
  expect(tries(unknown, { everyMs: 1, forMs: 1_000 })).toBe(50);
  expect(wrong.mayTry(unknown)).toBe(false);
  nowMs += 1_000;
  expect(wrong.mayTry(unknown)).toBe(true);
});

test("a wrong password now and then locks nobody out", () => {
  expect(tries(ADA, { everyMs: 31_000, forMs: 3_100_000 })).toBe(100);
});

test("memory is bounded whatever names are tried: the first are forgotten", () => {
  tries(ADA, { everyMs: 1, forMs: 100 });
  for (let user = 0; user < 49_999; user += 1) wrong.count({ ...ADA, name: `user ${user}` });
  expect(wrong.mayTry(ADA)).toBe(false);
  wrong.count({ ...ADA, name: "one more" });
  expect(wrong.mayTry(ADA)).toBe(true);
});
