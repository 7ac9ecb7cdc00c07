import { expect, test } from "vitest";
import { parseDecimal } from "../../src/core/money/decimal.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { diffDeck } from "../../src/decks/diff/diff-deck.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import type { DeckTemplate } from "../../src/decks/template.ts";
import { summary } from "./deck-summary.ts";
import { day, rate } from "./rates.ts";

/** A price for the first interval and one for what follows, as billing platforms export and carriers send them. */

const bytes = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);

const PORTA =
  "Destination,Country,Description,Effective From,Interval First,Interval Next,Price First,Price Next,Payback Rate,Forbidden";
const SIPPY =
  "Action,Id,Prefix,Country,Description,Interval 1,Interval N,Price 1,Price N,Forbidden,Activation Date,Expiration Date";
const YETI = "Prefix,Initial rate,Initial interval,Next rate,Next interval,Connect fee,Valid from";

test.each<[string[], DeckTemplate, string[] | string, string]>([
  // deck, template, reading, why
  [
    [PORTA, "93,Afghanistan,Proper,2026-03-01,30,6,0.2,0.15,0,N", "44,UK,Proper,2026-03-01,1,1,0.01,0.01,0,N"],
    {},
    ["93 0.2 then 0.15 from 30 60 30/6 2026-03-01", "44 0.01 60 1/1 2026-03-01"],
    "PortaOne; equal prices are one price",
  ],
  [
    [
      SIPPY,
      "A,,93,AF,Afghanistan,60,60,0.20000,0.10000,0,,",
      "A,,53,CU,Cuba,1,1,0,0,1,,",
      "D,7,44,GB,UK,1,1,0.1,0.2,0,,",
    ],
    {},
    ["93 0.2 then 0.1 from 60 60 60/60", "53 blocked", "44 closed"],
    "Sippy",
  ],
  [[YETI, "93,0.2,30,0.1,6,0.05,2026-03-01"], {}, ["93 0.2 then 0.1 from 30 60 30/6 2026-03-01 fee 0.05"], "YETI"],
  [
    ["Code,First minute,Each additional minute,Increment", "93,0.10,0.05,60/60", "94,0.10,0.05,30/6"],
    {},
    ["93 0.1 then 0.05 from 60 60 60/60", "94 0.1 then 0.05 from 60 60 30/6"],
    "a first minute ends after a minute, whatever the steps are",
  ],
  [
    ["Prefix,Price 1,Price N,Interval 1,Interval N", "93,0,0.1,60,60", "94,0,0,60,60"],
    { zeroRate: "blocked" },
    ["93 0 then 0.1 from 60 60 60/60", "94 blocked"],
    "a first minute for nothing is no blocked destination",
  ],
  [
    ["Prefix,Price 1,Price N", "93,0.2,", "94,,0.1", "95,0.2,x", "96,0.2,-0.1"],
    {},
    ["!rate-missing", "!rate-missing", "!rate-invalid", "!rate-negative"],
    "half a price is none",
  ],
  [["Prefix,Price 1,Price N", "93,0.2,"], { columns: { nextRate: null } }, ["93 0.2 60 1/1"], "ignored, knowingly"],
  [
    ["Codigo,Uno,Dos", "93,0.2,0.1"],
    { columns: { rate: "Uno", nextRate: "Dos" }, defaults: { increments: "30/6" } },
    ["93 0.2 then 0.1 from 30 60 30/6"],
    "by a template",
  ],
  [
    ["Prefix,Price 1 (cents),Price N", "93,20,10"],
    { defaults: { increments: "60/1" } },
    ["93 0.2 then 0.1 from 60 60 60/1"],
    "what the first header says of money holds for the second",
  ],
  [
    ["Prefix;Preis 1;Price 1;Price N", "93;;0,200;0,100"],
    { defaults: { increments: "60/1" } },
    ["93 0.2 then 0.1 from 60 60 60/1"],
    "decimal commas of both columns count",
  ],
  [["Prefix,Rate,Next rate", "93,0.2,0.1"], {}, ["93 0.2 60 1/1"], "the price of next month, named as not read"],
  [["Prefix,Rate,Subsequent rate", "93,0.2,0.1"], {}, ["93 0.2 then 0.1 from 1 60 1/1"], "not that one"],
  [["Prefix,Rate 1,Rate 2", "93,0.2,0.1"], {}, "deck-columns-ambiguous", "two qualities"],
  [["Prefix,Price 1", "93,0.2"], {}, ["93 0.2 60 1/1"], "one price"],
  [
    ["Prefix,Price 1,Price N,Off-peak price 1,Off-peak price N", "93,0.2,0.1,0.2,0.05"],
    {},
    "deck-columns-ambiguous",
    "prices by hours are a tariff each",
  ],
  [
    ["Prefix,Price 1,Price N,Off-peak price 1,Off-peak price N", "93,0.2,0.1,0.2,0.1"],
    {},
    ["93 0.2 then 0.1 from 1 60 1/1"],
    "where they are the same, they are nothing",
  ],
  [
    ["NPANXX,Inter rate,Intra rate,Subsequent rate", "212555,0.2,0.3,0.1"],
    {},
    "deck-columns-ambiguous",
    "does it go with both?",
  ],
  [
    ["Prefix,,Price,,Interval,", ",,First,Next,First,Next", "93,,0.2,0.1,30,6"],
    {},
    ["93 0.2 then 0.1 from 30 60 30/6"],
    "two rows of headers",
  ],
])("%#: %j", (lines, template, expected) => {
  expect(summary(bytes(lines), template)).toEqual(expected);
});

const SLOT = { fromS: 30, ratePerUnit: parseDecimal("0.1")!, unitS: 60, stepS: 6 };
const STEPS = { firstS: 30, nextS: 6 };
const two: Rate = rate("93", "0.2", "2026-01-01", { increments: STEPS, slots: [SLOT] });
const diffOf = (lines: readonly string[], current: readonly Rate[]) =>
  diffDeck({ rows: readDeck(bytes(lines)).rows, current, mode: "full", now: day("2026-02-01") });

test("a next price that changes is a change; the same deck again is none", () => {
  const header = "Prefix,Price 1,Price N,Interval 1,Interval N";
  expect(diffOf([header, "93,0.2,0.1,30,6"], [two]).operations).toEqual({ close: [], insert: [], rename: [] });
  const { changes } = diffOf([header, "93,0.2,0.12,30,6"], [two]);
  expect(changes).toMatchObject([{ kind: "increase", changed: ["slots"] }]);
  expect(diffOf([header, "93,0.2,0.2,30,6"], [two]).changes).toMatchObject([{ kind: "increase", changed: ["slots"] }]);
  expect(diffOf([header, "93,0.2,0.05,30,6"], [two]).changes).toMatchObject([{ kind: "decrease", changed: ["slots"] }]);
});

test("a deck without next prices leaves those that are there until it changes the price", () => {
  expect(diffOf(["Prefix,Rate,Increment", "93,0.2,30/6"], [two]).operations.insert).toEqual([]);
  const { operations } = diffOf(["Prefix,Rate,Increment", "93,0.25,30/6"], [two]);
  expect(operations.insert).toMatchObject([{ slots: [] }]);
});

test("two rows that differ in the next price alone contradict each other", () => {
  const { changes } = diffOf(["Prefix,Price 1,Price N", "93,0.2,0.1", "93,0.2,0.15"], []);
  expect(changes.map(({ kind }) => kind)).toEqual(["error", "error"]);
});
