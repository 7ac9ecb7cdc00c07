import { type CellObject, utils, write } from "@e965/xlsx";
import { expect, test } from "vitest";
import { formatDecimal } from "../../src/core/money/decimal.ts";
import { toInstant } from "../../src/core/time/epoch.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import type { DeckTemplate } from "../../src/decks/template.ts";
import { summary } from "./deck-summary.ts";

/** Headers and columns that mean one thing to one carrier and another to the next: read right, or refused. */

const bytes = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);

test.each<[string[], DeckTemplate, string[] | string, string]>([
  // deck, template, reading, why
  [["Code,PPM", "93,12.5"], {}, "deck-cents-ambiguous", "price per minute, or pence per minute"],
  [["Code,GBP PPM", "93,12.5"], {}, "deck-cents-ambiguous", "pounds or pence"],
  [["Code,PPM,Currency", "93,12.5,USD", "44,1,GBP"], {}, "deck-cents-ambiguous", "one of them is in pounds"],
  [["Code,PPM", "93,12.5"], { inCents: true }, ["93 0.125 60 1/1"], "the operator knows"],
  [["Code,PPM", "93,0.125"], { inCents: false }, ["93 0.125 60 1/1"], "the operator knows"],
  [["Code,PPM", "93,0.125"], { defaults: { currency: "USD" } }, ["93 0.125 60 1/1 USD"], "no pence but British ones"],
  [["Code,PPM (EUR)", "93,0.125"], {}, ["93 0.125 60 1/1 EUR"], "the header names a currency"],
  [["All rates in USD", "Code,PPM", "93,0.125"], {}, ["93 0.125 60 1/1 USD"], "the title names one"],
  [["Code,PPM,Currency", "93,0.125,USD"], {}, ["93 0.125 60 1/1 USD"], "every row names one"],
  [["Code,Rate p/min", "93,12.5"], {}, ["93 0.125 60 1/1 GBP"], "pence and nothing else"],
  [["Code,Rate", "93,12.5"], { inCents: true }, ["93 0.125 60 1/1"], "nothing in the deck says so"],
  [["Code,US cents/min", "93,0.125"], { inCents: false }, ["93 0.125 60 1/1 USD"], "a header that is wrong"],

  [["Area prefix,Billing rate,Billing cycle", "93,0.2,6"], {}, "deck-unit-ambiguous", "a price a cycle, or a minute"],
  [["Area prefix,Billing rate,Billing cycle", "93,0.2,60"], {}, ["93 0.2 60 60/60"], "the same"],
  [["Prefix,Rate/min,Billing cycle", "93,0.2,6"], {}, ["93 0.2 60 6/6"], "the header says it"],
  [["Prefix,Billing rate,Billing cycle", "93,0.2,6"], { ratePer: "increment" }, ["93 0.2 6 6/6"], "the operator knows"],

  [
    ["Action,Prefix,Rate", "A,93,0.2", "U,94,0.3", "D,95,0.4"],
    {},
    ["93 0.2 60 1/1", "94 0.3 60 1/1", "95 closed"],
    "D deletes where A adds",
  ],
  [
    ["Change,Prefix,Rate", "D,93,0.2", "I,94,0.3"],
    {},
    ["93 0.2 60 1/1", "94 0.3 60 1/1"],
    "and is a decrease elsewhere",
  ],

  [["Code,Rate,Minimum charge", "93,0.2,0.05"], {}, "deck-columns-ambiguous", "money, and no place for it"],
  [["Code,Rate,Min. Charge", "93,0.2,30"], {}, "deck-columns-ambiguous", "seconds, or yen"],
  [["Code,Rate,Minimum charge", "93,0.2,0.00", "94,0.3,"], {}, ["93 0.2 60 1/1", "94 0.3 60 1/1"], "none"],
  [["Code,Rate,Minimum charge (sec)", "93,0.2,30"], {}, ["93 0.2 60 30/30"], "the header says seconds"],
  [
    ["Code,Rate,Minimum charge,Increment", "93,0.2,30,6"],
    { columns: { firstInterval: "Minimum charge" } },
    ["93 0.2 60 30/6"],
    "the operator says seconds",
  ],
  [
    ["Code,Rate,Minimum charge", "93,0.2,5"],
    { columns: { minimumCost: null } },
    ["93 0.2 60 1/1"],
    "ignored, knowingly",
  ],

  [["Code,Cost,Grace Time", "93,0.2,5"], {}, ["!term-unread"], "calls of up to 5 s are free, and no place for it"],
  [["Code,Per Minute Cost,Included Seconds", "93,0.2,10"], {}, ["!term-unread"], "the first 10 s are free"],
  [["prefix,rate_cost,rate_nocharge_time", "93,0.2,3"], {}, ["!term-unread"], "another name for it"],
  [["dialprefix,rateinitial,minimal_time_charge", "93,0.2,3"], {}, ["!term-unread"], "no step of billing"],
  [["Code,Rate,Grace", "93,0.2,0"], {}, ["93 0.2 60 1/1"], "none"],
  [["Code,Rate,Grace", "93,0.2,5"], { columns: { freeSeconds: null } }, ["93 0.2 60 1/1"], "ignored, knowingly"],
  [["Code,Rate,multiplier,addition", "93,0.2,1,0"], {}, ["93 0.2 60 1/1"], "the price as it stands"],
  [["Code,Rate,multiplier,addition", "93,0.2,1.5,0"], {}, ["!term-unread"], "half as much again"],
  [
    ["Code,Rate,Surcharge per call", "93,0.2,0.05"],
    {},
    ["93 0.2 60 1/1 fee 0.05"],
    "paid for every call: a connect fee",
  ],
  [["Code,Rate,Origin surcharge per min", "93,0.2,0.05"], {}, ["!term-unread"], "for which callers?"],
  [["Code,Rate,Origin surcharge per min", "93,0.2,0"], {}, ["93 0.2 60 1/1"], "none"],
  [
    ["Code,Rate,Non-EEA surcharge", "93,0.2,0.05"],
    { columns: { surcharge: null } },
    ["93 0.2 60 1/1"],
    "the tariff has it as a term",
  ],
  [["Code,Rate incl. surcharge", "93,0.2"], {}, ["93 0.2 60 1/1"], "a price"],
  [["Code,Rate,multiplier,addition", "93,0.2,1,1"], {}, ["!term-unread"], "1 is nothing to multiply with only"],
  [
    ["Prefix,Rate,minimal,resolution", "93,0.2,30,6", "94,0.2,0,6"],
    {},
    ["93 0.2 60 30/6", "94 0.2 60 6/6"],
    "a minimum of 0 is none",
  ],
  [
    ["Prefix,Per Minute,Setup Fee,Monthly Fee", "431,0.01,1.00,2.50"],
    {},
    "deck-columns-ambiguous",
    "once for a number",
  ],
  [["Prefix,Per Minute,Setup Fee,Monthly Fee", "431,0.01,0.00,2.50"], {}, ["431 0.01 60 1/1"], "none"],
  [
    ["Prefix,Per Minute,Setup Fee,Monthly Fee", "431,0.01,0.05,2.50"],
    { columns: { connectFee: "Setup Fee" } },
    ["431 0.01 60 1/1 fee 0.05"],
    "the operator says each call",
  ],
  [["Code,Price per SMS", "43664,0.045"], {}, "deck-columns-missing", "a price of something else than calls"],
  [["Code,Rate per hour", "93,15"], {}, ["93 15 3600 1/1"], "an hour is no minute"],
  [["Code,Rate per 1000 minutes", "93,250"], {}, ["93 250 60000 1/1"], "nor are a thousand"],
  [
    ["Match Prefix,Rate,Billable Unit(s)", "0093,0.02,6"],
    {},
    ["93 0.02 6 6/6"],
    "the price of a unit, not of a minute",
  ],

  [["Country Code,Area Code,Rate", "7,701,0.1", "7,727,0.2"], {}, "deck-codes-ambiguous", "7701, or 701 whole"],
  [
    ["Country Code,Area Code,Rate", "7,701,0.1"],
    { countryCode: "7", columns: { countryCode: null } },
    ["7701 0.1 60 1/1"],
    "the operator says area codes",
  ],
  [
    ["Country Code,Code,Rate", "7,7701,0.1"],
    { columns: { countryCode: null } },
    ["7701 0.1 60 1/1"],
    "the operator says whole codes",
  ],
  [["Country Code,Code,Rate", "7,7,0.1", "7,7701,0.2"], {}, ["7 0.1 60 1/1", "7701 0.2 60 1/1"], "7 alone is whole"],
  [
    ["Country Code,Area Code,Rate", "7,701,0.1", "7,901,0.2"],
    {},
    ["7701 0.1 60 1/1", "7901 0.2 60 1/1"],
    "901 goes on",
  ],
  [
    ["Country Code,Area Code,Rate", "7,701,0.1", "93,70,0.2"],
    {},
    ["7701 0.1 60 1/1", "9370 0.2 60 1/1"],
    "the other country tells",
  ],

  [
    ["Code,Rate,", ",Standard,Premium", "93,0.2,0.3"],
    {},
    "deck-columns-ambiguous",
    "one heading over two prices, of which either may be meant",
  ],
  [["Code,Rate,", ",Standard,Premium", "93,0.2,0.2"], {}, ["93 0.2 60 1/1"], "both are the same"],
  [["Code,Rate,", ",Standard,Network", "93,0.2,A1"], {}, ["93 0.2 60 1/1"], "the other column is no price"],
])("%j with %j is %j (%s)", (lines, template, expected) => {
  expect(summary(bytes(lines), template)).toEqual(expected);
});

