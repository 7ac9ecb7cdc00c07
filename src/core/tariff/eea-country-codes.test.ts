import { expect, test } from "vitest";
import { EEA_COUNTRY_CODES } from "./eea-country-codes.ts";

test.each<[string, boolean, string]>([
  // number  inside  why
  ["43", true, "Austria"],
  ["385", true, "Croatia, since 2014"],
  ["354", true, "Iceland, in the EEA and not in the Union"],
  ["423", true, "Liechtenstein"],
  ["47", true, "Norway"],
  ["262", true, "Réunion and Mayotte"],
  ["590", true, "Guadeloupe and Saint-Martin"],
  ["594", true, "French Guiana"],
  ["596", true, "Martinique"],
  ["44", false, "the United Kingdom left on 2021-01-01"],
  ["41", false, "Switzerland never joined"],
  ["350", false, "Gibraltar left with the United Kingdom"],
  ["298", false, "the Faroe Islands are outside"],
  ["299", false, "Greenland left in 1985"],
  ["376", false, "Andorra"],
  ["377", false, "Monaco"],
  ["378", false, "San Marino"],
  ["381", false, "Serbia is a candidate"],
  ["383", false, "Kosovo"],
  ["508", false, "Saint-Pierre is no outermost region"],
  ["687", false, "nor is New Caledonia"],
  ["90", false, "Türkiye"],
])("callers with +%s are in the EEA: %s (%s)", (code, isInside) => {
  expect(EEA_COUNTRY_CODES.includes(code)).toBe(isInside);
});

test("thirty states and four codes of outermost regions, each once", () => {
  expect(EEA_COUNTRY_CODES).toHaveLength(34);
  expect(new Set(EEA_COUNTRY_CODES).size).toBe(34);
});
