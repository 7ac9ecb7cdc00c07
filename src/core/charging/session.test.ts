import { expect, test } from "vitest";
import { type AnsweredRequest, isForgotten, keepAnswer } from "./session.ts";

/** What a session remembers after requests of these numbers, in this order. */
const after = (numbers: readonly number[]) =>
  numbers.reduce<readonly AnsweredRequest<string>[]>(
    (answers, number) => keepAnswer(answers, { key: `request ${number}`, answer: "", number }),
    [{ key: "authorise", answer: "" }],
  );
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test.each<[readonly number[], number, boolean, string]>([
  // requests     number forgotten why
  [upTo(3), 2, false, "it is remembered"],
  [upTo(6), 9, false, "it is new"],
  [[1, 2, 4], 3, false, "it was overtaken"],
  [upTo(12), 13, false, "it is new, and others are forgotten"],
  [upTo(12), 5, true, "seven came after it"],
  [upTo(12), 1, true, "many came after it"],
  [[...upTo(12), 1, 2, 3], 5, true, "what was forgotten and comes again makes nothing new"],
])("after %j number %i is forgotten: %s (%s)", (numbers, number, forgotten) => {
  expect(isForgotten(after(numbers), number)).toBe(forgotten);
});

test("requests without numbers are new until they are remembered", () => {
  const many = upTo(20).reduce<readonly AnsweredRequest<string>[]>(
    (answers, n) => keepAnswer(answers, { key: `${n}`, answer: "" }),
    [],
  );
  expect(isForgotten(many, undefined)).toBe(false);
  expect(isForgotten(many, 1)).toBe(false);
});