test.each<[string[], string, string]>([
  [["Code,Rate (pence),Connection fee (pence)", "44,1.5,5"], "0.015 0.05", "each header says so"],
  [["Code,Rate (pence),Connection fee (GBP)", "44,1.5,0.05"], "0.015 0.05", "the fee is in pounds"],
  [["All rates in pence", "Code,PPM,Connection fee", "44,1.5,5"], "0.015 0.05", "the title speaks of both"],
])("%j prices a minute and a call at %s (%s)", (lines, expected) => {
  const [row] = readDeck(bytes(lines)).rows;
  expect([row?.ratePerUnit, row?.connectFee].map((amount) => amount && formatDecimal(amount)).join(" ")).toBe(expected);
});

const starts = (file: Uint8Array, template: DeckTemplate = {}): string[] => {
  const { rows, rejected } = readDeck(file, template);
  const texts = rows.map(({ effectiveFrom }) =>
    effectiveFrom === null ? "none" : toInstant(effectiveFrom).toString(),
  );
  return [...texts, ...rejected.map(({ reject }) => reject.code)];
};

test.each<[string, string, string, string]>([
  // headers, cells, start, why
  ["Effective Date,Effective Time", "2026-03-09,08:30", "2026-03-09T08:30:00Z", "a column each"],
  ["Effective Date,Effective Time", "2026-03-09 00:00:00,08:30:15", "2026-03-09T08:30:15Z", "a database's midnight"],
  ["Effective Date,Effective Time", "2026-03-09,", "2026-03-09T00:00:00Z", "no time"],
  ["Effective Date,Effective Time", ",08:30", "none", "no date"],
  ["Effective Date,Effective Time", "2026-03-09 06:00,08:30", "date-invalid", "two times"],
  ["Effective Date,Effective Time", "2026-03-09,2026-03-09 08:30", "date-invalid", "two dates"],
  ["Effective Date,Effective Time (GMT+8)", "2026-03-09,08:30", "2026-03-09T00:30:00Z", "the zone beside the time"],
  ["Date,Time", "09/03/2026,8:30 PM", "2026-03-09T20:30:00Z", "as Americans write clocks"],
  ["Effective Time,Note", "2026-03-09 08:30,", "2026-03-09T08:30:00Z", "the only column of dates"],
  ["Time,Note", "08:30,", "none", "a time of something else"],
])("%s: %s starts at %s (%s)", (headers, cells, expected) => {
  const order: DeckTemplate = { dateOrder: "dmy" };
  expect(starts(bytes([`Code,Rate,${headers}`, `93,0.2,${cells}`]), order)).toEqual([expected]);
});

