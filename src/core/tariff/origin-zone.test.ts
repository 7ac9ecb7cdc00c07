import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPriceTerms, anyTariffVersion } from "../../../test/support/any-rating.ts";
import { AREA_CODES_ALONE } from "../numbering/jurisdiction.ts";
import type { E164 } from "../numbering/number.ts";
import { epochMs } from "../time/epoch.ts";
import { compileTariff, destinationOf, findRate } from "./compiled-tariff.ts";
import { EEA_COUNTRY_CODES } from "./eea-country-codes.ts";
import {
  type CallOrigin,
  compileZones,
  type OriginTerms,
  type OriginZone,
  ratedNumber,
  zonesOf,
} from "./origin-zone.ts";
import type { Rate } from "./rate.ts";

fc.configureGlobal({ seed: 42 });

const TERMS = { ...fc.sample(anyTariffVersion, { numRuns: 1, seed: 1 })[0]!.terms, windows: [] };
const PRICE = fc.sample(anyPriceTerms, { numRuns: 1, seed: 1 })[0]!;
const CALLED = "447700900123" as E164;

const ZONES: OriginZone[] = [
  { name: "EEA", prefixes: EEA_COUNTRY_CODES },
  { name: "Paris", prefixes: ["331"] },
  { name: "Germany", prefixes: ["49"] },
  { name: "rest", others: true },
  { name: "across", jurisdiction: "interstate" },
  { name: "within", jurisdiction: "intrastate" },
  { name: "unclear", jurisdiction: "indeterminate" },
];

const origin = (calling: string | null, routingNumber: string | null = null): CallOrigin => ({
  calling: calling as E164 | null,
  routingNumber: routingNumber as E164 | null,
  exchanges: AREA_CODES_ALONE,
  ...{ ingressTrunk: null, egressTrunk: null },
});

const terms = (zones: readonly OriginZone[], unknownCallers: string | null = null): OriginTerms => ({
  ...{ zones, unknownCallers, rateOn: "dialled" },
});

test.each<[string | null, string, string[], string]>([
  // caller          called         zones                            why
  ["33144556677", "447700900123", ["Paris", "EEA", "unclear"], "the longer prefix is the more specific zone"],
  ["33244556677", "447700900123", ["EEA", "unclear"], "France, but not Paris"],
  ["493090182", "447700900123", ["EEA", "Germany", "unclear"], "of zones with one prefix the first of the terms"],
  ["447700900000", "447700900123", ["unclear", "rest"], "no zone has +44: the rest of the world"],
  ["12125550100", "17185550100", ["within", "rest"], "a jurisdiction is more specific than the rest"],
  ["12125550100", "12015550100", ["across", "rest"], "two states"],
  [null, "447700900123", ["rest", "unclear"], "withheld: the zone that the tariff names"],
])("a call from %s to %s is in %j (%s)", (calling, called, expected) => {
  expect(zonesOf(compileZones(terms(ZONES, "rest")), called as E164, origin(calling))).toEqual(expected);
});

test("a caller of whom nothing is known is in no zone, where the tariff names none", () => {
  expect(zonesOf(compileZones(terms(ZONES.slice(0, 4))), CALLED, origin(null))).toEqual([]);
});

test("a ported number has the jurisdiction of its routing number, and its price where the tariff says so", () => {
  const dialled = compileZones(terms(ZONES));
  const [called, lrn] = ["12125550100" as E164, "12015550100"];
  expect(zonesOf(dialled, called, origin("12125550101", lrn))).toEqual(["across", "rest"]);
  expect(ratedNumber(dialled, called, origin(null, lrn))).toBe(called);
  const routed = compileZones({ ...terms(ZONES), rateOn: "routing-number" });
  expect(ratedNumber(routed, called, origin(null, lrn))).toBe(lrn);
  expect(ratedNumber(routed, called, origin(null))).toBe(called);
});

const rateFor = (prefix: string, zone: string | null, effectiveTo: number | null): Rate => ({
  ...{ ...PRICE, prefix, origin: zone, destination: `${prefix} from ${zone}`, blocked: false, window: null },
  ...{ effectiveFrom: epochMs(0), effectiveTo: effectiveTo === null ? null : epochMs(effectiveTo) },
});

test("the rate is the one a search over all finds: the longest prefix, then the most specific zone, then any", () => {
  const anyZone = fc.constantFrom(null, "EEA", "Paris", "Germany", "rest", "unclear");
  const anyRate = fc.tuple(fc.constantFrom("", "4", "44", "447", "4477"), anyZone, fc.constantFrom(null, 500));
  const anyRates = fc.uniqueArray(anyRate, { selector: ([prefix, zone]) => `${prefix} ${zone}`, maxLength: 20 });
  const anyCaller = fc.constantFrom(null, "33144556677", "33244556677", "493090182", "81312345678");
  const origins = terms(ZONES, "rest");
  fc.assert(
    fc.property(anyRates, anyCaller, (places, calling) => {
      const rates = places.map(([prefix, zone, to]) => rateFor(prefix, zone, to));
      const version = { tariffId: "t", number: 1, terms: { ...TERMS, origins }, rates, derivation: null };
      const zones = zonesOf(compileZones(origins), CALLED, origin(calling));
      const found = findRate(compileTariff(version), CALLED, 1_000, zones);
      const rank = ({ origin: zone = null }: Rate) => (zone === null ? zones.length : zones.indexOf(zone));
      const [naive] = rates
        .filter((rate) => rate.effectiveTo === null && CALLED.startsWith(rate.prefix) && rank(rate) >= 0)
        .sort((a, b) => b.prefix.length - a.prefix.length || rank(a) - rank(b));
      expect(found && destinationOf(found)).toBe(naive?.destination ?? null);
    }),
    { numRuns: 500 },
  );
});

test("three prices a code take little more memory than one", () => {
  const codes = Array.from({ length: 5_000 }, (_, index) => `1${200_000 + index}`);
  const zones = ["across", "within", "unclear"];
  const rates = codes.flatMap((code) => zones.map((zone) => ({ ...rateFor(code, zone, null), destination: "US" })));
  const { layers } = compileTariff({ tariffId: "t", number: 1, terms: TERMS, rates, derivation: null });
  expect(layers[0]?.table.prefixCount).toBe(5_000);
  expect(layers[0]?.table.runs.length).toBeLessThan(30);
});
