import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decimal, formatDecimal, parseDecimal } from "../../src/core/money/decimal.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { toInstant } from "../../src/core/time/epoch.ts";
import type { DeckRow } from "../../src/decks/deck-row.ts";
import { isEmptyDiff } from "../../src/decks/diff/deck-diff.ts";
import { type DiffInput, type DiffPolicy, diffDeck } from "../../src/decks/diff/diff-deck.ts";
import { rateAt } from "../../src/decks/diff/timeline.ts";
import { applyOperations } from "../support/apply-operations.ts";
import { day, rate, row, steps } from "./rates.ts";

const now = day("2026-03-01");
const [JAN, FEB, MAR, APR] = ["2026-01-01", "2026-02-01", "2026-03-09", "2026-04-01"] as const;

/** "0.2+0.01 01-01..03-09 60/60": a price, its fee, the days of 2026 between which it holds, its steps; "-": no day. */
const ENTRY = /^([^+ ]+)(?:\+(\S+))? (?:(\d\d-\d\d)|-)(?:\.\.(\d\d-\d\d)?)?(?: (\d+\/\d+))?$/;

function entries(text: string) {
  const texts = text.split(", ").filter((entry) => entry !== "");
  return texts.map((entry) => {
    const match = ENTRY.exec(entry);
    if (match === null) throw new Error(`"${entry}" is no price with its days`);
    const [, price = "", fee, from, to, step] = match;
    const terms = {
      connectFee: parseDecimal(fee ?? "0") as Decimal,
      increments: steps(step ?? "1/1"),
      effectiveTo: to === undefined ? null : day(`2026-${to}`),
    };
    return { price, from: from === undefined ? null : `2026-${from}`, terms };
  });
}

/** What a tariff holds for 93. */
const rates = (text: string): Rate[] =>
  entries(text).map(({ price, from, terms }) => {
    const blocked = price === "blocked";
    return rate("93", blocked ? "0" : price, from ?? JAN, { ...terms, blocked });
  });

/** What a deck says of 93. */
const deck = (text: string): DeckRow[] =>
  entries(text).map(({ price, from, terms }, index) => row("93", price, from, { ...terms, line: index + 2 }));

/** The inverse of {@link rates}. */
function story(held: readonly Rate[]): string {
  const date = (at: Rate["effectiveFrom"] | null): string => (at === null ? "" : toInstant(at).toString().slice(5, 10));
  return held
    .toSorted((a, b) => a.effectiveFrom - b.effectiveFrom)
    .map(({ blocked, ratePerUnit, connectFee, increments: { firstS, nextS }, effectiveFrom, effectiveTo }) => {
      const fee = connectFee.units === 0n ? "" : `+${formatDecimal(connectFee)}`;
      const price = blocked ? "blocked" : formatDecimal(ratePerUnit) + fee;
      const step = nextS === 1 ? "" : ` ${firstS}/${nextS}`;
      return `${price} ${date(effectiveFrom)}..${date(effectiveTo)}${step}`;
    })
    .join(", ");
}

const from = (pastDates: "as-given" | "now"): DiffPolicy => ({ pastDates });