function sheet(rows: readonly (readonly (string | number | CellObject)[])[], hidden: Partial<Hidden> = {}): Uint8Array {
  const one = utils.aoa_to_sheet(rows.map((row) => [...row]));
  one["!rows"] = rows.map((_, index) => ({ hidden: hidden.rows?.includes(index + 1) ?? false }));
  one["!cols"] = (rows[0] ?? []).map((_, index) => ({ hidden: hidden.columns?.includes(index + 1) ?? false }));
  const book = utils.book_new();
  utils.book_append_sheet(book, one, "Rates");
  return new Uint8Array(write(book, { type: "array", bookType: "xlsx" }) as ArrayBuffer);
}
interface Hidden {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

test("a sheet's time of day is a fraction of its day", () => {
  const cell = (v: number, z: string): CellObject => ({ t: "n", v, z });
  const header = ["Code", "Rate", "Effective Date", "Effective Time"];
  const [day, time] = [cell(46_090, "dd/mm/yyyy"), cell(8.5 / 24, "hh:mm")];
  expect(starts(sheet([header, [93, 0.2, day, time]]))).toEqual(["2026-03-09T08:30:00Z"]);
  expect(starts(sheet([header, [93, 0.2, "2026-03-09", time]]))).toEqual(["2026-03-09T08:30:00Z"]);
  expect(starts(sheet([header, [93, 0.2, day, "08:30"]]))).toEqual(["2026-03-09T08:30:00Z"]);
});

test.each<[Partial<Hidden>, string | undefined, string]>([
  [{}, undefined, "nothing is hidden"],
  [{ rows: [3] }, "1 of the rows with prices;", "a filter left on"],
  [{ columns: [2] }, "the columns of rate;", "what the carrier did not mean to send"],
  [{ columns: [3] }, undefined, "a column that is not read"],
  [{ rows: [1, 2, 3], columns: [1, 2] }, "2 of the rows with prices and the columns of code, rate;", "both"],
])("of a sheet with %j hidden the reading says %s (%s)", (hidden, expected) => {
  const rows = [
    ["Code", "Rate", "Margin"],
    [93, 0.2, 1],
    [355, 0.1, 2],
  ];
  const { warnings, counts } = readDeck(sheet(rows, hidden));
  expect(counts.loadedRows).toBe(2);
  const said = warnings.find(({ code }) => code === "hidden-read")?.what;
  if (expected === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(`A spreadsheet hides ${expected}`);
});

test.each<[string[], DeckTemplate, boolean, string]>([
  // deck, template, told, why
  [["Rates valid from 1 December 2026", "Code,Rate", "93,0.2"], {}, true, "its prices would begin now"],
  [["Effective: 01/12/2026", "Code,Rate", "93,0.2"], {}, true, "another word for it"],
  [["Code,Old rate,Rate from 1 Dec 2026", "93,0.1,0.2"], {}, true, "in the header of the price"],
  [["Price list, printed 1 December 2026", "Code,Rate", "93,0.2"], {}, false, "no start"],
  [["Valid from 1 December 2026", "Code,Rate,Valid from", "93,0.2,2026-12-01"], {}, false, "rows say it"],
  [
    ["Valid from 1 December 2026", "Code,Rate", "93,0.2"],
    { defaults: { effectiveFrom: "2026-12-01" } },
    false,
    "the operator said it",
  ],
])("a start that only the title of a deck tells: %j %j", (lines, template, told) => {
  const { warnings } = readDeck(bytes(lines), template);
  expect(warnings.some(({ code }) => code === "title-date-not-read")).toBe(told);
});

test.each<[string, string | undefined, string]>([
  // header, what is said, why
  ["Code,Rate,Weight", '"Weight"', "it may say what a call costs"],
  ["Code,Rate,Rate id", undefined, "an id does not"],
  ["Code,Rate,", undefined, "no header, nothing to name"],
])("columns with numbers that are not read are named: %s (%s: %s)", (header, named) => {
  const { warnings } = readDeck(bytes([header, "93,0.2,7"]));
  const said = warnings.find(({ code }) => code === "columns-not-read")?.what;
  expect(said).toBe(named === undefined ? undefined : `Other columns with numbers are not read: ${named}.`);
});
