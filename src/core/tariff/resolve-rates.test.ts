import fc from "fast-check";
import { expect, test } from "vitest";
import { anyAnsweredAt, anyCalled, anyTariffVersion } from "../../../test/support/any-rating.ts";
import { parseDecimal } from "../money/decimal.ts";
import { ROUNDING_MODES } from "../money/rounding.ts";
import type { E164 } from "../numbering/number.ts";
import { quoteCall } from "../rating/quote.ts";
import { compileTariff } from "./compiled-tariff.ts";
import { UNKNOWN_ORIGIN } from "./origin-zone.ts";
import type { Rate } from "./rate.ts";
import { resolveRates, withoutOverlaps } from "./resolve-rates.ts";
import type { Derivation } from "./tariff.ts";

fc.configureGlobal({ seed: 42 });

const VERSION = fc.sample(anyTariffVersion, { numRuns: 1, seed: 1 })[0]!;
const ORIGINS = {
  zones: [
    { name: "Europe", prefixes: ["4", "33"] },
    { name: "Britain", prefixes: ["44"] },
    { name: "others", others: true },
  ],
  unknownCallers: "others",
  rateOn: "dialled",
} as const;
const TERMS = { ...VERSION.terms, windows: [], reprice: "at-answer" as const, origins: ORIGINS };

const anyZone = fc.constantFrom(null, "Europe", "Britain", "others");
const anyOrigin = fc.constantFrom(null, "447700900123", "493090182", "3312345678", "12125550100").map((calling) => ({
  ...UNKNOWN_ORIGIN,
  calling: calling as E164 | null,
}));

/** As the database holds them: no two of a prefix begin at once. They may overlap. */
const anyRates: fc.Arbitrary<Rate[]> = fc
  .tuple(anyTariffVersion, fc.infiniteStream(anyZone))
  .map(([{ rates }, zones]) => {
    const placed = [...rates].map((rate) => ({ ...rate, window: null, origin: zones.next().value as string | null }));
    const byKey = placed.map((rate) => [`${rate.prefix} ${rate.origin} ${rate.effectiveFrom}`, rate] as const);
    return [...new Map(byKey).values()].filter(
      (rate) => rate.effectiveTo === null || rate.effectiveTo > rate.effectiveFrom,
    );
  });

const anyDerivation: fc.Arbitrary<Derivation> = fc.record({
  baseTariffId: fc.constant(""),
  markupPercent: fc.constantFrom("0", "12.5", "-20", "33.3333").map((text) => parseDecimal(text)!),
  addPerUnit: fc.constantFrom("0", "0.0005", "-0.01").map((text) => parseDecimal(text)!),
  decimals: fc.integer({ min: 2, max: 9 }),
  rounding: fc.constantFrom(...ROUNDING_MODES),
  increments: fc.constantFrom(null, { firstS: 60, nextS: 6 }),
});

test("a call from anywhere costs the same at the resolved rates as in the derived tariff, over two levels", () => {
  fc.assert(
    fc.property(
      ...[anyRates, anyRates, anyRates, anyDerivation, anyDerivation, anyCalled, anyAnsweredAt, anyOrigin],
      (bottom, middle, top, first, second, called, answeredAt, origin) => {
        const base = compileTariff({ tariffId: "0", number: 1, terms: TERMS, rates: bottom, derivation: null });
        const [one, two] = [
          { ...first, baseTariffId: "0" },
          { ...second, baseTariffId: "1" },
        ];
        const over = compileTariff({ tariffId: "1", number: 1, terms: TERMS, rates: middle, derivation: one }, base);
        const derived = compileTariff({ tariffId: "2", number: 1, terms: TERMS, rates: top, derivation: two }, over);
        const rates = resolveRates(top, resolveRates(middle, bottom, one), two);
        const plain = compileTariff({ tariffId: "2", number: 1, terms: TERMS, rates, derivation: null });
        const call = { called, answeredAt, origin, lengthsS: [1, 61, 3_599] };
        expect(quoteCall(plain, call)).toEqual(quoteCall(derived, call));
        expect(withoutOverlaps(rates)).toEqual(rates);
      },
    ),
    { numRuns: 500 },
  );
});
