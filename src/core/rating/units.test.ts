import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPriceTerms } from "../../../test/support/any-rating.ts";
import { parseCurrency } from "../money/currency.ts";
import { parseDecimal, ZERO } from "../money/decimal.ts";
import { nanosToSql } from "../money/nanos.ts";
import type { E164 } from "../numbering/number.ts";
import { compileTariff } from "../tariff/compiled-tariff.ts";
import type { Rate } from "../tariff/rate.ts";
import type { TariffTerms } from "../tariff/tariff.ts";
import { epochMs } from "../time/epoch.ts";
import type { Service } from "../usage/service-units.ts";
import { explainCall } from "./explain.ts";
import { meterSlice } from "./meter.ts";
import { openCall } from "./opening.ts";
import { rateCall, rateExactly, rateOpened } from "./rate-call.ts";

const AT = epochMs(1_772_446_513_000);
const GROUP = "0000000010" as E164;
const MIB = 2 ** 20;

function tariffOf(service: Exclude<Service, "voice">, rate: Partial<Rate>) {
  const terms: TariffTerms = {
    ...{ currency: parseCurrency("EUR")!, service, timeZone: "UTC", incrementBase: "after-initial", decimals: 9 },
    ...{ rounding: "half-up", windowCrossing: "at-answer", reprice: "at-answer", windows: [] },
  };
  const rates: Rate[] = [
    {
      ...{ prefix: "", destination: "everywhere", blocked: false, ratePerUnit: ZERO, unitS: 1, slots: [] },
      ...{ increments: { firstS: 1, nextS: 1 }, connectFee: ZERO, minimumS: 0, freeS: 0, minimumCost: null },
      ...{ maximumCost: null, window: null, effectiveFrom: epochMs(0), effectiveTo: null, ...rate },
    },
  ];
  return compileTariff({ tariffId: "t", number: 1, terms, rates, derivation: null });
}

const priced = (text: string): Pick<Rate, "ratePerUnit"> => ({ ratePerUnit: parseDecimal(text)! });

test.each<[Exclude<Service, "voice">, Partial<Rate>, number, string, number, string | null, string]>([
  // service rate                                                        quantity       amount     billed  shown  why
  ["sms", { ...priced("0.07") }, 1, "0.07", 1, "0.07", "a message at its price"],
  ["sms", { ...priced("0.07") }, 3, "0.21", 3, "0.07", "a long message is three"],
  ["sms", { ...priced("0.07"), connectFee: parseDecimal("0.01")! }, 3, "0.22", 3, "0.07", "a fee an event"],
  [
    "data",
    { ...priced("2"), unitS: 1_000_000_000 },
    1_500_000_000,
    "3",
    1_500_000_000,
    "0.002",
    "2 a gigabyte of 1000s",
  ],
  ["data", { ...priced("2"), unitS: 2 ** 30 }, 2 ** 30, "2", 2 ** 30, "0.001862645149230957", "2 a gigabyte of 1024s"],
  [
    "data",
    { ...priced("0.01"), unitS: MIB, increments: { firstS: MIB, nextS: MIB } },
    MIB + 1,
    "0.02",
    2 * MIB,
    "0.0095367431640625",
    "begun megabytes",
  ],
  [
    "data",
    { ...priced("0.01"), unitS: 1_000_000 },
    5_000_000_000_000,
    "50000",
    5_000_000_000_000,
    "0.01",
    "more octets than 32 bits count",
  ],
  [
    "data",
    { ...priced("1"), unitS: 1_000_000_000, maximumCost: parseDecimal("5")! },
    9_000_000_000,
    "5",
    9_000_000_000,
    null,
    "a ceiling",
  ],
])("%s at %o, %i: %s (%s)", (service, rate, quantity, amount, billed, shown) => {
  const rating = rateCall(tariffOf(service, rate), { called: GROUP, answeredAt: AT, talkedS: quantity });
  if (rating.kind !== "rated") throw new Error("there is a rate for everything");
  const { charge } = rating;
  expect([nanosToSql(charge.amount), charge.billedS, charge.ratePerMinute]).toEqual([amount, billed, shown]);
});

const anyOctets = fc.oneof(
  fc.integer({ min: 0, max: 5_000_000 }),
  fc.maxSafeInteger().map((n) => Math.abs(n) % 10 ** 13),
);
const anyDataRate = anyPriceTerms.map(({ slots: _, ...terms }) => ({
  ...terms,
  unitS: terms.unitS === 60 ? 1_000_000 : MIB,
  increments: { firstS: terms.increments.firstS * 1_000, nextS: terms.increments.nextS * 100 },
}));

test("octets metered in slices cost what all of them cost at once, by either path", () => {
  fc.assert(
    fc.property(anyDataRate, fc.array(anyOctets, { minLength: 1, maxLength: 6 }), (rate, reports) => {
      const tariff = tariffOf("data", rate);
      const opening = openCall(tariff, GROUP, AT);
      if (opening.kind !== "open") return;
      const rising = reports.toSorted((a, b) => a - b);
      let metering: ReturnType<typeof meterSlice> | null = null;
      for (const talkedS of rising) metering = meterSlice(opening, metering?.reading ?? null, { talkedS });
      const talkedS = rising.at(-1) ?? 0;
      const whole = rateOpened(opening, { talkedS });
      expect(metering?.charge).toEqual(whole);
      expect(rateExactly(opening, { talkedS })).toEqual(whole);
      const explained = explainCall(tariff, { called: GROUP, answeredAt: AT, talkedS });
      expect(explained.kind === "rated" && explained.charge.amount).toBe(whole.amount);
    }),
  );
});
