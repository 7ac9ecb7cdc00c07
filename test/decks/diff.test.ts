import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDecimal } from "../../src/core/money/decimal.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { toInstant } from "../../src/core/time/epoch.ts";
import type { DeckRow } from "../../src/decks/deck-row.ts";
import { isEmptyDiff } from "../../src/decks/diff/deck-diff.ts";
import { type DiffPolicy, diffDeck } from "../../src/decks/diff/diff-deck.ts";
import { rateAt } from "../../src/decks/diff/timeline.ts";
import { applyOperations } from "../support/apply-operations.ts";
import { day, rate, row, steps } from "./rates.ts";

const now = day("2026-03-01");

/** "0.2 01-01..03-09, 0.3 03-09.." */
function story(rates: readonly Rate[]): string {
  const date = (at: Rate["effectiveFrom"] | null): string => (at === null ? "" : toInstant(at).toString().slice(5, 10));
  const price = (one: Rate): string => (one.blocked ? "blocked" : formatDecimal(one.ratePerUnit));
  return rates
    .toSorted((a, b) => a.effectiveFrom - b.effectiveFrom)
    .map((one) => `${price(one)} ${date(one.effectiveFrom)}..${date(one.effectiveTo)}`)
    .join(", ");
}

const JAN = "2026-01-01",
  FEB = "2026-02-01",
  MAR = "2026-03-09",
  APR = "2026-04-01";
const until = (date: string): Partial<Rate> => ({ effectiveTo: day(date) });

