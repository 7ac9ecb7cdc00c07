import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate } from "../support/operator.ts";
import { DeckDesk } from "./deck-desk.ts";

let db: TestDatabase;
let desk: DeckDesk;
beforeAll(async () => {
  db = await testDatabase();
  desk = await DeckDesk.open(db);
  const april = epochMs(Date.UTC(2026, 3, 1));
  const parts = { destination: '-2+3 Islands; "Ltd."' };
  await desk.operator.tariff(
    "retail",
    [
      anyRate("", "0.5", { destination: "Everywhere else" }),
      anyRate("93", "0.21", { effectiveTo: april }),
      anyRate("93", "0.250000000001", { effectiveFrom: april, increments: { firstS: 30, nextS: 6 } }),
      anyRate("53", "0", { destination: "Cuba" }),
      anyRate("371", "0", { blocked: true }),
      anyRate("49", "0.0001", { ...parts, unitS: 1, minimumS: 5, freeS: 3 }),
      anyRate("77", "0.1", { effectiveTo: epochMs(Date.UTC(2025, 0, 1)), destination: "Long gone" }),
      anyRate("=112", "0", { destination: "Emergency" }),
    ],
    [],
  );
});
afterAll(() => db.drop());

test.each(["csv", "xlsx"])("an exported %s deck, imported in full, changes nothing", async (format) => {
  const path = await desk.file(`export.${format}`, "of before");
  const exported = await desk.json<object>(["export", "--tariff", "retail", path]);
  expect(exported).toMatchObject({ status: 0, document: { version: 1, exported: 6, leftOut: 1 } });
  const before = await desk.stored();
  const { status, document } = await desk.json(["import", path, "--tariff", "retail", "--mode", "full", "--publish"]);
  expect(document.outcome).toEqual({ kind: "unchanged" });
  expect(document.comparison.counts).toMatchObject({ unchanged: 6, closed: 0, new: 0 });
  expect(status).toBe(0);
  expect(await desk.stored()).toEqual(before);
});

test("a new tariff made of the export has the same prices", async () => {
  const path = await desk.file("copy.csv", "");
  await desk.run(["export", "--tariff", "retail", path]);
  await desk.run(["import", path, "--tariff", "copy", "--create", "--mode", "full", "--publish"]);
  const copied = (await desk.rates("copy")).map(({ prefix, ratePerUnit, unitS }) => [prefix, ratePerUnit, unitS]);
  const original = (await desk.rates("retail"))
    .filter(({ prefix }) => prefix !== "77" && prefix !== "=112")
    .map(({ prefix, ratePerUnit, unitS }) => [prefix, ratePerUnit, unitS]);
  expect(copied).toEqual(original);
});

test("a cell that a spreadsheet would run is written as text", async () => {
  const path = await desk.file("escaped.csv", "");
  await desk.run(["export", "--tariff", "retail", path]);
  expect(await readFile(path, "utf8")).toContain("'-2+3 Islands");
});

test("rates are listed as a version had them, from a time on, below a prefix", async () => {
  const list = async (...words: string[]) =>
    (await desk.json<{ total: number; rates: { prefix: string }[] }>(["list", "--tariff", "retail", ...words]))
      .document;
  expect((await list()).total).toBe(7);
  expect((await list("--at", "2026-05-01")).total).toBe(6);
  expect((await list("--at", "2024-01-01")).total).toBe(8);
  expect((await list("--prefix", "93")).rates.map(({ prefix }) => prefix)).toEqual(["93", "93"]);
  expect((await list("--prefix", "=")).rates.map(({ prefix }) => prefix)).toEqual(["=112"]);
  expect(await desk.json(["list", "--tariff", "retail", "--tariff-version", "2"])).toMatchObject({
    status: 2,
    document: { code: "tariff-version-unknown" },
  });
});
