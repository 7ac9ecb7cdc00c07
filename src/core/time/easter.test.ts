import { expect, test } from "vitest";
import { easterSunday } from "./easter.ts";

test.each<[number, string, string]>([
  [1818, "3-22", "the earliest date there is"],
  [1943, "4-25", "the latest"],
  [1954, "4-18", "an exception of the epact"],
  [1981, "4-19", "another one"],
  [2000, "4-23", "a leap century"],
  [2019, "4-21", "after an astronomical full moon of March"],
  [2024, "3-31", "the day on which Europe's clocks went on"],
  [2026, "4-5", "an ordinary year"],
  [2038, "4-25", "the latest again"],
  [2100, "3-28", "a century that is no leap year"],
])("Easter of %i is %s (%s)", (year, expected) => {
  const { month, day } = easterSunday(year);
  expect(`${month}-${day}`).toBe(expected);
});
