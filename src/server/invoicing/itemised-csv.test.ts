import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { parseDecimal } from "../../core/money/decimal.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { ITEMISED_CSV_HEADER, type ItemisedCall, itemisedCsv, itemisedCsvRow } from "./itemised-csv.ts";

const at = (text: string) => epochMs(Temporal.Instant.from(text).epochMilliseconds);

const CALL: ItemisedCall = {
  startedAt: at("2026-03-29T00:59:58.900Z"),
  answeredAt: at("2026-03-29T01:00:00Z"),
  endedAt: at("2026-03-29T01:01:07Z"),
  direction: "originating",
  from: "4366012345678",
  to: "390612345",
  destination: "Italy",
  prefix: "39",
  talkedS: 67,
  billedS: 72,
  ratePerMinute: parseDecimal("0.0235") ?? null,
  connectFee: parseDecimal("0") ?? null,
  amount: nanosFromSql("0.0282"),
  currency: parseCurrency("EUR") as Currency,
  callId: "a1b2@sbc.example",
};

const fieldsOf = (row: string): string[] => (parse(row) as string[][])[0] ?? [];

test("a call is one row, in the account's clock time over the start of summer time and in UTC", () => {
  expect(itemisedCsvRow(CALL, "Europe/Vienna")).toBe(
    "2026-03-29T01:59:58+01:00,2026-03-29T03:00:00+02:00,2026-03-29T03:01:07+02:00," +
      "2026-03-29T00:59:58Z,2026-03-29T01:00:00Z,2026-03-29T01:01:07Z," +
      "originating,4366012345678,390612345,Italy,39,67,72,0.0235,0,0.0282,EUR,a1b2@sbc.example,,,,\r\n",
  );
});

test("what an allowance paid, and what surcharges added, stands at the end of the row", () => {
  const covered = { by: "Weekend, all", seconds: 60 };
  expect(itemisedCsvRow({ ...CALL, covered }, "UTC")).toContain(',a1b2@sbc.example,60,"Weekend, all",,\r\n');
  const surcharged = { by: "Origin", amount: parseDecimal("0.05")! };
  expect(itemisedCsvRow({ ...CALL, surcharged }, "UTC")).toContain(",a1b2@sbc.example,,,0.05,Origin\r\n");
});

test("a zone behind UTC by half an hour more, a call that nobody answered, a credit", () => {
  const row = itemisedCsvRow({ ...CALL, answeredAt: null, amount: nanosFromSql("-1.5") }, "America/St_Johns");
  expect(fieldsOf(row).slice(0, 2)).toEqual(["2026-03-28T22:29:58-02:30", ""]);
  expect(fieldsOf(row)[15]).toBe("-1.5"); // a number stays a number
});

describe("text from outside", () => {
  test.each<[string, string, string]>([
    // text                    field                          why
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0", "a formula"],
    ["+4312345", "'+4312345", "a plus sign begins a formula too"],
    ["-2+3", "'-2+3", "so does a minus sign"],
    ["@SUM(A1)", "'@SUM(A1)", "and an at sign"],
    ["\t=1", "'\t'=1", "blanks before it are skipped by spreadsheets"],
    ["＝1+1", "'＝1+1", "full-width signs count as well"],
    ['Côte d"Ivoire, Mobile', 'Côte d"Ivoire, Mobile', "quotes and commas"],
    ["x;=1+1", "x;'=1+1", "a cell of its own where the semicolon separates lists"],
    ['x; "@A1', `x; "'@A1`, "with blanks and quotes between"],
    ["x\n-1", "x\n'-1", "a row of its own there"],
    ["x;y", "x;y", "no formula"],
    ["two\r\nlines", "two\r\nlines", "a line break stays in its field"],
    ["日本", "日本", "any script"],
  ])("%j reads as %j", (text, field) => {
    expect(fieldsOf(itemisedCsvRow({ ...CALL, destination: text }, "UTC"))[9]).toBe(field);
  });

  test("never makes a field that a spreadsheet would run, nor another column", () => {
    const anyText = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[=+\-@",;\r\n\t' a]{0,8}$/));
    fc.assert(
      fc.property(anyText, anyText, (from, callId) => {
        const row = itemisedCsvRow({ ...CALL, from, callId }, "UTC");
        const fields = fieldsOf(row);
        expect(fields).toHaveLength(22);
        for (const cell of row.split(/[;\t\r\n]/)) expect(cell).not.toMatch(/^[\s"]*[=+\-@]/);
        for (const field of [fields[7], fields[17]]) expect(field).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
    );
  });
});

test("a bill begins with the headings, on request after a byte order mark, and comes in chunks", async () => {
  const calls = Array.from({ length: 2_000 }, () => CALL);
  const chunks = await Array.fromAsync(itemisedCsv(calls, { timeZone: "UTC", byteOrderMark: true }));
  expect(chunks.length).toBeGreaterThan(2);
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(66_000);
  const text = chunks.join("");
  expect(text.startsWith(`\uFEFF${ITEMISED_CSV_HEADER}`)).toBe(true);
  expect(parse(text, { bom: true })).toHaveLength(2_001);
});

test("a bill without calls is its headings", async () => {
  expect(await Array.fromAsync(itemisedCsv([], { timeZone: "UTC", byteOrderMark: false }))).toEqual([
    ITEMISED_CSV_HEADER,
  ]);
});
