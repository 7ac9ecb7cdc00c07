import { expect, test } from "vitest";
import { parseIncrements } from "./increments.ts";

test.each<[string, string | undefined, string]>([
  // cell            steps        why
  ["30/6", "30/6", "first and next"],
  ["60", "60/60", "both"],
  ["60+1", "60/1", "a plus sign"],
  ["1 : 1", "1/1", "a colon, with blanks"],
  ["60s/1s", "60/1", "units"],
  ["60 sec + 6 sec", "60/6", "both"],
  ['60"/60"', "60/60", "signs of seconds"],
  ["1''/1''", "1/1", "two apostrophes"],
  ["per second", "1/1", "words"],
  ["Per Second Billing", "1/1", "more of them"],
  ["Full minute", "60/60", "a whole minute"],
  ["min", "60/60", "shortened"],
  ["1/1/1", undefined, "three of them"],
  ["0/1", undefined, "no step"],
  ["90000", undefined, "more than a day"],
  ["01-Jan", undefined, "what a spreadsheet makes of 1/1"],
])("%s is %s (%s)", (text, expected) => {
  const steps = parseIncrements(text);
  expect(steps && `${steps.firstS}/${steps.nextS}`).toBe(expected);
});