describe("one code of an amendment", () => {
  const SCHEDULED = "0.2 01-01..03-09, 0.3 03-09..";
  test.each<[string, string, string, string, DiffPolicy, string]>([
    // stored, deck, kinds of change, stored afterwards, policy, why
    ["", "0.2 03-09", "new", "0.2 03-09..", {}, "a code never seen"],
    ["", "0.2 01-01", "new", "0.2 01-01..", {}, "new with a past date"],
    ["", "0.2 01-01", "new", "0.2 03-01..", from("now"), "new, but dates count as now"],
    ["", "0.2 -", "new", "0.2 03-01..", {}, "no date: from now on"],
    ["", "0.2 03-09..04-01", "new", "0.2 03-09..04-01", {}, "a price with an end"],
    ["", "closed 03-09", "unchanged", "", {}, "closed, never had"],
    ["", "0.1 03-09, 0.1 03-09", "new", "0.1 03-09..", {}, "one row twice"],
    ["0.2 01-01..", "0.3 03-09", "increase", "0.2 01-01..03-09, 0.3 03-09..", {}, "dearer later"],
    ["0.2 01-01..", "0.1 03-09", "decrease", "0.2 01-01..03-09, 0.1 03-09..", {}, "cheaper later"],
    ["0.2 01-01..", "0.2 01-01", "unchanged", "0.2 01-01..", {}, "the same"],
    ["0.2 01-01..", "0.2 03-09", "unchanged", "0.2 01-01..", {}, "the same price from a later date"],
    ["0.2 02-01..", "0.2 01-01", "unchanged", "0.2 02-01..", {}, "the same price with an older date"],
    ["0.2 01-01..", "0.2000 03-09", "unchanged", "0.2 01-01..", {}, "0.2000 is 0.2"],
    ["0.2 01-01..", "0.2 03-09 60/60", "increase", "0.2 01-01..03-09, 0.2 03-09.. 60/60", {}, "only the steps grow"],
    ["0.2+0.01 01-01..", "0.2 03-09", "decrease", "0.2+0.01 01-01..03-09, 0.2 03-09..", {}, "only the fee goes"],
    ["0.2 01-01..", "closed 03-09", "closed", "0.2 01-01..03-09", {}, "closed later"],
    ["0.2 01-01..", "closed 03-09, 0.3 03-09", "increase", "0.2 01-01..03-09, 0.3 03-09..", {}, "sold by a new name"],
    ["0.2 01-01..", "blocked 03-09", "blocked", "0.2 01-01..03-09, blocked 03-09..", {}, "blocked"],
    ["blocked 01-01..", "0.3 03-09", "reopened", "blocked 01-01..03-09, 0.3 03-09..", {}, "sold again after a block"],
    ["0.2 01-01..02-01", "0.2 03-09", "reopened", "0.2 01-01..02-01, 0.2 03-09..", {}, "sold again after a gap"],
    ["0.2 01-01..", "0.1 01-01..02-01", "expired", "0.2 01-01..", {}, "a row that is over"],
    ["0.2 01-01..", "0.1 04-01..03-09", "error", "0.2 01-01..", {}, "an end before the start"],
    ["0.2 01-01..", "0.1 03-09, 0.3 03-09", "error error", "0.2 01-01..", {}, "two prices for one date"],
    ["0.2 01-01..", "0.3 02-01", "increase", "0.2 01-01..02-01, 0.3 02-01..", {}, "a change of the past, as given"],
    ["0.2 01-01..", "0.3 02-01", "increase", "0.2 01-01..03-01, 0.3 03-01..", from("now"), "... and from now"],
    [SCHEDULED, "0.3 03-09", "unchanged", SCHEDULED, {}, "a price already scheduled"],
    [SCHEDULED, "0.4 03-09", "increase", "0.2 01-01..03-09, 0.4 03-09..", {}, "a scheduled price superseded"],
    [SCHEDULED, "0.2 03-09", "decrease", "0.2 01-01..03-09, 0.2 03-09..", {}, "a scheduled price called off"],
    ["0.2 01-01..04-01, 0.3 04-01..", "0.4 03-09", "increase", "0.2 01-01..03-09, 0.4 03-09..", {}, "withdrawn"],
    ["0.2 02-01..", "0.2 01-01, 0.3 03-09", "unchanged increase", "0.2 02-01..03-09, 0.3 03-09..", {}, "a chain"],
    [
      "0.2 01-01..",
      "0.4 04-01, 0.3 03-09",
      "increase increase",
      "0.2 01-01..03-09, 0.3 03-09..04-01, 0.4 04-01..",
      {},
      "any order",
    ],
  ])("%s + %s: %s, then %s (policy %j: %s)", (held, said, kinds, afterwards, policy) => {
    const [current, rows] = [rates(held), deck(said)];
    const diff = diffDeck({ rows, current, mode: "amendment", now, policy });
    expect(diff.changes.map(({ kind }) => kind).join(" ")).toBe(kinds);
    const after = applyOperations(current, diff.operations);
    expect(story(after)).toBe(afterwards);
    expect(isEmptyDiff(diffDeck({ rows, current: after, mode: "amendment", now, policy }))).toBe(true);
  });

  test("a change that reaches over calls already made is marked", () => {
    const current = [rate("93", "0.2", JAN)];
    const backdated = (rows: DeckRow[], stored: Rate[]): boolean[] =>
      diffDeck({ rows, current: stored, mode: "amendment", now }).changes.map(({ isBackdated }) => isBackdated);
    expect(backdated(deck("0.3 02-01"), current)).toEqual([true]);
    expect(backdated(deck("0.3 03-09"), current)).toEqual([false]);
    expect(backdated(deck("0.3 02-01"), [])).toEqual([false]);
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
  const current = [rate("93", "0.2", JAN), rate("355", "0.1", JAN), rate("53", "0.7", JAN, { effectiveTo: day(FEB) })];

  test("an amendment leaves a missing code alone, a full deck closes it", () => {
    const rows = [row("93", "0.2", JAN)];
    expect(diffDeck({ rows, current, mode: "amendment", now }).counts).toMatchObject({ closed: 0, unchanged: 1 });
    const full = diffDeck({ rows, current, mode: "full", now });
    expect(full).toMatchObject({ counts: { closed: 1, unchanged: 1 }, missingCodes: 1, currentCodes: 3 });
    expect(full.operations.close).toEqual([
      { prefix: "355", window: null, origin: null, effectiveFrom: day(JAN), at: now },
    ]);
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
    const held = applyOperations(parent, diff.operations);
    const before = day("2026-03-08");
    const inForce = (at: typeof before) => held.filter((one) => rateAt([one], at) !== null).map(({ prefix }) => prefix);
    expect(inForce(before)).toEqual(["880"]);
    expect(inForce(day(MAR))).toEqual(["880", "88017"]);
  });
});

/** What a tariff holds after a deck. */
const imported = (
  rows: readonly DeckRow[],
  current: readonly Rate[],
  how: Pick<DiffInput, "mode" | "now" | "policy">,
): Rate[] => applyOperations(current, diffDeck({ rows, current, ...how }).operations);

/** What a call to exactly this code costs at `at`. */
function priceAt(held: readonly Rate[], prefix: string, at: Rate["effectiveFrom"]): string {
  const found = rateAt(
    held.filter((one) => one.prefix === prefix),
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
        const current = imported(earlier, [], { mode, now: day(FEB), policy });
        const once = imported(rows, current, { mode, now, policy });
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
        const held = decks.reduce<Rate[]>((current, rows) => imported(rows, current, { mode, now, policy }), []);
        for (const one of held) {
          for (const other of held) {
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
        const current = imported(earlier, [], { mode, now: day(FEB), policy });
        const after = imported(rows, current, { mode, now, policy });
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
