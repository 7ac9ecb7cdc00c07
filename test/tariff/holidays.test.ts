import { afterAll, beforeAll, expect, test } from "vitest";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DeckDesk } from "./deck-desk.ts";

let db: TestDatabase;
let desk: DeckDesk;
beforeAll(async () => {
  db = await testDatabase();
  desk = await DeckDesk.open(db);
});
afterAll(() => db.drop());

async function apply(tariff: object) {
  const accounts = [{ code: "shop", kind: "customer", tariff: "retail" }];
  const setup = { tenant: { name: desk.tenantName }, tariffs: [{ name: "retail", ...tariff }], accounts };
  const file = await desk.file("setup.json", JSON.stringify(setup));
  return await tollwright(["--tenant", desk.tenantName, "apply", file], desk.given());
}

const RATES = [
  { prefix: "49", destination: "Germany", rate: "0.06" },
  { prefix: "49", destination: "Germany", rate: "0.03", window: "holiday" },
];
const WINDOW = { name: "holiday", priority: 10, calendar: "public", from: "00:00", until: "24:00" };

test("a call over midnight into a holiday is split there, by a country's calendar and a day of the operator's own", async () => {
  const calendars = [{ name: "public", preset: "DE", holidays: ["2026-06-02"] }];
  const tariff = { timeZone: "Europe/Berlin", calendars, windows: [WINDOW], rates: RATES };
  expect((await apply(tariff)).stderr).toBe("");
  expect((await apply(tariff)).stdout).toContain("unchanged");
  for (const [at, amount] of [
    ["2026-12-24T22:59:30Z", "0.045"],
    ["2026-06-02T12:00:00Z", "0.03"],
    ["2026-06-03T12:00:00Z", "0.06"],
  ] as const) {
    const words = ["--tenant", desk.tenantName, "rate", "+493090182", "--account", "shop", "--at", at];
    const { document } = await tollwrightJson<{ sides: { amount: string }[] }>(words, desk.given());
    expect(Number(document.sides[0]?.amount)).toBe(Number(amount));
  }
});

test("a calendar that says no day, and a window of a calendar that is not there, are refused where they stand", async () => {
  const calendars = [{ name: "other", holidays: ["easter+1", "30-02"] }, { name: "empty" }];
  const { status, stderr } = await apply({ calendars, windows: [WINDOW] });
  expect(status).toBe(2);
  for (const part of ["/calendars/0/holidays/1", "The calendar has no holidays", "names no calendar of the tariff"])
    expect(stderr).toContain(part);
});
