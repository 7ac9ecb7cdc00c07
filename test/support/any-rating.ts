import fc from "fast-check";
import { parseCurrency } from "../../src/core/money/currency.ts";
import type { Decimal } from "../../src/core/money/decimal.ts";
import { ROUNDING_MODES } from "../../src/core/money/rounding.ts";
import { type E164, parseE164 } from "../../src/core/numbering/number.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { TariffTerms, TariffVersion, TimeWindow } from "../../src/core/tariff/tariff.ts";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";

const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;

/** Around these the generated rates change and calls are answered: changes of clocks, New Year, an ordinary noon. */
const MOMENTS = ["2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-01-01T00:00Z", "2026-06-10T12:00Z"].map(
  (text) => Temporal.Instant.from(text).epochMilliseconds,
);

export const anyCalled: fc.Arbitrary<E164> = fc
  .constantFrom("4", "44", "447712", "447912345", "4411", "12025550100", "9")
  .map((digits) => parseE164(digits)!);

export const anyAnsweredAt: fc.Arbitrary<EpochMs> = fc
  .tuple(fc.constantFrom(...MOMENTS), fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 59_999 }))
  .map(([moment, minutes, ms]) => epochMs(moment + minutes * MINUTE_MS + ms));

/** A price a unit: mostly as decks have them, sometimes with more decimals than nanos. */
const anyPricePerUnit: fc.Arbitrary<Decimal> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ units: fc.bigInt(0n, 99_999n), scale: fc.integer({ min: 2, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ units: fc.bigInt(0n, 10n ** 15n), scale: fc.integer({ min: 10, max: 18 }) }) },
);

const anyAmount = fc.record({ units: fc.bigInt(0n, 500n), scale: fc.constant(3) });
const anySeconds = fc.constantFrom(1, 1, 6, 7, 10, 20, 30, 60);
const anyUnit = fc.constantFrom(60, 60, 60, 1, 30, 7);

const anySlots: fc.Arbitrary<Rate["slots"]> = fc
  .array(fc.record({ ratePerUnit: anyPricePerUnit, unitS: anyUnit, stepS: anySeconds }), { maxLength: 2 })
  .map((slots) => slots.map((slot, index) => ({ fromS: 60 + index * 95, ...slot })));

/** What a rate says about money, in every combination. */
export const anyPriceTerms = fc.record({
  ratePerUnit: anyPricePerUnit,
  unitS: anyUnit,
  increments: fc.record({ firstS: fc.constantFrom(0, 1, 6, 30, 60), nextS: anySeconds }),
  slots: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: anySlots }),
  connectFee: anyAmount,
  minimumS: fc.constantFrom(0, 0, 15, 61),
  freeS: fc.constantFrom(0, 0, 10, 60),
  minimumCost: fc.option(anyAmount, { freq: 3 }),
  maximumCost: fc.option(anyAmount, { freq: 3 }),
  atMaximumCost: fc.constantFrom("free" as const, "disconnect" as const),
});

const anyEffective = fc
  .tuple(fc.constantFrom(...MOMENTS), fc.integer({ min: -2, max: 2 }))
  .map(([moment, quarters]) => epochMs(moment + quarters * QUARTER_MS));

function anyRate(windows: readonly TimeWindow[]): fc.Arbitrary<Rate> {
  return fc
    .record({
      prefix: fc.constantFrom("", "4", "44", "44", "44", "447", "4477", "4479", "1202"),
      terms: anyPriceTerms,
      blocked: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
      window: fc.constantFrom(null, ...windows.map(({ name }) => name)),
      effectiveFrom: fc.oneof(
        { weight: 2, arbitrary: fc.constant(epochMs(0)) },
        { weight: 1, arbitrary: anyEffective },
      ),
      effectiveTo: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyEffective }),
    })
    .map(({ terms, ...rate }) => ({ destination: `to ${rate.prefix}`, ...rate, ...terms }));
}

const anyWindow: fc.Arbitrary<TimeWindow> = fc
  .record({
    priority: fc.integer({ min: 0, max: 2 }),
    weekdays: fc.constantFrom([], [], [1, 2, 3, 4, 5], [6, 7], [4]),
    dates: fc.constantFrom([], [], [], ["01-01"], ["2026-03-29", "10-25"]),
    fromS: fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 900),
    untilS: fc.integer({ min: 1, max: 96 }).map((quarter) => quarter * 900),
  })
  .filter(({ fromS, untilS }) => fromS !== untilS)
  .map((window) => ({ name: "", ...window }));

const anyTerms: fc.Arbitrary<TariffTerms> = fc.record({
  currency: fc.constant(parseCurrency("USD")!),
  timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"),
  incrementBase: fc.constantFrom("after-initial" as const, "total" as const),
  decimals: fc.integer({ min: 0, max: 9 }),
  rounding: fc.constantFrom(...ROUNDING_MODES),
  windowCrossing: fc.constantFrom("split" as const, "split" as const, "at-answer" as const),
  reprice: fc.constantFrom("at-answer" as const, "at-next-slice" as const),
  windows: fc
    .array(anyWindow, { maxLength: 3 })
    .map((windows) => windows.map((window, index) => ({ ...window, name: `window ${index}` }))),
});

/** A tariff with everything that a tariff can have, and rates as an array. */
export const anyTariffVersion: fc.Arbitrary<TariffVersion & { readonly rates: readonly Rate[] }> = anyTerms.chain(
  (terms) =>
    fc
      .array(anyRate(terms.windows), { minLength: 1, maxLength: 8 })
      .map((rates) => ({ tariffId: "any", number: 1, terms, rates, derivation: null })),
);