describe("one code of an amendment", () => {
  test.each<[string, Rate[], DeckRow[], string, string, DiffPolicy?]>([
    // why, stored, deck, kinds of change, rates afterwards
    ["a code never seen", [], [row("93", "0.2", MAR)], "new", "0.2 03-09.."],
    ["new with a past date", [], [row("93", "0.2", JAN)], "new", "0.2 01-01.."],
    ["new, but dates count as now", [], [row("93", "0.2", JAN)], "new", "0.2 03-01..", { pastDates: "now" }],
    ["no date: from now on", [], [row("93", "0.2", null)], "new", "0.2 03-01.."],
    ["dearer later", [rate("93", "0.2", JAN)], [row("93", "0.3", MAR)], "increase", "0.2 01-01..03-09, 0.3 03-09.."],
    ["cheaper later", [rate("93", "0.2", JAN)], [row("93", "0.1", MAR)], "decrease", "0.2 01-01..03-09, 0.1 03-09.."],
    ["the same", [rate("93", "0.2", JAN)], [row("93", "0.2", JAN)], "unchanged", "0.2 01-01.."],
    ["the same price from a later date", [rate("93", "0.2", JAN)], [row("93", "0.2", MAR)], "unchanged", "0.2 01-01.."],
    [
      "the same price with an older date",
      [rate("93", "0.2", FEB)],
      [row("93", "0.2", JAN)],
      "unchanged",
      "0.2 02-01..",
    ],
    ["0.20 is 0.2", [rate("93", "0.20", JAN)], [row("93", "0.2000", MAR)], "unchanged", "0.2 01-01.."],
    [
      "only the steps grow",
      [rate("93", "0.2", JAN)],
      [row("93", "0.2", MAR, { increments: steps("60/60") })],
      "increase",
      "0.2 01-01..03-09, 0.2 03-09..",
    ],
    [
      "only the fee goes",
      [rate("93", "0.2", JAN, { connectFee: { units: 1n, scale: 2 } })],
      [row("93", "0.2", MAR)],
      "decrease",
      "0.2 01-01..03-09, 0.2 03-09..",
    ],
    [
      "a price already scheduled",
      [rate("93", "0.2", JAN, until(MAR)), rate("93", "0.3", MAR)],
      [row("93", "0.3", MAR)],
      "unchanged",
      "0.2 01-01..03-09, 0.3 03-09..",
    ],
    [
      "a scheduled price superseded",
      [rate("93", "0.2", JAN, until(MAR)), rate("93", "0.3", MAR)],
      [row("93", "0.4", MAR)],
      "increase",
      "0.2 01-01..03-09, 0.4 03-09..",
    ],
    [
      "a scheduled price called off",
      [rate("93", "0.2", JAN, until(MAR)), rate("93", "0.3", MAR)],
      [row("93", "0.2", MAR)],
      "decrease",
      "0.2 01-01..03-09, 0.2 03-09..",
    ],
    [
      "an earlier date withdraws later ones",
      [rate("93", "0.2", JAN, until(APR)), rate("93", "0.3", APR)],
      [row("93", "0.4", MAR)],
      "increase",
      "0.2 01-01..03-09, 0.4 03-09..",
    ],
    [
      "two dates in one deck are a chain",
      [rate("93", "0.2", JAN)],
      [row("93", "0.4", APR), row("93", "0.3", MAR)],
      "increase increase",
      "0.2 01-01..03-09, 0.3 03-09..04-01, 0.4 04-01..",
    ],
    [
      "today's price and the next one",
      [rate("93", "0.2", FEB)],
      [row("93", "0.2", JAN), row("93", "0.3", MAR)],
      "unchanged increase",
      "0.2 02-01..03-09, 0.3 03-09..",
    ],
    ["closed later", [rate("93", "0.2", JAN)], [row("93", "closed", MAR)], "closed", "0.2 01-01..03-09"],
    ["closed, never had", [], [row("93", "closed", MAR)], "unchanged", ""],
    [
      "closed under one name, sold under another",
      [rate("93", "0.2", JAN)],
      [row("93", "closed", MAR), row("93", "0.3", MAR, { line: 3 })],
      "increase",
      "0.2 01-01..03-09, 0.3 03-09..",
    ],
    ["blocked", [rate("93", "0.2", JAN)], [row("93", "blocked", MAR)], "blocked", "0.2 01-01..03-09, blocked 03-09.."],
    [
      "sold again after a block",
      [rate("93", "0", JAN, { blocked: true })],
      [row("93", "0.3", MAR)],
      "reopened",
      "blocked 01-01..03-09, 0.3 03-09..",
    ],
    [
      "sold again after a gap",
      [rate("93", "0.2", JAN, until(FEB))],
      [row("93", "0.2", MAR)],
      "reopened",
      "0.2 01-01..02-01, 0.2 03-09..",
    ],
    ["a price with an end", [], [row("93", "0.2", MAR, { effectiveTo: day(APR) })], "new", "0.2 03-09..04-01"],
    [
      "a row that is over",
      [rate("93", "0.2", JAN)],
      [row("93", "0.1", JAN, { effectiveTo: day(FEB) })],
      "expired",
      "0.2 01-01..",
    ],
    [
      "an end before the start",
      [rate("93", "0.2", JAN)],
      [row("93", "0.1", APR, { effectiveTo: day(MAR) })],
      "error",
      "0.2 01-01..",
    ],
    [
      "two prices for one date",
      [rate("93", "0.2", JAN)],
      [row("93", "0.1", MAR), row("93", "0.3", MAR, { line: 3 })],
      "error error",
      "0.2 01-01..",
    ],
    ["one row twice", [], [row("93", "0.1", MAR), row("93", "0.1", MAR, { line: 3 })], "new", "0.1 03-09.."],
    [
      "a change of the past, as given",
      [rate("93", "0.2", JAN)],
      [row("93", "0.3", FEB)],
      "increase",
      "0.2 01-01..02-01, 0.3 02-01..",
    ],
    [
      "a change of the past, from now",
      [rate("93", "0.2", JAN)],
      [row("93", "0.3", FEB)],
      "increase",
      "0.2 01-01..03-01, 0.3 03-01..",
      { pastDates: "now" },
    ],
  ])("%s", (_, current, rows, kinds, afterwards, policy = {}) => {
    const diff = diffDeck({ rows, current, mode: "amendment", now, policy });
    expect(diff.changes.map(({ kind }) => kind).join(" ")).toBe(kinds);
    const after = applyOperations(current, diff.operations);
    expect(story(after)).toBe(afterwards);
    const again = diffDeck({ rows, current: after, mode: "amendment", now, policy });
    expect(isEmptyDiff(again)).toBe(true);
  });

  test("a change that reaches over calls already made is marked", () => {
    const current = [rate("93", "0.2", JAN)];
    const backdated = (rows: DeckRow[], stored: Rate[]): boolean[] =>
      diffDeck({ rows, current: stored, mode: "amendment", now }).changes.map(({ isBackdated }) => isBackdated);
    expect(backdated([row("93", "0.3", FEB)], current)).toEqual([true]);
    expect(backdated([row("93", "0.3", MAR)], current)).toEqual([false]);
    expect(backdated([row("93", "0.3", FEB)], [])).toEqual([false]);
  });

  test("a new name is a rename, not a change of price, and is not renamed twice", () => {
    const current = [rate("93", "0.2", JAN, { destination: "Afganistan" })];
    const rows = [row("93", "0.2", MAR, { destination: "Afghanistan" })];
    const diff = diffDeck({ rows, current, mode: "amendment", now });
    expect(diff.changes[0]).toMatchObject({ kind: "unchanged", renamedFrom: "Afganistan" });
    expect(diff.operations).toMatchObject({
      close: [],
      insert: [],
      rename: [{ prefix: "93", destination: "Afghanistan" }],
    });
    expect(
      isEmptyDiff(diffDeck({ rows, current: applyOperations(current, diff.operations), mode: "amendment", now })),
    ).toBe(true);
  });

  test("rates of a time window are not a deck's business", () => {
    const current = [rate("93", "0.1", JAN, { window: "weekend" })];
    const diff = diffDeck({ rows: [], current, mode: "full", now });
    expect(diff).toMatchObject({ changes: [], missingCodes: 0 });
  });
});

