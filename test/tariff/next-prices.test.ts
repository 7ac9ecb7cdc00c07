import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applySetup } from "../../src/server/tenancy/apply-setup.ts";
import { TESTER } from "../support/actor.ts";
import { tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DeckDesk, type ImportDocument } from "./deck-desk.ts";

/** A deck of PortaOne's with a price of the first interval and one of what follows, from its file to a call's price. */

const HEADER = "Destination,Country,Description,Interval First,Interval Next,Price First,Price Next,Grace Period";
const BERLIN = "4930,GERMANY,Berlin,30,6,0.20,0.10,0";

let db: TestDatabase;
let desk: DeckDesk;
let published: ImportDocument;
beforeAll(async () => {
  db = await testDatabase();
  desk = await DeckDesk.open(db);
  const lines = [HEADER, BERLIN, "4989,GERMANY,Munich,1,1,0.06,0.06,0", "4940,GERMANY,Hamburg,1,1,0.06,0.06,5"];
  const file = await desk.file("porta.csv", lines.join("\n"));
  const words = ["--tariff", "porta", "--create", "--currency", "EUR", "--mode", "full"];
  const draft = (await desk.json(["import", file, ...words])).document;
  await desk.run(["publish", draft.outcome.deckId ?? ""]);
  published = draft;
  const bakery = { code: "bakery", name: "Bakery", kind: "customer", currency: "EUR", tariff: "porta" } as const;
  await applySetup(db, { tenant: { name: desk.tenantName }, accounts: [bakery] }, { dryRun: false, actor: TESTER });
});
afterAll(() => db?.drop());

test("a row with grace seconds, which no rate has, is told of; the others are published with both prices", async () => {
  expect(published.rejects.listed).toMatchObject([{ code: "term-unread", at: "line 4" }]);
  expect((await desk.rates("porta")).map(({ prefix, slots }) => [prefix, slots.length])).toEqual([
    ["4930", 1],
    ["4989", 0],
  ]);
  expect((await desk.run(["list", "--tariff", "porta", "--prefix", "4930"])).stdout).toContain("0.2, from 30 s 0.1");
});

test.each<[number, string, string]>([
  // seconds  price   why
  [10, "0.1", "the first 30 s at 0.20 a minute"],
  [30, "0.1", "all of them"],
  [31, "0.11", "and 6 s at 0.10"],
  [95, "0.21", "and 66 s at 0.10"],
])("a call of %i s costs %s: %s", async (seconds, amount) => {
  const words = ["rate", "+4930901820", "--account", "bakery", "--seconds", String(seconds)];
  const { document } = await tollwrightJson<{ sides: { amount: string }[] }>(["--tenant", desk.tenantName, ...words], {
    db,
  });
  expect(document.sides[0]?.amount).toBe(amount);
});

test("the export has both prices, and read back it changes nothing", async () => {
  const path = await desk.file("export.csv", "");
  expect((await desk.json<object>(["export", "--tariff", "porta", path])).document).toMatchObject({ cutShort: 0 });
  expect((await readFile(path, "utf8")).split("\r\n").slice(0, 2)).toEqual([
    expect.stringMatching(/^Destination,E.164 prefix,Rate,Subsequent rate,/),
    expect.stringMatching(/^GERMANY Berlin,4930,0.2,0.1,60,30\/6,/),
  ]);
  const { document } = await desk.json(["import", path, "--tariff", "porta", "--mode", "full"]);
  expect(document.outcome).toEqual({ kind: "unchanged" });
});

test("a deck that changes the next price alone changes the tariff, and nothing else of it", async () => {
  const file = await desk.file("change.csv", [HEADER, BERLIN.replace("0.10", "0.12")].join("\n"));
  const { document } = await desk.json(["check", file, "--tariff", "porta", "--mode", "amendment"]);
  expect(document.comparison.counts).toMatchObject({ increase: 1, unchanged: 0 });
});
