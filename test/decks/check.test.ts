import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Currency, parseCurrency } from "../../src/core/money/currency.ts";
import { formatDecimal, parseDecimal } from "../../src/core/money/decimal.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { checkDeck } from "../../src/decks/check/check-deck.ts";
import type { DeckRules } from "../../src/decks/check/finding.ts";
import { findScaleOutliers } from "../../src/decks/check/scale-outliers.ts";
import type { DeckRow } from "../../src/decks/deck-row.ts";
import { diffDeck } from "../../src/decks/diff/diff-deck.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import { day, rate, row, steps } from "./rates.ts";

const now = day("2026-03-01");
const usd = parseCurrency("USD") as Currency;

/** Codes of the findings, in order. */
function findings(rows: readonly DeckRow[], current: readonly Rate[], rules: DeckRules, cost?: string): string[] {
  const diff = diffDeck({ rows, current, mode: "full", now });
  const costPerMinute = () => (cost === undefined ? null : (parseDecimal(cost) ?? null));
  return checkDeck(diff, rows, rules, { receivedAt: now, currency: usd, costPerMinute }).map(
    ({ code, severity, line }) => `${code} ${severity} ${line ?? "deck"}`,
  );
}

const OLD = [rate("93", "0.2", "2026-01-01")];

test.each<[string, DeckRow[], DeckRules, string[], string?]>([
  ["an increase with 8 of 7 days", [row("93", "0.3", "2026-03-09")], { noticeDays: { increase: 7 } }, []],
  ["an increase with exactly 7 days", [row("93", "0.3", "2026-03-08")], { noticeDays: { increase: 7 } }, []],
  [
    "an increase with 6 days",
    [row("93", "0.3", "2026-03-07")],
    { noticeDays: { increase: 7 } },
    ["notice-short block 2"],
  ],
  ["a decrease needs no notice", [row("93", "0.1", "2026-03-02")], { noticeDays: { increase: 7 } }, []],
  [
    "closing needs notice too",
    [row("93", "closed", "2026-03-02")],
    { noticeDays: { closed: 30 } },
    ["notice-short block 2"],
  ],
  ["a jump of exactly 50 %", [row("93", "0.3", "2026-03-09")], { jumpPercentMax: 50 }, []],
  ["a jump above 50 %", [row("93", "0.300001", "2026-03-09")], { jumpPercentMax: 50 }, ["price-jump warn 2"]],
  ["a fall of more than 50 %", [row("93", "0.09", "2026-03-09")], { jumpPercentMax: 50 }, ["price-jump warn 2"]],
  ["per second compares with per minute", [row("93", "0.005", "2026-03-09", { unitS: 1 })], { jumpPercentMax: 50 }, []],
  ["a price at cost", [row("93", "0.3", "2026-03-09")], {}, [], "0.3"],
  ["a price below cost", [row("93", "0.3", "2026-03-09")], {}, ["below-cost block 2"], "0.3001"],
  [
    "a price without its margin",
    [row("93", "0.3", "2026-03-09")],
    { marginPercentMin: 5 },
    ["below-cost block 2"],
    "0.29",
  ],
  [
    "steps that grow",
    [row("93", "0.2", "2026-03-09", { increments: steps("60/60") })],
    {},
    ["increments-raised warn 2"],
  ],
  ["a change of the past", [row("93", "0.3", "2026-02-01")], {}, ["backdated-change block 2"]],
  [
    "rows that contradict",
    [row("93", "0.3", "2026-03-09"), row("93", "0.4", "2026-03-09", { line: 3 })],
    {},
    ["rows-contradict block 2", "rows-contradict block 3"],
  ],
  [
    "a row twice",
    [row("93", "0.3", "2026-03-09"), row("93", "0.3", "2026-03-09", { line: 3 })],
    {},
    ["rows-repeated warn deck"],
  ],
  [
    "another currency",
    [row("93", "0.2", null, { currency: parseCurrency("EUR") as Currency })],
    {},
    ["currency-differs block 2"],
  ],
  ["a full deck that lacks all", [row("355", "0.1", null)], { missingPercentMax: 20 }, ["codes-missing block deck"]],
  ["a rule turned off", [row("93", "0.3", "2026-02-01")], { severities: { "backdated-change": "off" } }, []],
  [
    "a rule turned down",
    [row("93", "0.3", "2026-02-01")],
    { severities: { "backdated-change": "warn" } },
    ["backdated-change warn 2"],
  ],
])("%s", (_, rows, rules, expected, cost) => {
  expect(findings(rows, OLD, rules, cost)).toEqual(expected);
});

