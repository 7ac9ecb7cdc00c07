import { expect, test } from "vitest";
import { epochMs } from "../time/epoch.ts";
import { accountAt } from "./succession.ts";

const accounts = new Map([
  ["first", {}],
  ["second", { succession: { predecessorId: "first", since: epochMs(1_000) } }],
  ["third", { succession: { predecessorId: "second", since: epochMs(2_000) } }],
]);

test.each<[string, number, string, string]>([
  // rules say, answered, whose call, why
  ["third", 2_500, "third", "after the last move"],
  ["third", 2_000, "third", "the move's own instant is the successor's"],
  ["third", 1_999, "second", "between two moves"],
  ["third", 999, "first", "before both"],
  ["second", 5_000, "second", "asked by its own id, nothing later is looked for"],
  ["first", 0, "first", "it never took a place"],
  ["stranger", 0, "stranger", "an account that is not known stays what it is"],
])("%s at %i is %s (%s)", (id, at, expected) => {
  expect(accountAt(id, epochMs(at), accounts)).toBe(expected);
});
