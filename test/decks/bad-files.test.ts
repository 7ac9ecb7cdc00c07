import { deflateRawSync } from "node:zlib";
import { utils, write } from "@e965/xlsx";
import { expect, test } from "vitest";
import { Problem, type ProblemCode } from "../../src/core/problem.ts";
import type { RejectCode } from "../../src/core/reject.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import { DECK_BYTES_MAX } from "../../src/decks/table/open-deck.ts";
import { WORKBOOK_BYTES_MAX } from "../../src/decks/table/workbook.ts";
import type { DeckTemplate } from "../../src/decks/template.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function workbook(sheets: Readonly<Record<string, unknown[][]>>): Uint8Array {
  const book = utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) utils.book_append_sheet(book, utils.aoa_to_sheet(rows), name);
  return new Uint8Array(write(book, { type: "array", bookType: "xlsx" }) as ArrayBuffer);
}

/** A ZIP with one deflated entry, which may lie about its size. */
function zip(name: string, content: Uint8Array, declaredBytes = content.length): Uint8Array {
  const data = deflateRawSync(content, { level: 1 });
  const nameBytes = bytes(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(declaredBytes, 22);
  local.writeUInt16LE(nameBytes.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt32LE(declaredBytes, 24);
  entry.writeUInt16LE(nameBytes.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + nameBytes.length, 12);
  end.writeUInt32LE(local.length + nameBytes.length + data.length, 16);
  return Buffer.concat([local, nameBytes, data, entry, nameBytes, end]);
}

const DECK = "Destination,Prefix,Rate\nAfghanistan,93,0.21\n";
const wide = Array.from({ length: 500 }, (_, at) => (at === 0 ? "Prefix" : at === 1 ? "Rate" : `x${at}`)).join(",");

test.each<[string, () => Uint8Array, ProblemCode, DeckTemplate?]>([
  // what                        bytes                                                    code
  ["an empty file", () => bytes(""), "deck-empty"],
  ["blank lines", () => bytes(" \r\n\r\n"), "deck-empty"],
  ["a workbook without cells", () => workbook({ Rates: [] }), "deck-empty"],
  ["a ZIP of a CSV", () => zip("rates.csv", bytes(DECK)), "deck-format-unknown"],
  ["a PDF", () => bytes("%PDF-1.7\n"), "deck-format-unknown"],
  ["a gzip file", () => Uint8Array.of(0x1f, 0x8b, 8, 0), "deck-format-unknown"],
  ["a web page", () => bytes("<!DOCTYPE html><table>"), "deck-format-unknown"],
  [
    "a cut-off workbook",
    () =>
      workbook({
        Rates: [
          ["Prefix", "Rate"],
          ["93", 1],
        ],
      }).slice(0, 900),
    "deck-workbook-broken",
  ],
  ["binary junk", () => Uint8Array.from({ length: 4_096 }, (_, at) => (at * 73) % 256), "deck-not-text"],
  ["UTF-8 that is not", () => Uint8Array.of(0x50, 0xff, 0x2c), "deck-not-text", { encoding: "utf-8" }],
  ["one column", () => bytes("Rate\n0.1\n0.2\n"), "deck-columns-missing"],
  ["prices without codes", () => bytes("Destination,Rate\nAfghanistan,0.1\n"), "deck-columns-missing"],
  ["a CDR", () => bytes("caller,callee,start,duration\n1,2,2026-01-01,5\n"), "deck-columns-missing"],
  ["500 columns", () => bytes(`${wide}\n${wide}\n`), "deck-too-large"],
  [
    "a sheet that is not there",
    () =>
      workbook({
        Rates: [
          ["Prefix", "Rate"],
          ["93", 1],
        ],
      }),
    "deck-sheet-missing",
    { sheet: "Prices" },
  ],
  ["a file beyond the limit", () => new Uint8Array(DECK_BYTES_MAX + 1), "deck-too-large"],
  ["a ZIP bomb", () => zip("xl/workbook.xml", new Uint8Array(WORKBOOK_BYTES_MAX + 1)), "deck-too-large"],
  ["a ZIP bomb that lies", () => zip("xl/workbook.xml", new Uint8Array(WORKBOOK_BYTES_MAX + 1), 100), "deck-too-large"],
  ["dates of two readings", () => bytes("Prefix,Rate,Effective\n93,0.1,03/04/2026\n"), "deck-date-order-ambiguous"],
  ["commas of two readings", () => bytes("Prefix;Rate\n93;1,234\n94;2,345\n"), "deck-decimal-ambiguous"],
  ["a zone that is none", () => bytes(DECK), "deck-template-invalid", { timeZone: "Mars/Base" }],
])("%s is refused as a whole", (_, deck, code, template) => {
  const file = deck();
  let problem: unknown;
  try {
    readDeck(file, template);
  } catch (error) {
    problem = error;
  }
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ code, what: expect.stringMatching(/\w/), fix: expect.stringMatching(/\.$/) });
});

test.each<[string[], RejectCode, string]>([
  // cells                              code                     why
  [["AF", "93", ""], "rate-missing", "a code without a price"],
  [["AF", "", "0.1"], "code-missing", "a price without a code"],
  [["AF", "93", "abc1"], "rate-invalid", "no number"],
  [["AF", "93", "-0.1"], "rate-negative", "below zero"],
  [["AF", "93", "=A1*2"], "formula-without-value", "a formula in a text deck"],
  [["AF", "=1+1", "0.1"], "formula-without-value", "a formula as code"],
  [["AF", "9.1E+11", "0.1"], "code-digits-lost", "a code a spreadsheet shortened"],
  [["AF", "9".repeat(70_000), "0.1"], "cell-too-long", "a cell without end"],
  [['"AF', "93", "0.1"], "broken-quoting", "a quote that does not close"],
  [["AF", "93", "0.1", "1/1", "31.02.2026"], "date-invalid", "31 February"],
  [["AF", "93", "0.1", "1-Jan"], "increments-invalid", "1/1 after a spreadsheet"],
  [["AF", "93", "0.1", "1/1", "", "USX"], "currency-invalid", "no ISO 4217 code"],
])("a row %j is rejected as %s and the others are read (%s)", (cells, code) => {
  const head = "Destination;Prefix;Rate;Increment;Effective;Currency";
  const reading = readDeck(bytes(`${head}\n${cells.join(";")}\nAL;355;0.2;1/1;13.01.2026;USD\n`), { delimiter: ";" });
  expect(reading.rejected.map(({ line, reject }) => [line, reject.code])).toEqual([[2, code]]);
  expect(reading.rows.map(({ prefix, line }) => [line, prefix])).toEqual([[3, "355"]]);
});

test("a formula in a workbook counts as the value stored with it, and without one its row is rejected", () => {
  const reading = readDeck(
    workbook({
      Rates: [
        ["Destination", "Prefix", "Rate"],
        ["AF", 93, { t: "n", f: "0.1*2", v: 0.2 }],
        ["AL", 355, { t: "n", f: "0.1*3" }],
        ["DZ", 213, { t: "e", v: 0x2a }],
      ],
    }),
  );
  expect(reading.rows.map(({ prefix, ratePerUnit }) => [prefix, ratePerUnit])).toEqual([
    ["93", { units: 2n, scale: 1 }],
  ]);
  expect(reading.rejected.map(({ reject }) => reject.code)).toEqual(["formula-without-value", "cell-error"]);
});
