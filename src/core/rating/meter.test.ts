import { expect, test } from "vitest";
import { parseCurrency } from "../money/currency.ts";
import { parseDecimal } from "../money/decimal.ts";
import { formatFraction, parseFraction } from "../money/fraction.ts";
import { nanosToSql } from "../money/nanos.ts";
import { parseE164 } from "../numbering/number.ts";
import { compileTariff } from "../tariff/compiled-tariff.ts";
import type { TariffTerms } from "../tariff/tariff.ts";
import { epochMs } from "../time/epoch.ts";
import { meterSlice } from "./meter.ts";
import { openCall } from "./opening.ts";
import { rateCall } from "./rate-call.ts";

const called = parseE164("4412345")!;
const answeredAt = epochMs(1_772_445_600_000);

/** Version `number` of a tariff with one rate: a price a minute at 1/1, and a connection fee. */
function version(number: number, perMinute: string, connectFee: string, reprice: TariffTerms["reprice"]) {
  const terms: TariffTerms = {
    currency: parseCurrency("USD")!,
    timeZone: "UTC",
    incrementBase: "after-initial",
    decimals: 4,
    rounding: "half-up",
    windowCrossing: "split",
    reprice,
    windows: [],
  };
  const rate = {
    prefix: "44",
    destination: "United Kingdom",
    blocked: false,
    ratePerUnit: parseDecimal(perMinute)!,
    unitS: 60,
    increments: { firstS: 1, nextS: 1 },
    slots: [],
    connectFee: parseDecimal(connectFee)!,
    minimumS: 0,
    freeS: 0,
    minimumCost: null,
    maximumCost: null,
    window: null,
    effectiveFrom: epochMs(0),
    effectiveTo: null,
  };
  return compileTariff({ tariffId: "retail", number, terms, rates: [rate], derivation: null });
}

test.each<["at-answer" | "at-next-slice", string, number, string]>([
  // reprice        charge  version  why
  ["at-answer", "0.21", 1, "the version at answer prices the whole call"],
  ["at-next-slice", "0.41", 2, "the new version prices the seconds after the slice; the fee stays the old one's"],
])("a version published during a call (%s): %s by version %i (%s)", (reprice, amount, tariffVersion) => {
  const opening = openCall(version(1, ".10", ".01", reprice), called, answeredAt);
  if (opening.kind !== "open") throw new Error("44 has a rate");
  const newer = version(2, ".30", ".99", reprice);
  const first = meterSlice(opening, null, { talkedS: 60 });
  expect([nanosToSql(first.charge.amount), first.charge.tariffVersion]).toEqual(["0.11", 1]);
  const second = meterSlice(opening, first.reading, { talkedS: 120, current: newer });
  expect([nanosToSql(second.charge.amount), second.charge.tariffVersion]).toEqual([amount, tariffVersion]);
});

test("a reading survives being stored as text between slices", () => {
  const tariff = version(1, ".07", "0", "at-answer");
  const opening = openCall(tariff, called, answeredAt);
  if (opening.kind !== "open") throw new Error("44 has a rate");
  const { reading } = meterSlice(opening, null, { talkedS: 31 });
  const stored = JSON.stringify({ ...reading, sum: formatFraction(reading.sum) });
  const { sum, ...restored } = JSON.parse(stored);
  const { charge } = meterSlice(opening, { ...restored, sum: parseFraction(sum)! }, { talkedS: 100 });
  const whole = rateCall(tariff, { called, answeredAt, talkedS: 100 });
  expect(whole).toEqual({ kind: "rated", charge });
});

test.each<[number, string]>([
  [-1, "a negative duration is quarantined by mediation"],
  [1.5, "milliseconds are rounded by the source's duration rule first"],
  [Number.NaN, "no number at all"],
])("a talk time of %d is a bug (%s)", (talkedS) => {
  const tariff = version(1, ".07", "0", "at-answer");
  expect(() => rateCall(tariff, { called, answeredAt, talkedS })).toThrow("talkedS is whole seconds");
});

test("the talk time of a call does not go back", () => {
  const opening = openCall(version(1, ".07", "0", "at-answer"), called, answeredAt);
  if (opening.kind !== "open") throw new Error("44 has a rate");
  const { reading } = meterSlice(opening, null, { talkedS: 60 });
  expect(() => meterSlice(opening, reading, { talkedS: 59 })).toThrow("does not go back");
});
