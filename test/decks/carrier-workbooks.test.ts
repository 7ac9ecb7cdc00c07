import { type CellObject, utils, write } from "@e965/xlsx";
import { expect, test } from "vitest";
import { readDeck } from "../../src/decks/read-deck.ts";
import { summary } from "./deck-summary.ts";

type CellValue = string | number | null | CellObject;
interface Sheet {
  readonly rows: readonly (readonly CellValue[])[];
  readonly merges?: readonly string[];
  readonly hidden?: boolean;
}

function workbook(sheets: Readonly<Record<string, Sheet>>): Uint8Array {
  const book = utils.book_new();
  for (const [name, { rows, merges = [] }] of Object.entries(sheets)) {
    const sheet = utils.aoa_to_sheet(rows as CellValue[][]);
    sheet["!merges"] = merges.map((range) => utils.decode_range(range));
    utils.book_append_sheet(book, sheet, name);
  }
  book.Workbook = { Sheets: Object.entries(sheets).map(([name, { hidden }]) => ({ name, Hidden: hidden ? 1 : 0 })) };
  return new Uint8Array(write(book, { type: "array", bookType: "xlsx" }) as ArrayBuffer);
}

const day = (iso: string): CellObject => ({ t: "n", v: Date.parse(iso) / 86_400_000 + 25_569, z: "dd/mm/yyyy" });
const euros = (v: number): CellObject => ({ t: "n", v, z: "[$€-407] #,##0.0000" });
const HEADER = ["Destination", "Code", "Price"];

test.each<[string, Readonly<Record<string, Sheet>>, string[] | string]>([
  [
    "a header of two rows with merged cells",
    {
      Rates: {
        rows: [
          ["Telco AG"],
          [],
          ["Destination", "Country Code", "Area Codes", "Price", null, "Billing", null, "Valid From"],
          [null, null, null, "EUR/min", "Set-up", "First", "Next", null],
          ["Austria Mobile", 43, "650, 660-661; 676", 0.05, 0, 60, 1, day("2026-03-09")],
          ["Germany", 49, null, 0.01, 0, 1, 1, day("2026-03-09")],
        ],
        merges: ["A1:H1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:H4"],
      },
    },
    [
      ...["43650", "43660", "43661", "43676"].map((code) => `${code} 0.05 60 60/1 2026-03-09 EUR`),
      "49 0.01 60 1/1 2026-03-09 EUR",
    ],
  ],
  [
    "prices by hours below one merged header",
    {
      Rates: {
        rows: [
          ["Destination", "Code", "Rate USD/min", null, null, "Effective"],
          [null, null, "Peak", "Off-Peak", "Weekend", null],
          ["Afghanistan", 93, 0.2, 0.15, 0.1, day("2026-03-09")],
        ],
        merges: ["A1:A2", "B1:B2", "C1:E1", "F1:F2"],
      },
    },
    "deck-columns-ambiguous",
  ],
  [
    "serials as dates",
    {
      Rates: {
        rows: [
          ["Prefix", "Rate", "Effective Date", "Increment"],
          [93, 0.2, 46_090, "1/1"],
          [94, 0.3, 46_083.5, "60/60"],
        ],
      },
    },
    ["93 0.2 60 1/1 2026-03-09", "94 0.3 60 60/60 2026-03-02"],
  ],
  [
    "day and month exchanged by a spreadsheet in the dates it could read",
    {
      Rates: {
        rows: [
          ["Prefix", "Rate", "Effective Date"],
          [93, 0.2, day("2026-09-03")],
          [94, 0.3, "13/03/2026"],
        ],
      },
    },
    "deck-date-order-ambiguous",
  ],
  [
    "increments that became a date",
    {
      Rates: {
        rows: [
          ["Prefix", "Rate", "Increment"],
          [93, 0.2, day("2026-01-01")],
          [94, 0.3, "60/60"],
        ],
      },
    },
    ["!increments-invalid", "94 0.3 60 60/60"],
  ],
  [
    "the full list, its changes, and a hidden older one",
    {
      Cover: { rows: [["Telco"], ["Rate notification"]] },
      "A-Z": { rows: [HEADER, ["A", 93, 0.2], ["B", 355, 0.1]] },
      Changes: {
        rows: [
          ["Destination", "Code", "Old", "New Price"],
          ["A", 93, 0.1, 0.2],
        ],
      },
      Old: { rows: [HEADER, ["A", 93, 9], ["B", 355, 9], ["C", 44, 9]], hidden: true },
    },
    ["93 0.2 60 1/1", "355 0.1 60 1/1"],
  ],
  [
    "a sheet for each quality",
    { Standard: { rows: [HEADER, ["A", 93, 0.2]] }, Premium: { rows: [HEADER, ["A", 93, 0.3]] } },
    "deck-sheet-ambiguous",
  ],
  [
    "a sheet for each continent",
    { Africa: { rows: [HEADER, ["A", 234, 0.2], ["B", 20, 0.1]] }, Asia: { rows: [HEADER, ["C", 93, 0.3]] } },
    "deck-sheet-ambiguous",
  ],
  [
    "formulas with a value, without one, and with an error",
    {
      Rates: {
        rows: [
          HEADER,
          ["A", 93, { t: "n", v: 0.25, f: "B1*1.1" }],
          ["B", 355, { t: "n", f: "C2*2" }],
          ["C", 44, { t: "e", v: 42 }],
        ],
      },
    },
    ["93 0.25 60 1/1", "!formula-without-value", "!cell-error"],
  ],
  ["a currency in the number format", { Rates: { rows: [HEADER, ["A", 93, euros(0.25)]] } }, ["93 0.25 60 1/1 EUR"]],
])("%s", (_, sheets, expected) => {
  expect(summary(workbook(sheets))).toEqual(expected);
});

test("sheets and columns of prices that are not read are named", () => {
  const { warnings } = readDeck(
    workbook({
      "A-Z": {
        rows: [
          ["Code", "Current rate", "New rate"],
          [93, 0.1, 0.2],
          [355, 0.1, 0.1],
        ],
      },
      Changes: {
        rows: [
          ["Code", "Rate"],
          [93, 0.2],
        ],
      },
    }),
  );
  const named = warnings.filter(({ code }) => code.endsWith("-not-read")).map(({ what }) => what);
  expect(named).toEqual([
    'Other columns hold prices too and are not read: "Current rate".',
    'Other sheets have rates of some of the same codes and are not read: "Changes".',
  ]);
});

test("a sheet and a column named in the template are read whatever else there is", () => {
  const sheets = {
    Standard: {
      rows: [
        ["Code", "Peak rate", "Off-peak rate"],
        [93, 0.2, 0.1],
      ],
    },
    Premium: { rows: [HEADER, ["A", 93, 0.3]] },
  };
  const template = { sheet: "Standard", columns: { rate: "Off-peak rate" } };
  expect(summary(workbook(sheets), template)).toEqual(["93 0.1 60 1/1"]);
});

test("an international list is not taken for one of North America", () => {
  const codes = Array.from({ length: 30 }, (_, at) => `Place,${415_200 + at},0.01`);
  const text = (header: string) => new TextEncoder().encode([header, ...codes].join("\n"));
  expect(summary(text("Destination,Prefix,Rate"))).toBe("deck-codes-ambiguous");
  expect(summary(text("Destination,Prefix,Rate"), { countryCode: "1" })[0]).toBe("1415200 0.01 60 1/1");
  expect(summary(text("Destination,Prefix,Rate"), { columns: { code: "Prefix" } })[0]).toBe("415200 0.01 60 1/1");
});