/** The sample A–Z deck: satellites at 6.48, India at 0.0086. */
const sample = readDeck(readFileSync(new URL("../../samples/decks/aurora-az-full.csv", import.meta.url))).rows;

test("satellites and premium codes are no scale outliers", () => {
  expect(findScaleOutliers(sample)).toEqual([]);
});

test("a deck of whole prices has no scale outliers by their format", () => {
  const rows = sample.map((one, at) => ({
    ...one,
    ratePerUnit: { units: BigInt(20 + (at % 90)), scale: 0 },
    writtenDecimals: 0,
  }));
  expect(findScaleOutliers(rows)).toEqual([]);
});

test("prices that lost their decimal point are outliers, whichever they are, and no other price is", () => {
  const anyLost = fc.uniqueArray(fc.nat(sample.length - 1), { minLength: 1, maxLength: Math.floor(sample.length / 5) });
  fc.assert(
    fc.property(anyLost, (lost) => {
      const hit = new Set(lost);
      const rows = sample.map((one, at) =>
        hit.has(at)
          ? {
              ...one,
              ratePerUnit: { units: one.ratePerUnit.units * 10n ** BigInt(4 - one.ratePerUnit.scale), scale: 0 },
              writtenDecimals: 0,
            }
          : one,
      );
      const flagged = findScaleOutliers(rows)
        .map((outlier) => rows.indexOf(outlier.row))
        .sort((a, b) => a - b);
      expect(flagged).toEqual(lost.toSorted((a, b) => a - b));
    }),
    { numRuns: 100 },
  );
});

test("a change of currency by any factor flags the same rows", () => {
  const scaled = sample.map((one, at) =>
    at % 40 === 0
      ? { ...one, ratePerUnit: { units: one.ratePerUnit.units * 1_000n, scale: one.ratePerUnit.scale } }
      : one,
  );
  const flags = (factor: bigint): string[] =>
    findScaleOutliers(
      scaled.map((one) => ({
        ...one,
        ratePerUnit: { units: one.ratePerUnit.units * factor, scale: one.ratePerUnit.scale },
      })),
    ).map((outlier) => outlier.row.prefix);
  expect(flags(1n).length).toBeGreaterThan(0);
  expect(flags(83n)).toEqual(flags(1n));
});

test("a finding names the row, the prices and the way out", () => {
  const diff = diffDeck({ rows: [row("93", "0.3", "2026-03-09")], current: OLD, mode: "full", now });
  const [finding] = checkDeck(diff, [], { jumpPercentMax: 10 }, { receivedAt: now, currency: usd });
  expect(finding).toEqual({
    code: "price-jump",
    severity: "warn",
    prefix: "93",
    line: 2,
    what: `93 Somewhere: the price goes from ${formatDecimal(OLD[0]!.ratePerUnit)} to 0.3, more than 10 %.`,
    fix: "Check the row with the carrier before publishing.",
  });
});

describe("a scheduled rate that a row takes the place of", () => {
  const scheduled = [
    rate("93", "0.2", "2026-01-01", { effectiveTo: day("2026-03-20") }),
    rate("93", "0.3", "2026-03-20"),
  ];
  const found = (rows: DeckRow[]) => findings(rows, scheduled, {});

  test.each<[string, DeckRow[], string[]]>([
    // why                                                     deck                                     findings
    ["an older deck that comes late", [row("93", "0.25", "2026-03-09")], ["scheduled-withdrawn block 2"]],
    ["what is in force, said again", [row("93", "0.2", "2026-01-01")], ["scheduled-withdrawn block 2"]],
    ["a row of its own date replaces it", [row("93", "0.4", "2026-03-20")], []],
    ["the deck repeats it", [row("93", "0.25", "2026-03-09"), row("93", "0.3", "2026-03-20")], []],
    ["it comes earlier", [row("93", "0.3", "2026-03-09")], []],
    ["a later row leaves it alone", [row("93", "0.4", "2026-04-01")], []],
    ["the code closes, and the deck says so", [row("93", "closed", "2026-03-09")], []],
  ])("%s", (_, rows, expected) => {
    expect(found(rows)).toEqual(expected);
  });
});
