import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNumberVectors } from "../../../test/support/number-vectors.ts";
import { normaliseCalled, normaliseCalling, techPrefixOf } from "./normalise-number.ts";
import type { Called, Calling } from "./number.ts";
import { compileNumberPlan, DEFAULT_NUMBER_RULES } from "./number-plan.ts";

/** A number as the vector files write it. */
function shown(number: Called | Calling): string {
  switch (number.kind) {
    case "e164":
      return `+${number.digits}`;
    case "short-code":
      return `#${number.digits}`;
    case "anonymous":
      return "?";
    case "other":
      return `=${number.text}`;
    default:
      return number satisfies never;
  }
}

describe("called numbers", () => {
  test.each(readNumberVectors("called.txt"))("$place: $raw ($why)", ({ plan, raw, expected }) => {
    expect(shown(normaliseCalled(raw, plan))).toBe(expected);
  });
});

describe("calling numbers", () => {
  test.each(readNumberVectors("calling.txt"))("$place: $raw ($why)", ({ plan, raw, expected }) => {
    expect(shown(normaliseCalling(raw, plan))).toBe(expected);
  });
});

const anyPlan = fc
  .record({
    defaultCountry: fc.constantFrom(null, "GB", "US", "DE", "IT", "RU", "HU", "AU", "FI", "CU", "BR"),
    alreadyInternational: fc.boolean(),
    nationalPrefix: fc.constantFrom(null, "", "0"),
    techPrefixes: fc.constantFrom<readonly string[]>([], ["1234#"], ["0099", "12"]),
  })
  .map((rules) => compileNumberPlan({ ...DEFAULT_NUMBER_RULES, ...rules }));

const anyRaw = fc.oneof(
  fc.stringMatching(/^[0-9+]{0,17}$/),
  fc.stringMatching(/^(00|0|\+|011|1234#|0099)[0-9]{2,13}$/),
  fc.stringMatching(/^[-0-9+#*() .a-z@:;<>%"]{0,24}$/),
  fc.string({ unit: "binary", maxLength: 30 }),
);

describe("laws", () => {
  test("normalising E.164 again changes nothing, under any plan", () => {
    fc.assert(
      fc.property(anyRaw, anyPlan, anyPlan, (raw, plan, other) => {
        const called = normaliseCalled(raw, plan);
        if (called.kind === "e164") expect(normaliseCalled(`+${called.digits}`, other)).toEqual(called);
        const calling = normaliseCalling(raw, plan);
        if (calling.kind === "e164") expect(normaliseCalling(`+${calling.digits}`, other)).toEqual(calling);
      }),
      { numRuns: 500 },
    );
  });

  test("normalising short codes and other text again changes nothing, under the same plan", () => {
    fc.assert(
      fc.property(anyRaw, anyPlan, (raw, plan) => {
        const called = normaliseCalled(raw, plan);
        if (called.kind === "short-code") expect(normaliseCalled(called.digits, plan)).toEqual(called);
        // A tech prefix may be followed by another: only one is taken off a number.
        if (called.kind === "other" && plan.techPrefixes.length === 0)
          expect(normaliseCalled(called.text, plan)).toEqual(called);
      }),
      { numRuns: 500 },
    );
  });

  test("E.164 is always 7 to 15 digits without a leading 0", () => {
    fc.assert(
      fc.property(anyRaw, anyPlan, (raw, plan) => {
        const called = normaliseCalled(raw, plan);
        if (called.kind === "e164") expect(called.digits).toMatch(/^[1-9]\d{6,14}$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("tech prefixes", () => {
  const plan = compileNumberPlan({ ...DEFAULT_NUMBER_RULES, techPrefixes: ["12", "1234#", "0099"] });
  test.each<[string, string | null, string]>([
    // raw                  prefix    why
    ["1234#442079460018", "1234#", "the longest wins"],
    ["12442079460018", "12", "a prefix of digits only"],
    ["442079460018", null, "none"],
    ["112", null, "emergency goes before any tech prefix"],
    ["1234#", "12", "a prefix needs a number after it"],
    ["sip:009944@h", "0099", "inside a URI"],
  ])("%s has %s (%s)", (raw, prefix) => {
    expect(techPrefixOf(raw, plan)).toBe(prefix);
  });
});
