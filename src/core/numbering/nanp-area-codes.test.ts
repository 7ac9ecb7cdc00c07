import { expect, test } from "vitest";
import { AREA_CODES_ALONE, stateOf } from "./jurisdiction.ts";
import type { E164 } from "./number.ts";

test.each<[string, string | null, string]>([
  // area code  state  why
  ["203", "CT", "one of the first, split since"],
  ["202", "DC", "the capital"],
  ["917", "NY", "laid over all of New York City"],
  ["308", "NE", "Nebraska, not Nevada"],
  ["803", "SC", "South Carolina, not South Dakota"],
  ["686", "VA", "over 804, since 2024"],
  ["472", "NC", "over 910"],
  ["975", "MO", "over 816"],
  ["235", "MO", "over 573"],
  ["369", "CA", "over 707"],
  ["357", "CA", "over 559, since March 2025"],
  ["457", "LA", "over 318, since 2025"],
  ["679", "MI", "over 313, since November 2025"],
  ["729", "TN", "over 423, since September 2025"],
  ["861", "IL", "over 309"],
  ["565", "GA", "over 912, assigned and not in service yet"],
  ["416", null, "Toronto"],
  ["942", null, "Toronto's newest"],
  ["257", null, "British Columbia's newest"],
  ["787", null, "Puerto Rico is a territory"],
  ["939", null, "Puerto Rico's second"],
  ["340", null, "the Virgin Islands"],
  ["671", null, "Guam"],
  ["670", null, "the Northern Marianas"],
  ["684", null, "American Samoa"],
  ["809", null, "the Dominican Republic"],
  ["658", null, "Jamaica's second"],
  ["800", null, "toll-free"],
  ["822", null, "toll-free, reserved"],
  ["500", null, "personal numbers"],
  ["900", null, "premium"],
  ["710", null, "the federal government's, of no place"],
])("area code %s is in %s (%s)", (areaCode, state) => {
  expect(stateOf(AREA_CODES_ALONE, `1${areaCode}5550100` as E164)).toBe(state);
});
