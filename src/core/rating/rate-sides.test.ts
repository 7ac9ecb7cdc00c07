import { expect, test } from "vitest";
import { type Currency, parseCurrency } from "../money/currency.ts";
import { parseDecimal } from "../money/decimal.ts";
import { exchangeTable } from "../money/exchange.ts";
import { formatFraction } from "../money/fraction.ts";
import { nanosFromSql, nanosToSql } from "../money/nanos.ts";
import { parseE164 } from "../numbering/number.ts";
import { type CompiledTariff, compileTariff } from "../tariff/compiled-tariff.ts";
import { epochMs } from "../time/epoch.ts";
import { rateSides, type Side } from "./rate-sides.ts";
import { longestTalkOfChain } from "./talk-time.ts";

const USD = parseCurrency("USD")!;
const EUR = parseCurrency("EUR")!;

/** A tariff that has one price a minute at 60/60, for calls to 44. */
function perMinute(tariffId: string, price: string, currency: Currency = USD): CompiledTariff {
  const rate = {
    prefix: "44",
    destination: "United Kingdom",
    blocked: false,
    ratePerUnit: parseDecimal(price)!,
    unitS: 60,
    increments: { firstS: 60, nextS: 60 },
    slots: [],
    connectFee: parseDecimal("0")!,
    minimumS: 0,
    freeS: 0,
    minimumCost: null,
    maximumCost: null,
    window: null,
    effectiveFrom: epochMs(0),
    effectiveTo: null,
  };
  const terms = {
    currency,
    timeZone: "UTC",
    incrementBase: "after-initial" as const,
    decimals: 4,
    rounding: "half-up" as const,
    windowCrossing: "split" as const,
    reprice: "at-answer" as const,
    windows: [],
  };
  return compileTariff({ tariffId, number: 1, terms, rates: [rate], derivation: null });
}

const side = (kind: Side["kind"], tariff: CompiledTariff, currency: Currency = USD): Side => {
  return { kind, accountId: tariff.tariffId, tariff, currency };
};
const called = parseE164("4412345")!;
/** 23:30 UTC on 2 March: half past midnight on the 3rd in Berlin. */
const answeredAt = epochMs(Temporal.Instant.from("2026-03-02T23:30:00Z").epochMilliseconds);

test("every side of a call has its own price, in its account's currency by the rate of the day it was answered", () => {
  const published = [
    { base: EUR, quote: USD, rate: parseDecimal("1.25")!, effectiveDate: "2026-03-02" },
    { base: EUR, quote: USD, rate: parseDecimal("1.28")!, effectiveDate: "2026-03-03" },
  ];
  const table = exchangeTable(published, { pivot: EUR, ageDaysMax: 7 });
  const sides = [
    side("cost", perMinute("vendor", ".010", EUR), USD),
    side("reseller", perMinute("reseller", ".02")),
    side("customer", perMinute("customer", ".03"), EUR),
  ];
  const rated = rateSides({ called, answeredAt, talkedS: 61 }, sides, { table, timeZone: "Europe/Berlin" });
  const said = rated.map(({ outcome }) => {
    if (outcome.kind !== "rated") return outcome.kind;
    const rate = outcome.conversion && formatFraction(outcome.conversion.rate);
    return [nanosToSql(outcome.charge.amount), nanosToSql(outcome.amount), rate];
  });
  expect(said).toEqual([
    ["0.02", "0.0256", "32/25"],
    ["0.04", "0.04", null],
    ["0.06", "0.0469", "25/32"],
  ]);
});

test("a side that can't be priced says why and stops no other", () => {
  const sides = [side("cost", perMinute("vendor", ".01", EUR), USD), side("customer", perMinute("customer", ".03"))];
  const elsewhere = parseE164("3312345")!;
  const [noExchange, customer] = rateSides({ called, answeredAt, talkedS: 60 }, sides, null);
  expect([noExchange?.outcome.kind, customer?.outcome.kind]).toEqual(["no-conversion", "rated"]);
  const [, noRate] = rateSides({ called: elsewhere, answeredAt, talkedS: 60 }, sides, null);
  expect(noRate?.outcome.kind).toBe("no-rate");
});

test.each<[string, string, string, number, string]>([
  // customer reseller operator  talk  why
  ["1", "1", "1", 1_500, "the customer's price is the highest"],
  ["1", "0.1", "1", 240, "the reseller's wallet is nearly empty: four steps at its own price of .025"],
  ["1", "1", "0", 0, "any level without money refuses the call"],
])("a chain with %s, %s and %s talks as long as all can pay: %s", (customer, reseller, top, expected) => {
  const levels = [
    { name: "customer", tariff: perMinute("customer", ".04"), balance: nanosFromSql(customer) },
    { name: "reseller", tariff: perMinute("reseller", ".025"), balance: nanosFromSql(reseller) },
    { name: "top", tariff: perMinute("top", ".01"), balance: nanosFromSql(top) },
  ];
  const { answer } = longestTalkOfChain(levels, { called, answeredAt, capS: 7_200 });
  expect(answer.kind === "talk-time" && answer.talkS).toBe(expected);
});
