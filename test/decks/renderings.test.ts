import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDecimal } from "../../src/core/money/decimal.ts";
import type { DeckReading } from "../../src/decks/deck-row.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import {
  CODES,
  DATES,
  DELIMITERS,
  ENCODINGS,
  type ModelRow,
  renderText,
  renderWorkbook,
  type Style,
} from "./render-deck.ts";

const DESTINATIONS = [
  "Afghanistan",
  "Côte d'Ivoire - Mobile",
  "Brazil, São Paulo",
  'Österreich "Mobil"',
  "India 91",
  "UK",
];

const anyRow: fc.Arbitrary<ModelRow> = fc.record({
  destination: fc.constantFrom(...DESTINATIONS),
  prefix: fc.integer({ min: 20, max: 999_999_999 }).map(String),
  rate: fc
    .integer({ min: 1, max: 2_999_999 })
    .map((units) => (units / 1_000_000).toString())
    .filter((text) => /^\d\.\d+$/.test(text)),
  firstS: fc.constantFrom(1, 6, 30, 60),
  nextS: fc.constantFrom(1, 6, 60),
  date: fc
    .integer({ min: 0, max: 800 })
    .map((days) => new Date(Date.UTC(2025, 0, 1 + days)).toISOString().slice(0, 10)),
});

/** Decks with a day above 12, so that the day/month order can be told at all. */
const anyRows = fc
  .uniqueArray(anyRow, { minLength: 12, maxLength: 40, selector: ({ prefix }) => prefix })
  .map((rows) => [...rows, { ...(rows[0] as ModelRow), prefix: "4477001", date: "2026-03-27" }]);

const anyStyle: fc.Arbitrary<Style> = fc.record({
  delimiter: fc.constantFrom(...DELIMITERS),
  encoding: fc.constantFrom(...ENCODINGS),
  decimal: fc.constantFrom(".", ","),
  dates: fc.constantFrom(...DATES),
  codes: fc.constantFrom(...CODES),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  quoteAll: fc.boolean(),
  splitIncrements: fc.boolean(),
  header: fc.constant(true),
  titles: fc.integer({ min: 0, max: 3 }),
  footer: fc.boolean(),
  names: fc.nat(100),
  order: fc.nat(1_000),
  fixedDecimals: fc.boolean(),
});

/** What must be the same whatever the deck looks like. */
const rates = ({ rows }: Pick<DeckReading, "rows">): string[] =>
  rows.map((row) =>
    [
      row.prefix,
      row.destination,
      formatDecimal(row.ratePerUnit),
      row.unitS,
      `${row.increments.firstS}/${row.increments.nextS}`,
      new Date(row.effectiveFrom ?? 0).toISOString().slice(0, 10),
    ].join(" | "),
  );

const model = (rows: readonly ModelRow[]): string[] =>
  rows.map((row) => [row.prefix, row.destination, row.rate, 60, `${row.firstS}/${row.nextS}`, row.date].join(" | "));

test("any text rendering of the same rates reads as the same rates", () => {
  fc.assert(
    fc.property(anyRows, anyStyle, (rows, style) => {
      const reading = readDeck(renderText(rows, style));
      expect(reading.rejected).toEqual([]);
      expect(rates(reading)).toEqual(model(rows));
    }),
    { numRuns: 400 },
  );
});

test("a deck without a header reads as the same rates", () => {
  fc.assert(
    fc.property(anyRows, anyStyle, (rows, style) => {
      const reading = readDeck(
        renderText(rows, { ...style, header: false, titles: 0, footer: false, splitIncrements: false }),
      );
      expect(reading.rejected).toEqual([]);
      expect(rates(reading)).toEqual(model(rows));
    }),
    { numRuns: 200 },
  );
});

test("any workbook rendering of the same rates reads as the same rates", () => {
  fc.assert(
    fc.property(anyRows, anyStyle, fc.boolean(), fc.nat(11), (rows, style, typed, sheet) => {
      const reading = readDeck(renderWorkbook(rows, style, { typed, sheet }));
      expect(reading.rejected).toEqual([]);
      expect(rates(reading)).toEqual(model(rows));
    }),
    { numRuns: 60 },
  );
});
