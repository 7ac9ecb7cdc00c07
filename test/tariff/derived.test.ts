import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseE164 } from "../../src/core/numbering/number.ts";
import { quoteCall } from "../../src/core/rating/quote.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import { LiveRatingContext } from "../../src/server/rating/live-rating-context.ts";
import { loadTariff } from "../../src/server/rating/tariff-set.ts";
import type { RateSetup, TariffSetup } from "../../src/server/tariff/tariff-setup.ts";
import { applySetup } from "../../src/server/tenancy/apply-setup.ts";
import { TESTER } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DeckDesk } from "./deck-desk.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** The clock of every command here. */
const NOW = "2026-03-15T12:00:00Z";
const APRIL = "2026-04-01";

const apply = (desk: DeckDesk, ...tariffs: TariffSetup[]) =>
  applySetup(db, { tenant: { name: desk.tenantName }, tariffs }, { dryRun: false, actor: TESTER });

const rate = (prefix: string, price: string, more: Partial<RateSetup> = {}): RateSetup => {
  return { prefix, destination: `To ${prefix || "all"}`, rate: price, ...more };
};

const RETAIL: TariffSetup = {
  name: "retail",
  rates: [
    rate("49", "0.0123", { to: APRIL }),
    rate("49", "0.0234", { from: APRIL, increments: "60/60" }),
    rate("4930", "0.01", { connectFee: "0.005" }),
    rate("4989", "0.01"),
    rate("371", "0", { blocked: true }),
    rate("44", "0.02", { freeS: 3 }),
    rate("=112", "0.1"),
  ],
};
/** Exact prices are 0.0143 and 0.02624; 0.012 for Berlin, whose fee becomes 0.0055. */
const PARTNER: TariffSetup = {
  name: "partner",
  derive: { base: "retail", markupPercent: "10", addPerUnit: "0.0005", decimals: 4 },
  overrides: [
    rate("4989", "0.5", { from: "2026-03-20", to: APRIL }),
    rate("4989", "0.6", { from: "2026-05-01" }),
    rate("33", "0.3"),
  ],
};

test("the export of a derived tariff is the price list that it sells at, scheduled changes included", async () => {
  const desk = await DeckDesk.open(db);
  await apply(desk, RETAIL, PARTNER);
  const path = await desk.file("partner.csv", "");
  const exported = await desk.json(["export", "--tariff", "partner", path], NOW);
  expect(exported.document).toMatchObject({ version: 1, exported: 10, leftOut: 1, cutShort: 1 });
  const lines = (await readFile(path, "utf8")).trim().split("\r\n").slice(1);
  expect(lines).toEqual([
    "To 33,33,0.3,60,1/1,0,1970-01-01,,Current,EUR",
    "To 371,371,,60,1/1,0,1970-01-01,,Blocked,EUR",
    "To 44,44,0.0225,60,1/1,0,1970-01-01,,Current,EUR",
    "To 49,49,0.014,60,1/1,0,1970-01-01,2026-04-01,Current,EUR",
    "To 49,49,0.0262,60,60/60,0,2026-04-01,,Current,EUR",
    "To 4930,4930,0.0115,60,1/1,0.0055,1970-01-01,,Current,EUR",
    "To 4989,4989,0.0115,60,1/1,0,1970-01-01,2026-03-20,Current,EUR",
    "To 4989,4989,0.5,60,1/1,0,2026-03-20,2026-04-01,Current,EUR",
    "To 4989,4989,0.0115,60,1/1,0,2026-04-01,2026-05-01,Current,EUR",
    "To 4989,4989,0.6,60,1/1,0,2026-05-01,,Current,EUR",
  ]);
  const { stdout } = await desk.run(["export", "--tariff", "partner", "--at", "2026-04-15", path], NOW);
  expect(stdout).toMatch(/^7 rates of tariff "partner", version 1, written/);
  expect(stdout).toContain("1 rate written without further slots, free seconds");
});

test("a list shows the prices that a derived tariff asks, and whose rates they are", async () => {
  const desk = await DeckDesk.open(db);
  await apply(desk, RETAIL, PARTNER);
  const { document } = await desk.json<{ total: number; rates: { rate: string; rateOf: string }[] }>(
    ["list", "--tariff", "partner", "--prefix", "4989", "--at", "2026-04-15"],
    NOW,
  );
  expect(document.rates.map((one) => `${one.rate} ${one.rateOf}`)).toEqual(["0.0115 retail", "0.6 partner"]);
  const { stdout } = await desk.run(["list", "--tariff", "partner", "--prefix", "=112"], NOW);
  expect(stdout).toMatch(/RATE OF/);
  expect(stdout).toMatch(/=112 +To =112 +0\.1105 .*retail/);
});

