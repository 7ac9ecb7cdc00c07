import { describe, expect, test } from "vitest";
import { parseCurrency } from "../money/currency.ts";
import { formatDecimal, parseDecimal, ZERO } from "../money/decimal.ts";
import type { E164 } from "../numbering/number.ts";
import { epochMs } from "../time/epoch.ts";
import { UNKNOWN_ORIGIN } from "./origin-zone.ts";
import {
  compileSurcharges,
  firstSurchargeDifference,
  NO_SURCHARGES,
  surchargesDue,
  surchargesOfShortNumbers,
} from "./surcharge.ts";
import type { Derivation, Surcharge, TariffTerms } from "./tariff.ts";

const at = (text: string) => epochMs(Temporal.Instant.from(text).epochMilliseconds);
const NIGHT = { name: "night", priority: 0, weekdays: [], dates: [], fromS: 79_200, untilS: 21_600 };

const surcharge = (name: string, more: Partial<Surcharge> = {}): Surcharge => ({
  ...{ name, perCall: "0", perMinute: "0.01", increments: null, called: [], origins: [] },
  ...{ ingressTrunks: [], egressTrunks: [], window: null, effectiveFrom: epochMs(0), effectiveTo: null },
  ...more,
});

const terms = (...surcharges: Surcharge[]): TariffTerms => ({
  ...{ currency: parseCurrency("EUR")!, timeZone: "Europe/Berlin", incrementBase: "after-initial", decimals: 4 },
  ...{ rounding: "half-up", windowCrossing: "split", reprice: "at-answer", windows: [NIGHT], surcharges },
});

const own = (...surcharges: Surcharge[]) => compileSurcharges(terms(...surcharges), NO_SURCHARGES, null);

interface Asked {
  readonly called?: string;
  readonly zones?: readonly string[];
  readonly ingress?: string;
  readonly egress?: string;
  readonly when?: string;
}

const due = (list: readonly Surcharge[], { called = "33144556677", zones = [], ingress, egress, when }: Asked) =>
  surchargesDue(own(...list), {
    ...{ called: called as E164, zones, answeredAt: at(when ?? "2026-06-10T12:00Z") },
    origin: { ...UNKNOWN_ORIGIN, ingressTrunk: ingress ?? null, egressTrunk: egress ?? null },
  }).map(({ surcharge: { name, perMinute } }) => `${name} ${perMinute}`);

const RANGES = [
  surcharge("origin", { called: ["33", "49"], perMinute: "0.1" }),
  surcharge("origin", { called: ["336"], perMinute: "0.2" }),
];
const ZONED = [
  surcharge("origin", { origins: ["rest", "unknown"], perMinute: "0.5" }),
  surcharge("origin", { origins: ["Paris"], perMinute: "0.3" }),
];
const YEARS = [
  surcharge("fee", { perMinute: "1", effectiveTo: at("2026-01-01T00:00Z") }),
  surcharge("fee", { perMinute: "2", effectiveFrom: at("2026-01-01T00:00Z") }),
];

test.each<[readonly Surcharge[], Asked, string[], string]>([
  [[], {}, [], "no surcharges"],
  [[surcharge("a"), surcharge("b")], {}, ["a 0.01", "b 0.01"], "different names add up, in the tariff's order"],
  [RANGES, {}, ["origin 0.1"], "a number range"],
  [RANGES, { called: "33612345678" }, ["origin 0.2"], "of one name the longest prefix alone"],
  [RANGES, { called: "447700900123" }, [], "no range has the number"],
  [ZONED, { zones: ["rest"] }, ["origin 0.5"], "one of several zones"],
  [ZONED, { zones: ["Paris", "EEA", "rest"] }, ["origin 0.3"], "the most specific zone, as for rates"],
  [ZONED, { zones: [] }, [], "a call from no zone of the list"],
  [[surcharge("t", { ingressTrunks: ["in-1"] })], { ingress: "in-1" }, ["t 0.01"], "the trunk it came in by"],
  [[surcharge("t", { ingressTrunks: ["in-1"] })], { egress: "in-1" }, [], "not the one it left by"],
  [[surcharge("t", { egressTrunks: ["out"] })], {}, [], "a record without trunks meets no trunk"],
  [[surcharge("n", { window: "night" })], { when: "2026-06-10T20:00Z" }, ["n 0.01"], "22:00 in Berlin in summer"],
  [[surcharge("n", { window: "night" })], { when: "2026-06-10T19:59:59Z" }, [], "a second before"],
  [
    [surcharge("n"), surcharge("n", { window: "night", perMinute: "9" })],
    { when: "2026-06-10T23:00Z" },
    ["n 9"],
    "one for a window goes before one for any time",
  ],
  [YEARS, { when: "2025-12-31T23:59:59.999Z" }, ["fee 1"], "dates are half-open"],
  [YEARS, { when: "2026-01-01T00:00Z" }, ["fee 2"], "and meet without a gap"],
])("%# %o owes %j (%s)", (list, asked, expected) => {
  expect(due(list, asked)).toEqual(expected);
});

test("a derived tariff asks its base's by the percentage, and its own in place of those of the same name", () => {
  const derivation: Derivation = {
    ...{ baseTariffId: "base", markupPercent: parseDecimal("50")!, addPerUnit: parseDecimal("1")! },
    ...{ decimals: 3, rounding: "up" as const, increments: null },
  };
  const base = own(surcharge("a", { perCall: "0.05", perMinute: "0.011" }), surcharge("b"), surcharge("b"));
  const all = compileSurcharges(terms(surcharge("b", { perMinute: "7" })), base, derivation);
  expect(
    all.map(({ surcharge: { name }, ...one }) => [name, formatDecimal(one.perCall), formatDecimal(one.perMinute)]),
  ).toEqual([
    ["b", "0", "7"],
    ["a", "0.075", "0.017"], // 0.011 × 1.5 = 0.0165, rounded up; addPerUnit is for rates
  ]);
  expect(compileSurcharges({ ...terms(), surcharges: [] }, NO_SURCHARGES, derivation)).toBe(NO_SURCHARGES);
  expect(all[0]?.perCall).toEqual(ZERO);
});

test("short codes have prefixes of their own", () => {
  const [short] = surchargesOfShortNumbers([surcharge("a", { called: ["33", "=1"] })], "=");
  expect(short?.called).toEqual(["=33", "1"]);
  expect(due([short!], { called: "112" })).toEqual(["a 0.01"]);
  expect(due([short!], { called: "3311" })).toEqual([]);
  expect(due([surcharge("a", { called: ["33", "=1"] })], { called: "112" })).toEqual([]);
});

describe("from when on two lists differ", () => {
  const [march, may] = [at("2026-03-01T00:00Z"), at("2026-05-01T00:00Z")];
  const since = (effectiveFrom = march, effectiveTo: typeof march | null = null) =>
    surcharge("a", { effectiveFrom, effectiveTo });
  test.each<[Surcharge[], Surcharge[], number | undefined, string]>([
    [[since()], [since()], undefined, "the same"],
    [[], [since(may)], may, "a new one: from its beginning"],
    [[since()], [], march, "one that is gone"],
    [[since()], [since(march, may)], may, "one that ends: from its end"],
    [[since(march, may)], [since()], may, "one that goes on"],
    [[since()], [{ ...since(), perMinute: "0.02" }], march, "another amount"],
  ])("%# (%#): %s", (before, after, expected) => {
    expect(firstSurchargeDifference(before, after)).toBe(expected);
  });
});