describe("full and amendment decks", () => {
  const current = [rate("93", "0.2", JAN), rate("355", "0.1", JAN), rate("53", "0.7", JAN, until(FEB))];

  test("an amendment leaves a missing code alone, a full deck closes it", () => {
    const rows = [row("93", "0.2", JAN)];
    expect(diffDeck({ rows, current, mode: "amendment", now }).counts).toMatchObject({ closed: 0, unchanged: 1 });
    const full = diffDeck({ rows, current, mode: "full", now });
    expect(full).toMatchObject({ counts: { closed: 1, unchanged: 1 }, missingCodes: 1, currentCodes: 3 });
    expect(full.operations.close).toEqual([{ prefix: "355", window: null, effectiveFrom: day(JAN), at: now }]);
  });

  test("missing codes end when the deck takes effect, or when the policy says", () => {
    const rows = [row("93", "0.3", MAR)];
    const at = (policy: DiffPolicy) =>
      diffDeck({ rows, current, mode: "full", now, policy }).changes.find(({ kind }) => kind === "closed")
        ?.effectiveFrom;
    expect(at({})).toBe(day(MAR));
    expect(at({ missingClosedAt: day(APR) })).toBe(day(APR));
  });

  test("a new breakout leaves its parent alone: the parent prices until the breakout's date", () => {
    const parent = [rate("880", "0.0178", JAN)];
    const diff = diffDeck({
      rows: [row("880", "0.0178", JAN), row("88017", "0.0231", MAR)],
      current: parent,
      mode: "full",
      now,
    });
    const rates = applyOperations(parent, diff.operations);
    const before = day("2026-03-08");
    const inForce = (at: typeof before) =>
      rates.filter((one) => rateAt([one], at) !== null).map(({ prefix }) => prefix);
    expect(inForce(before)).toEqual(["880"]);
    expect(inForce(day(MAR))).toEqual(["880", "88017"]);
  });
});

/** What a call to exactly this code costs at `at`. */
function priceAt(rates: readonly Rate[], prefix: string, at: Rate["effectiveFrom"]): string {
  const found = rateAt(
    rates.filter((one) => one.prefix === prefix),
    at,
  );
  return found === null
    ? "none"
    : `${found.blocked ? "blocked" : formatDecimal(found.ratePerUnit)} ${found.increments.nextS}`;
}

describe("laws", () => {
  const anyDate = fc
    .integer({ min: 1, max: 28 })
    .chain((dayOfMonth) =>
      fc.integer({ min: 1, max: 6 }).map((month) => `2026-0${month}-${String(dayOfMonth).padStart(2, "0")}`),
    );
  const anyRow = fc
    .record({
      prefix: fc.constantFrom("93", "937", "355"),
      price: fc.constantFrom("0.1", "0.2", "0.3", "blocked", "closed"),
      from: fc.option(anyDate, { nil: null }),
      to: fc.option(anyDate, { nil: null, freq: 4 }),
      step: fc.constantFrom("1/1", "60/60"),
    })
    .map(({ prefix, price, from, to, step }) =>
      row(prefix, price, from, { effectiveTo: to === null ? null : day(to), increments: steps(step) }),
    );
  const anyDeck = fc.array(anyRow, { maxLength: 8 });
  const anyMode = fc.constantFrom("full" as const, "amendment" as const);
  const anyPolicy = fc.record({ pastDates: fc.constantFrom("as-given" as const, "now" as const) });

  test("importing a deck twice is importing it once, whatever was there before", () => {
    fc.assert(
      fc.property(anyDeck, anyDeck, anyMode, anyPolicy, (earlier, rows, mode, policy) => {
        const current = applyOperations(
          [],
          diffDeck({ rows: earlier, current: [], mode, now: day(FEB), policy }).operations,
        );
        const once = applyOperations(current, diffDeck({ rows, current, mode, now, policy }).operations);
        const twice = diffDeck({ rows, current: once, mode, now, policy });
        expect(twice.operations).toEqual({ close: [], insert: [], rename: [] });
        expect(twice.changes.filter(({ kind }) => !["unchanged", "expired", "error"].includes(kind))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("rates of one code never overlap", () => {
    fc.assert(
      fc.property(fc.array(anyDeck, { maxLength: 4 }), anyMode, anyPolicy, (decks, mode, policy) => {
        let rates: Rate[] = [];
        for (const rows of decks)
          rates = applyOperations(rates, diffDeck({ rows, current: rates, mode, now, policy }).operations);
        for (const one of rates) {
          for (const other of rates) {
            if (one === other || one.prefix !== other.prefix) continue;
            const apart =
              (one.effectiveTo !== null && one.effectiveTo <= other.effectiveFrom) ||
              (other.effectiveTo !== null && other.effectiveTo <= one.effectiveFrom);
            expect(apart).toBe(true);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("where the policy is to start now, no deck changes what is past", () => {
    fc.assert(
      fc.property(anyDeck, anyDeck, anyMode, (earlier, rows, mode) => {
        const policy = { pastDates: "now" } as const;
        const current = applyOperations(
          [],
          diffDeck({ rows: earlier, current: [], mode, now: day(FEB), policy }).operations,
        );
        const after = applyOperations(current, diffDeck({ rows, current, mode, now, policy }).operations);
        for (const at of [day(FEB), day("2026-02-15"), day("2026-02-28")]) {
          for (const prefix of ["93", "937", "355"]) {
            expect(priceAt(after, prefix, at)).toBe(priceAt(current, prefix, at));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
