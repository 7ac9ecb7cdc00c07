import fc from "fast-check";
import { expect, test } from "vitest";
import { type Currency, parseCurrency } from "../../src/core/money/currency.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { isEmptyDiff } from "../../src/decks/diff/deck-diff.ts";
import { diffDeck } from "../../src/decks/diff/diff-deck.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import { type DeckLayout, writeDeckCsv, writeDeckXlsx } from "../../src/decks/write-deck.ts";
import { day, rate } from "./rates.ts";

const currency = parseCurrency("USD") as Currency;
const now = day("2026-03-01");

const anyRate: fc.Arbitrary<Rate> = fc
  .record({
    prefix: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 999_999_999 }).map(String) }, fc.constant("")),
    destination: fc.constantFrom(
      "Afghanistan",
      "=cmd|'/c calc'!A1",
      "+44 Mobile",
      'Brazil, "São Paulo"',
      "",
      "@Home",
      "India 9-1",
    ),
    units: fc.bigInt({ min: 0n, max: 9_999_999n }),
    scale: fc.integer({ min: 0, max: 9 }),
    unitS: fc.constantFrom(1, 6, 60, 180),
    firstS: fc.integer({ min: 1, max: 3_600 }),
    nextS: fc.integer({ min: 1, max: 3_600 }),
    later: fc.option(fc.bigInt({ min: 0n, max: 9_999_999n })),
    fee: fc.bigInt({ min: 0n, max: 999n }),
    blocked: fc.boolean(),
    from: fc.integer({ min: 0, max: 80_000_000 }),
    ends: fc.boolean(),
  })
  .map(({ prefix, destination, units, scale, unitS, firstS, nextS, later, fee, blocked, from, ends }) =>
    rate(prefix, "0", "2024-01-01", {
      destination,
      blocked,
      unitS,
      ratePerUnit: blocked ? { units: 0n, scale: 0 } : { units, scale },
      connectFee: blocked ? { units: 0n, scale: 0 } : { units: fee, scale: 3 },
      increments: { firstS, nextS },
      slots:
        blocked || later === null || later === units
          ? []
          : [{ fromS: firstS, ratePerUnit: { units: later, scale }, unitS, stepS: nextS }],
      effectiveFrom: (day("2024-01-01") + from * 1_000) as Rate["effectiveFrom"],
      effectiveTo: ends ? day("2027-01-01") : null,
    }),
  );

const anyRates = fc
  .uniqueArray(anyRate, { minLength: 1, maxLength: 20, selector: ({ prefix }) => prefix })
  .filter((rates) => rates.some(({ blocked }) => !blocked));
const anyLayout: fc.Arbitrary<DeckLayout> = fc.record({
  currency: fc.constant(currency),
  delimiter: fc.constantFrom(",", ";", "\t"),
  decimal: fc.constantFrom(".", ","),
});

test("a deck written from rates and read back changes nothing", () => {
  fc.assert(
    fc.property(anyRates, anyLayout, (rates, layout) => {
      const { rows, rejected } = readDeck(new TextEncoder().encode(writeDeckCsv(rates, layout)), {
        decimal: layout.decimal ?? ".",
      });
      expect(rejected).toEqual([]);
      const diff = diffDeck({ rows, current: rates, mode: "full", now });
      expect(diff.operations).toEqual({ close: [], insert: [], rename: [] });
    }),
    { numRuns: 300 },
  );
});

test("the same as a workbook", () => {
  fc.assert(
    fc.property(anyRates, (rates) => {
      const { rows, rejected } = readDeck(writeDeckXlsx(rates, { currency }));
      expect(rejected).toEqual([]);
      expect(isEmptyDiff(diffDeck({ rows, current: rates, mode: "full", now }))).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test.each<[string, string]>([
  // destination             cell
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ["Mobile;=1+1", "Mobile;'=1+1"],
])("no cell of a written deck runs as a formula, and a name comes back as it was: %s", (destination, cell) => {
  const csv = writeDeckCsv([rate("93", "0.2", "2026-01-01", { destination })], { currency });
  expect(csv.split("\r\n")[1]).toBe(`${cell},93,0.2,60,1/1,0,2026-01-01,,Current,USD`);
  expect(readDeck(Buffer.from(csv)).rows[0]?.destination).toBe(destination);
});

test("codes of six digits throughout are not taken for North American ones when they come back", () => {
  const rates = Array.from({ length: 30 }, (_, at) => rate(String(415_200 + at), "0.01", "2026-01-01"));
  const { rows } = readDeck(new TextEncoder().encode(writeDeckCsv(rates, { currency })));
  expect(rows.map(({ prefix }) => prefix)).toEqual(rates.map(({ prefix }) => prefix));
});
