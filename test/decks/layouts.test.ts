import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatDecimal } from "../../src/core/money/decimal.ts";
import { toInstant } from "../../src/core/time/epoch.ts";
import { findScaleOutliers } from "../../src/decks/check/scale-outliers.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import type { DeckTemplate } from "../../src/decks/template.ts";

/** "93 0.21 30/6 0.01 2026-03-09": prefix, price, steps, connection fee if any, first day if any. */
function prices(text: string, template: DeckTemplate = {}): string[] {
  const { rows, rejected } = readDeck(new TextEncoder().encode(text), template);
  expect(rejected).toEqual([]);
  return rows.map((row) =>
    [
      row.prefix,
      row.kind === "price" ? formatDecimal(row.ratePerUnit) : row.kind,
      `${row.increments.firstS}/${row.increments.nextS}`,
      ...(row.connectFee.units === 0n ? [] : [formatDecimal(row.connectFee)]),
      ...(row.effectiveFrom === null ? [] : [toInstant(row.effectiveFrom).toString().slice(0, 10)]),
    ].join(" "),
  );
}

test.each<[string, string, string[], DeckTemplate?]>([
  [
    "a minimum and an interval, grace time, points in dates",
    "Code;Code Name;Rate;Effective Date;End Date;Min Time;Interval;Grace Time;Connect Fee\n" +
      "93;AF;0.21;13.03.2026;;30;6;0;0.01\n",
    ["93 0.21 30/6 0.01 2026-03-13"],
  ],
  [
    "an initial increment and an increment",
    "Code,Destination,Connect Cost,Included Seconds,Per Minute Cost,Initial Increment,Increment\n" +
      "93,AF,0.01,0,0.21,30,6\n",
    ["93 0.21 30/6 0.01"],
  ],
  [
    "names run together",
    "dialprefix;destination;rateinitial;initblock;billingblock\n93;AF;0.21;30;6\n",
    ["93 0.21 30/6"],
  ],
  [
    "initial and next rate",
    "Prefix,Initial rate,Next rate,Connect fee,Initial interval,Next interval,Valid from\n" +
      "93,0.21,0.21,0.01,30,6,2026-03-01\n",
    ["93 0.21 30/6 0.01 2026-03-01"],
  ],
  [
    "old and new rate, a total",
    "Carrier X\n\nDestination\tDial Codes\tOld Rate\tNew Rate\tEffective\n" +
      "AF\t93\t0.2\t0.21\tMarch 9, 2026\nTotal\t\t\t1\n",
    ["93 0.21 1/1 2026-03-09"],
  ],
  [
    "a header of two rows",
    ",,Rate per minute,Increment,\nDestination,Code,USD,First,Next\nAF,93,0.21,30,6\n",
    ["93 0.21 30/6"],
  ],
  [
    "accents and another language",
    "Libellé;Indicatif;Prix (€/min);Date d'effet\nAF;93;0,21;13/03/2026\n",
    ["93 0.21 1/1 2026-03-13"],
  ],
  [
    "country and area codes apart",
    'Country;Country code;Area codes;Price\nAU;61;;0,012\nAU;61;"4,5";0,05\n',
    ["61 0.012 1/1", "614 0.05 1/1", "615 0.05 1/1"],
  ],
  [
    "a country code beside full codes",
    "Country,Country Code,Code,Rate\nAF,93,9370,0.2\nAL,355,35567,0.1\n",
    ["9370 0.2 1/1", "35567 0.1 1/1"],
  ],
  [
    "jurisdictions, each with its price",
    "code,duration,increment,interrate,intrarate,ijrate,effective_date\n1415555,6,6,0.0031,0.0068,0.0069,03/09/2026\n",
    ["1415555 0.0031 6/6 2026-03-09", "1415555 0.0068 6/6 2026-03-09", "1415555 0.0069 6/6 2026-03-09"],
  ],
  [
    "jurisdictions, intrastate",
    "NPANXX,LATA,OCN,State,Inter,Intra,Indeterminate\n415555,722,9206,CA,0.0031,0.0068,0.0069\n",
    ["1415555 0.0068 1/1"],
    { jurisdiction: "intra" },
  ],
  ["cents", "Destination,Prefix,US cents/min\nAF,93,21.5\n", ["93 0.215 1/1"]],
  [
    "columns by number",
    "93,x,21\n355,y,7\n",
    ["93 21 1/1", "355 7 1/1"],
    { headerRow: 0, columns: { code: 1, rate: 3 } },
  ],
  ["columns by name", "Ruf-Nr.,EK\n93,0.21\n", ["93 0.21 1/1"], { columns: { code: "Ruf-Nr.", rate: "EK" } }],
  [
    "a column to ignore",
    "Prefix,Rate,Increment\n93,0.21,01-Jan\n",
    ["93 0.21 60/60"],
    { columns: { increments: null }, defaults: { increments: "60/60" } },
  ],
  [
    "what zero, blank and 99 mean",
    "Prefix,Rate\n93,0\n94,\n95,99\n96,0.1\n",
    ["93 blocked 1/1", "94 blocked 1/1", "95 blocked 1/1", "96 0.1 1/1"],
    { zeroRate: "blocked", blankRate: "blocked", blockedRates: ["99"] },
  ],
  [
    "a zone and a default date",
    "Prefix,Rate\n93,0.1\n",
    ["93 0.1 1/1 2026-03-08"],
    { timeZone: "Asia/Kolkata", defaults: { effectiveFrom: "2026-03-09" } },
  ],
  [
    "the status says closed and blocked",
    "Prefix,Rate,Status\n93,0.1,Closed\n94,0.1,Blocked\n95,0.1,No change\n",
    ["93 closed 1/1", "94 blocked 1/1", "95 0.1 1/1"],
  ],
  ["a separator line for spreadsheets", "sep=|\nPrefix|Rate\n93|0.1\n", ["93 0.1 1/1"]],
])("%s", (_, text, expected, template) => {
  expect(prices(text, template)).toEqual(expected);
});

test("price per second and per increment keep their unit", () => {
  const unit = (text: string, template: DeckTemplate = {}) =>
    readDeck(new TextEncoder().encode(text), template).rows.map(({ unitS }) => unitS);
  expect(unit("Prefix,Rate per second\n93,0.001\n")).toEqual([1]);
  expect(unit("Prefix,Rate,Increment\n93,0.001,30/6\n", { ratePer: "increment" })).toEqual([6]);
  expect(unit("Prefix,Rate\n93,0.001\n")).toEqual([60]);
});

test("prices and codes on two sheets are joined also when the template names the sheet of prices", () => {
  const file = readFileSync(new URL("../../samples/decks/pelican-two-sheets.xlsx", import.meta.url));
  expect(readDeck(file, { sheet: "Rates" }).counts).toMatchObject({ rows: 10, prefixes: 13 });
});

test.each([
  ["aurora-az-full.csv", 131, 415],
  ["aurora-amendment.csv", 6, 24],
  ["meridian-comma.csv", 129, 284],
  ["northline-nanpa.csv", 400, 400],
  ["pelican-two-sheets.xlsx", 10, 13],
  ["retail.tsv", 129, 356],
])("the sample %s reads without a template: %i rows, %i prefixes", (name, rows, prefixes) => {
  const reading = readDeck(readFileSync(new URL(`../../samples/decks/${name}`, import.meta.url)));
  expect(reading.counts).toMatchObject({ rows, rejectedRows: 0, prefixes });
  expect(findScaleOutliers(reading.rows)).toEqual([]);
});
