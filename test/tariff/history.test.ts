import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Currency } from "../../src/core/money/currency.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";
import { type DeckArrival, importDeck } from "../../src/server/tariff/import-deck.ts";
import { testerOf } from "../support/actor.ts";
import { applyOperations } from "../support/apply-operations.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate } from "../support/operator.ts";
import { DeckDesk } from "./deck-desk.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const dayText = (day: number) => new Date(START + day * DAY_MS).toISOString().slice(0, 10);

const anyRow = fc.record({
  prefix: fc.constantFrom("93", "937", "880", "53"),
  name: fc.constantFrom("Here", "There"),
  price: fc.integer({ min: 1, max: 4 }),
  day: fc.integer({ min: 0, max: 30 }),
  status: fc.constantFrom("", "", "", "Closed", "Blocked"),
});

/** Decks that come on rising days, each with rows that begin before, on or after its day. */
const anyDecks = fc.array(
  fc.record({
    rows: fc.array(anyRow, { minLength: 1, maxLength: 5 }),
    mode: fc.constantFrom("full" as const, "amendment" as const),
    daysLater: fc.integer({ min: 0, max: 6 }),
  }),
  { minLength: 1, maxLength: 6 },
);

test("every version stays what it was when it was published, whatever decks follow", async () => {
  await fc.assert(
    fc.asyncProperty(anyDecks, async (decks) => {
      const desk = await DeckDesk.open(db);
      const versions: Rate[][] = [];
      let day = 0;
      for (const deck of decks) {
        day += deck.daysLater;
        const lines = deck.rows.map(({ prefix, name, price, day: from, status }) => {
          return `${name},${prefix},0.0${price},1/1,${dayText(from)},${status}`;
        });
        const text = ["Destination,Code,Rate,Increment,Effective,Status", ...lines].join("\n");
        const arrival = arrivalOf(desk, text, { mode: deck.mode, now: epochMs(START + day * DAY_MS) });
        const { outcome, comparison } = await importDeck(db, arrival);
        if (outcome.kind === "unchanged") continue;
        expect(outcome).toMatchObject({ kind: "published", version: versions.length + 1 });
        versions.push(applyOperations(versions.at(-1) ?? [], comparison.diff.operations));
        const again = await importDeck(db, arrival);
        expect(again.outcome).toEqual({ kind: "unchanged" });
      }
      for (const [index, rates] of versions.entries())
        expect((await desk.rates("acme", index + 1)).toSorted(byKey)).toEqual(rates.toSorted(byKey));
    }),
    { numRuns: 30, seed: 42 },
  );
});

test("a rate that is closed and renamed at once keeps both; short codes and windows are not a deck's to close", async () => {
  const desk = await DeckDesk.open(db);
  const [emergency, cuba] = [anyRate("=112", "0.00"), anyRate("53", "0.81", { destination: "Cuba" })];
  const peak = anyRate("53", "0.9", { window: "peak", destination: "Cuba" });
  const window = { name: "peak", priority: 1, weekdays: [1], dates: [], fromS: 0, untilS: 86_400 };
  await desk.operator.tariff("acme", [emergency, cuba, peak], [], { windows: [window] });
  const text = "Destination,Code,Rate,Increment,Effective\nCuba Proper,53,0.85,1/1,2026-02-01";
  await importDeck(db, arrivalOf(desk, text, { mode: "full", now: epochMs(START) }));
  const from = epochMs(Date.UTC(2026, 1, 1));
  expect((await desk.rates("acme")).toSorted(byKey)).toEqual(
    [
      emergency,
      peak,
      { ...cuba, destination: "Cuba Proper", effectiveTo: from },
      { ...anyRate("53", "0.85", { destination: "Cuba Proper", effectiveFrom: from }) },
    ].toSorted(byKey),
  );
});

const byKey = (a: Rate, b: Rate): number => (keyOf(a) < keyOf(b) ? -1 : 1);
const keyOf = ({ prefix, window, effectiveFrom }: Rate) =>
  `${prefix}|${window ?? ""}|${String(effectiveFrom).padStart(16, "0")}`;

function arrivalOf(
  { operator, tenantName }: DeckDesk,
  text: string,
  { mode, now }: { readonly mode: "full" | "amendment"; readonly now: EpochMs },
): DeckArrival {
  return {
    tenant: { id: operator.tenantId, currency: "EUR" as Currency, timeZone: "UTC" },
    tariffName: "acme",
    create: {},
    file: { name: `${tenantName}.csv`, bytes: new TextEncoder().encode(text) },
    settings: { template: {}, mode, pastDates: "as-given", missingClosedAt: null, rules: {}, costTariff: null },
    receivedAt: null,
    now,
    actor: testerOf(operator.tenantId),
    ...{ dryRun: false, publish: true, acceptFindings: true },
  };
}