test("prices follow the base: at once, when a change is scheduled, and never in a version that is past", async () => {
  const desk = await DeckDesk.open(db);
  await apply(desk, { name: "retail", rates: [rate("49", "0.10")] }, { ...PARTNER, overrides: [] });
  const live = new LiveRatingContext();
  const called = parseE164("4930901820")!;
  /** A minute to Berlin, as a running process prices it and as the list says. */
  const minute = async (at: string): Promise<string> => {
    const { tenantId } = desk.operator;
    const context = await db.transaction("app", { tenantId }, (tx) => live.current(tx, tenantId));
    const partner = [...context.tariffs.tariffs.values()].find(({ tariff }) => tariff.name === "partner");
    const quote = quoteCall(partner!.numbers, { called, answeredAt: epochMs(Date.parse(at)), lengthsS: [60] });
    const { document } = await desk.json<{ rates: { rate: string }[] }>(["list", "--tariff", "partner", "--at", at]);
    expect(quote).toMatchObject({ slots: [{ ratePerUnit: document.rates[0]?.rate }] });
    return document.rates[0]?.rate ?? "";
  };
  const publish = async (...lines: string[]) => {
    const words = ["import", await desk.deck(...lines), "--tariff", "retail", "--mode", "full", "--publish"];
    const { document } = await desk.json([...words, "--accept-findings"], NOW);
    expect(document.outcome.kind).toBe("published");
  };
  expect(await minute(NOW)).toBe("0.1105");
  await publish("Germany,49,0.20,1/1,,");
  expect(await minute("2026-03-15T12:00:01Z")).toBe("0.2205");
  await publish("Germany,49,0.20,1/1,,", `Germany,49,0.40,1/1,${APRIL},`);
  expect(await minute("2026-03-31T23:59:59Z")).toBe("0.2205");
  expect(await minute("2026-04-01T00:00:00Z")).toBe("0.4405");
  await apply(desk, { name: "partner", derive: { base: "retail", markupPercent: "0" } });
  await publish(`Germany,49,0.90,1/1,${APRIL},`);
  expect(await minute("2026-04-01T00:00:00Z")).toBe("0.9005");
  const past = ["list", "--tariff", "partner", "--tariff-version", "1", "--at", "2026-04-01"];
  expect((await desk.json<{ rates: object[] }>(past, NOW)).document.rates).toMatchObject([{ rate: "0.4405" }]);
});

test("a price list that goes back into the derived tariff itself is warned of", async () => {
  const desk = await DeckDesk.open(db);
  await apply(desk, RETAIL, PARTNER);
  const path = await desk.file("partner.csv", "");
  await desk.run(["export", "--tariff", "partner", path], NOW);
  const check = (tariff: string) => desk.json(["check", path, "--tariff", tariff, "--mode", "full"], NOW);
  const { document } = await check("partner");
  expect(document.comparison.findings).toContainEqual(
    expect.objectContaining({ code: "overrides-new", severity: "warn", total: 1 }),
  );
  expect((await check("retail")).document.comparison.findings.map(({ code }) => code)).not.toContain("overrides-new");
});

const anyTime = fc.constantFrom("2026-01-01", "2026-03-20", APRIL, "2026-04-01T06:30:00Z");
const anyRate = fc.record({
  prefix: fc.constantFrom("", "4", "49", "4930", "371"),
  price: fc.integer({ min: 0, max: 99_999 }).map((units) => `0.${String(units).padStart(5, "0")}`),
  blocked: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
  from: fc.option(anyTime, { nil: undefined }),
  to: fc.option(anyTime, { nil: undefined, freq: 2 }),
  unitS: fc.constantFrom(60, 60, 1),
  increments: fc.constantFrom("1/1", "60/60", "0/6", "30/6"),
  connectFee: fc.constantFrom("0", "0.0125"),
});
const anyRates = fc
  .uniqueArray(anyRate, { minLength: 1, maxLength: 8, selector: ({ prefix, from }) => `${prefix} ${from}` })
  .map((rates) =>
    rates.map(({ from, to, price, prefix, ...rest }) =>
      rate(prefix, price, {
        ...rest,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined || to <= (from ?? "") ? {} : { to }),
      }),
    ),
  );

test("a plain tariff made of the export of a derived one quotes every call the same", async () => {
  const answered = [NOW, "2026-03-20", "2026-03-31T23:59:59Z", APRIL, "2026-04-01T06:30:00Z", "2027-01-01"];
  const numbers = ["4930901820", "4989123", "4412345", "37112345", "12025550100"];
  await fc.assert(
    fc.asyncProperty(anyRates, anyRates, fc.constantFrom("csv", "xlsx"), async (rates, overrides, format) => {
      const desk = await DeckDesk.open(db);
      const derive = { base: "retail", markupPercent: "12.5", addPerUnit: "0.0003", decimals: 5 };
      await apply(
        desk,
        { name: "retail", rates },
        { name: "partner", derive, overrides: [...overrides, rate("1", "1")] },
      );
      const path = await desk.file(`partner.${format}`, "");
      await desk.run(["export", "--tariff", "partner", path], NOW);
      const copy = ["import", path, "--tariff", "copy", "--create", "--mode", "full", "--publish"];
      expect((await desk.json(copy, NOW)).document).toMatchObject({ rejects: { total: 0 }, outcome: { version: 1 } });
      const { tenantId } = desk.operator;
      const [derived, plain] = await db.transaction("app", { tenantId }, async (tx) => [
        await loadTariff(tx, tenantId, "partner"),
        await loadTariff(tx, tenantId, "copy"),
      ]);
      for (const text of numbers) {
        for (const time of answered) {
          const call = { called: parseE164(text)!, answeredAt: epochMs(Date.parse(time)), lengthsS: [1, 61, 3_601] };
          expect(priced(plain!.numbers, call)).toEqual(priced(derived!.numbers, call));
        }
      }
    }),
    { numRuns: 25, seed: 42 },
  );
});

/** The outcome of a quote and its amounts: a deck says nothing of versions, and has 6/6 where 0/6 bills the same. */
function priced(...[tariff, call]: Parameters<typeof quoteCall>) {
  const quote = quoteCall(tariff, call);
  if (quote.kind !== "quoted") return quote;
  return [quote.prefix, quote.connectFee, ...quote.charges.map(({ amount, billedS }) => ({ amount, billedS }))];
}
