import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { addDecimal, formatDecimal, ZERO } from "../../src/core/money/decimal.ts";
import { findScaleOutliers } from "../../src/decks/check/scale-outliers.ts";
import type { DeckReading } from "../../src/decks/deck-row.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import { sharedData } from "../support/shared-data.ts";

interface Expected {
  readonly rows: number;
  readonly prefixes: number;
  readonly rejected: number;
  readonly sum: string;
  readonly outliers: number;
}

/** Sums over all loaded prices; of the deck with lost decimal points, over what stands in the file. */
const DECKS: readonly (readonly [string, Expected, string])[] = [
  [
    "az-sdf.csv",
    { rows: 27_523, prefixes: 27_514, rejected: 9, sum: "4514.5571", outliers: 0 },
    "dates with microseconds, nine rows without a price, satellites at 56 times the median",
  ],
  [
    "az-sdf-first6000.xlsx",
    { rows: 6_000, prefixes: 5_999, rejected: 1, sum: "918.7047", outliers: 0 },
    "two title rows above the header, codes as numbers",
  ],
  [
    "az-decimal-comma.csv",
    { rows: 11_894, prefixes: 11_894, rejected: 0, sum: "858.1432", outliers: 0 },
    "decimal commas in quotes under a comma delimiter",
  ],
  [
    "az-plus-prefix-outliers.csv",
    { rows: 4_743, prefixes: 4_743, rejected: 0, sum: "375236.374", outliers: 310 },
    "a point lost in every price above 1; 23 destinations have only such prices",
  ],
];

const sumOf = ({ rows }: DeckReading): string =>
  formatDecimal(rows.reduce((sum, { ratePerUnit }) => addDecimal(sum, ratePerUnit), ZERO));

describe("decks that carriers really sent", () => {
  for (const [name, expected, why] of DECKS) {
    const path = sharedData(`decks/${name}`);
    test.skipIf(path === null)(`${name} (${why})`, () => {
      const reading = readDeck(readFileSync(path as string));
      const outliers = findScaleOutliers(reading.rows);
      const { counts, detected } = reading;
      process.stdout.write(
        `${name}: ${counts.rows} rows, ${counts.prefixes} prefixes, ${counts.rejectedRows} rejected, ` +
          `sum ${sumOf(reading)}, ${outliers.length} scale outliers, header in line ${detected.headerLine}\n`,
      );
      expect({
        rows: counts.rows,
        prefixes: counts.prefixes,
        rejected: counts.rejectedRows,
        sum: sumOf(reading),
        outliers: outliers.length,
      }).toEqual(expected);
      expect(counts.rows).toBe(counts.loadedRows + counts.rejectedRows);
      expect(reading.rejected.every(({ reject }) => reject.code === "rate-missing")).toBe(true);
    });
  }

  const lostPoints = sharedData("decks/az-plus-prefix-outliers.csv");
  test.skipIf(lostPoints === null)("the outliers are the rows without a decimal point, and no others", () => {
    const { rows } = readDeck(readFileSync(lostPoints as string));
    const flagged = new Set(findScaleOutliers(rows).map(({ row }) => row.line));
    expect(flagged).toEqual(
      new Set(rows.filter(({ writtenDecimals }) => writtenDecimals === 0).map(({ line }) => line)),
    );
  });
});
