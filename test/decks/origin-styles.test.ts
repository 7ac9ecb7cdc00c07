import { expect, test } from "vitest";
import { summary } from "./deck-summary.ts";

/** Decks whose prices depend on where calls come from, as carriers write them. Other styles: carrier-styles.test.ts. */
test.each<[string, string[], string[] | string]>([
  [
    "codes of origins",
    [
      "Origin Codes,Destination,Destination Codes,Rate,Effective Date",
      '"49,43",Afghanistan,93,0.20,2026-03-09',
      ",Afghanistan,93,0.30,2026-03-09",
      '"49,43",Albania,355,0.10,2026-03-09',
      ",Albania,355,0.20,2026-03-09",
    ],
    [
      "93 0.2 60 1/1 2026-03-09 from 43 49",
      "93 0.3 60 1/1 2026-03-09",
      "355 0.1 60 1/1 2026-03-09 from 43 49",
      "355 0.2 60 1/1 2026-03-09",
    ],
  ],
  [
    "names of origins",
    ["Destination,Code,Origin,Rate", "France,33,EEA,0.01", "France,33,ROW,0.2", "Albania,355,All,0.1"],
    ["33 0.01 60 1/1 from EEA", "33 0.2 60 1/1 from Rest of world", "355 0.1 60 1/1"],
  ],
  [
    "any origin",
    ["Destination,Code,Origin,Rate", "France,33,All,0.01", "Albania,355,ALL,0.1"],
    ["33 0.01 60 1/1", "355 0.1 60 1/1"],
  ],
  [
    "a column for each origin",
    ["Destination,Code,Rate EEA Origin,Rate ROW Origin", "France,33,0.01,0.2", "Albania,355,0.1,0.1"],
    [
      "33 0.01 60 1/1 from EEA",
      "33 0.2 60 1/1 from Rest of world",
      "355 0.1 60 1/1 from EEA",
      "355 0.1 60 1/1 from Rest of world",
    ],
  ],
  [
    "area and exchange of North America apart",
    ["NPA,NXX,Interstate,Intrastate,Indeterminate", "415,555,0.0031,0.0068,0.0069", "212,200,0.0021,0.0048,0.0059"],
    [
      "1415555 0.0031 60 1/1 from interstate",
      "1415555 0.0068 60 1/1 from intrastate",
      "1415555 0.0069 60 1/1 from indeterminate",
      "1212200 0.0021 60 1/1 from interstate",
      "1212200 0.0048 60 1/1 from intrastate",
      "1212200 0.0059 60 1/1 from indeterminate",
    ],
  ],
  [
    "six digits of North America",
    [
      "code,increment,interrate,intrarate,ijrate,effective_date",
      "415555,6/6,0.0031,0.0068,0.0068,03/09/2026",
      "212200,6/6,0.0021,0.0048,0.0048,03/09/2026",
      "305200,6/6,0.0021,0.0048,0.0048,03/09/2026",
    ],
    ["415555 0.0031 0.0068", "212200 0.0021 0.0048", "305200 0.0021 0.0048"].flatMap((row) => {
      const [code, inter, other] = row.split(" ");
      const terms = "60 6/6 2026-03-09 from";
      return [
        `1${code} ${inter} ${terms} interstate`,
        `1${code} ${other} ${terms} intrastate`,
        `1${code} ${other} ${terms} indeterminate`,
      ];
    }),
  ],
  [
    "jurisdictions per minute",
    ["Dial Code,Interstate Rate Per Min,Intrastate Rate Per Min", "1415555,0.0031,0.0068", "1212200,0.0021,0.0048"],
    [
      "1415555 0.0031 60 1/1",
      "1415555 0.0068 60 1/1 from intrastate",
      "1212200 0.0021 60 1/1",
      "1212200 0.0048 60 1/1 from intrastate",
    ],
  ],
  [
    "jurisdictions with a currency",
    ["NPANXX,Inter Rate (USD),Intra Rate (USD),Effective", "415555,0.0031,0.0068,3/9/2026"],
    ["1415555 0.0031 60 1/1 2026-03-09 USD", "1415555 0.0068 60 1/1 2026-03-09 USD from intrastate"],
  ],
  [
    "a surcharge by origin",
    ["Destination,Code,Rate,Surcharge,Origin", "A,93,0.2,0.05,Non-EEA", "B,94,0.2,,"],
    "deck-origin-priced",
  ],
])("%s", (_, lines, expected) => {
  expect(summary(new TextEncoder().encode(`${lines.join("\n")}\n`))).toEqual(expected);
});
