import fc from "fast-check";
import { expect, test } from "vitest";
import { anyAnsweredAt, anyCalled, anyPriceTerms, anyTariffVersion } from "../../../test/support/any-rating.ts";
import { rateNaively } from "../../../test/support/naive-rating.ts";
import { type Decimal, parseDecimal, unitsAt } from "../money/decimal.ts";
import { addFraction, formatFraction, fractionOf, parseFraction } from "../money/fraction.ts";
import { type Nanos, nanos, nanosToSql } from "../money/nanos.ts";
import { divideRounded } from "../money/rounding.ts";
import { compileTariff } from "../tariff/compiled-tariff.ts";
import { epochMs } from "../time/epoch.ts";
import { explainCall } from "./explain.ts";
import { meterSlice } from "./meter.ts";
import { type CallToRate, type Opening, openCall } from "./opening.ts";
import { quoteCall } from "./quote.ts";
import { rateCall, rateExactly, rateOpened } from "./rate-call.ts";
import { longestTalk } from "./talk-time.ts";

// One seed: a failure is the doing of the code, not of luck.
fc.configureGlobal({ seed: 42 });

const anyTalkedS = fc.oneof(fc.integer({ min: 0, max: 900 }), fc.constantFrom(0, 1, 60, 61));
const anyAllowance = fc.record({ leftS: fc.constantFrom(0, 30, 100, 500), paysConnectFee: fc.boolean() });
const anyCall: fc.Arbitrary<CallToRate> = fc
  .record({ called: anyCalled, answeredAt: anyAnsweredAt, talkedS: anyTalkedS, allowance: fc.option(anyAllowance) })
  .map(({ allowance, ...call }) => (allowance ? { ...call, allowance } : call));

/** Calls that have a rate: the opening they start from, and the call. */
const anyOpenedCall = fc
  .tuple(anyTariffVersion, anyCall)
  .map(([version, call]) => ({ opening: openCall(compileTariff(version), call.called, call.answeredAt), call }))
  .filter((pair): pair is typeof pair & { opening: Opening } => pair.opening.kind === "open");

test("a call costs what its steps cost, second by second", () => {
  fc.assert(
    fc.property(anyTariffVersion, anyCall, (version, call) => {
      const rating = rateCall(compileTariff(version), call);
      const { kind } = rating;
      const said = kind === "rated" ? `${nanosToSql(rating.charge.amount)} billed=${rating.charge.billedS}` : kind;
      expect(said).toBe(rateNaively(version, call));
    }),
    { numRuns: 400 },
  );
});

test("slices of any size end at the charge of the whole call", () => {
  fc.assert(
    fc.property(anyOpenedCall, fc.array(fc.integer({ min: 0, max: 300 })), ({ opening, call }, slicesS) => {
      const { allowance, talkedS: wholeS } = call;
      let metering = meterSlice(opening, null, { talkedS: 0, ...(allowance && { allowance }) });
      for (const sliceS of [...slicesS, wholeS]) {
        const { reading } = metering;
        const talkedS = Math.min(wholeS, reading.talkedS + sliceS);
        const leftS = (allowance?.leftS ?? 0) - reading.coveredS;
        metering = meterSlice(opening, reading, { talkedS, ...(allowance && { allowance: { ...allowance, leftS } }) });
      }
      expect(metering.charge).toEqual(rateOpened(opening, call));
    }),
    { numRuns: 600 },
  );
});

test("quote = session = CDR, and the explanation adds up to them", () => {
  fc.assert(
    fc.property(anyOpenedCall, ({ opening, call: { called, answeredAt, talkedS } }) => {
      const { tariff } = opening;
      const charge = rateOpened(opening, { talkedS });
      const quote = quoteCall(tariff, { called, answeredAt, lengthsS: [talkedS] });
      expect(quote.kind === "quoted" && quote.charges[0]).toEqual(charge);
      expect(meterSlice(opening, null, { talkedS }).charge).toEqual(charge);
      const explained = explainCall(tariff, { called, answeredAt, talkedS });
      if (explained.kind !== "rated") throw new Error("what is rated is explained");
      const { explanation, ...rest } = explained.charge;
      expect(rest).toEqual(charge);
      const parts = [fractionOf(parseDecimal(explanation.connectFee)!)];
      for (const slice of explanation.slices) parts.push(parseFraction(slice.amount)!);
      expect(formatFraction(parts.reduce(addFraction))).toBe(explanation.unrounded);
      expect(explanation.slices.reduce((sum, slice) => sum + slice.billedS, 0)).toBe(charge.billedS);
    }),
    { numRuns: 600 },
  );
});

test("a charge that shows one rate is that rate times its paid minutes and the fee; one that does not had several", () => {
  const units = (value: Decimal) => unitsAt(value, 18);
  fc.assert(
    fc.property(anyOpenedCall, ({ opening, call }) => {
      const explained = explainCall(opening.tariff, call);
      if (explained.kind !== "rated") throw new Error("what is rated is explained");
      const { ratePerMinute, connectFee, amount, billedS, coveredS, explanation } = explained.charge;
      const paid = explanation.slices.filter((slice) => slice.billedS > slice.coveredS);
      if (ratePerMinute === null) {
        const rates = new Set(paid.map((slice) => `${slice.ratePerUnit}/${slice.unitS}`));
        expect(explanation.bound !== null || rates.size > 1).toBe(true);
        return;
      }
      const paidS = BigInt(billedS - coveredS);
      const shown = (units(parseDecimal(ratePerMinute)!) * paidS) / 60n + units(connectFee);
      const off = amount * 10n ** 9n - shown;
      // Half a unit of the charge's last decimal, and of the rate's ninth where its unit does not divide a minute.
      const offMax = 10n ** BigInt(18 - opening.tariff.terms.decimals) + (10n ** 9n * paidS) / 60n + 1n;
      expect(off <= offMax && -off <= offMax).toBe(true);
    }),
    { numRuns: 600 },
  );
});

test("the path of plain numbers and the exact path agree", () => {
  const anyLong = fc.oneof(anyTalkedS, fc.integer({ min: 0, max: 10 ** 9 }));
  fc.assert(
    fc.property(
      anyPriceTerms,
      fc.integer({ min: 0, max: 9 }),
      anyLong,
      anyTariffVersion,
      (price, decimals, talkedS, v) => {
        const rate = { ...price, slots: [], prefix: "4", destination: "", blocked: false, window: null };
        const rates = [{ ...rate, effectiveFrom: epochMs(0), effectiveTo: null }];
        const tariff = compileTariff({ ...v, rates, terms: { ...v.terms, decimals } });
        const opening = openCall(tariff, "44" as Opening["called"], epochMs(1));
        if (opening.kind !== "open") throw new Error("the only rate is found");
        expect(rateOpened(opening, { talkedS })).toEqual(rateExactly(opening, { talkedS }));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a longer call never costs less", () => {
  fc.assert(
    fc.property(anyOpenedCall, fc.integer({ min: 0, max: 300 }), ({ opening, call }, moreS) => {
      const shorter = rateOpened(opening, call);
      const longer = rateOpened(opening, { ...call, talkedS: call.talkedS + moreS });
      expect(longer.amount >= shorter.amount).toBe(true);
      expect(longer.billedS).toBeGreaterThanOrEqual(shorter.billedS);
    }),
    { numRuns: 600 },
  );
});

test("the talk time for a balance is paid by it, and a second more is not", () => {
  fc.assert(
    fc.property(anyOpenedCall, fc.bigInt(-(10n ** 9n), 3n * 10n ** 9n), ({ opening, call }, balance) => {
      const { tariff, called, answeredAt } = opening;
      const capS = call.talkedS;
      const answer = longestTalk({ tariff, balance: nanos(balance) }, { called, answeredAt, capS });
      if (answer.kind !== "talk-time") throw new Error("what is rated has a talk time");
      const spendable = balance > 0n ? balance : 0n;
      expect(answer.charge.amount <= spendable).toBe(true);
      if (answer.limitedBy === "cap") expect(answer.talkS).toBe(capS);
      if (answer.limitedBy !== "balance") return;
      expect(rateOpened(opening, { talkedS: answer.talkS + 1 }).amount > spendable).toBe(true);
    }),
    { numRuns: 600 },
  );
});

test("a charge is rounded once: it is off the exact sum by less than one unit of its last decimal", () => {
  fc.assert(
    fc.property(anyOpenedCall, ({ opening, call }) => {
      const explained = explainCall(opening.tariff, call);
      if (explained.kind !== "rated" || explained.charge.explanation.bound !== null) return;
      const { amount, explanation } = explained.charge;
      const { numerator, denominator } = parseFraction(explanation.unrounded)!;
      const off = amount * denominator - numerator * 10n ** 9n;
      const unit = 10n ** BigInt(9 - opening.tariff.terms.decimals) * denominator;
      expect(off < unit && -off < unit).toBe(true);
    }),
    { numRuns: 600 },
  );
});

test("counted after the first increment, a call costs what YETI's formula says", () => {
  fc.assert(
    fc.property(anyOpenedCall, anyPriceTerms, anyTalkedS, ({ opening }, price, talkedS) => {
      const plainTerms = { slots: [], minimumS: 0, freeS: 0, minimumCost: null, maximumCost: null };
      const rate = { ...price, ...plainTerms, unitS: 60, prefix: "44", destination: "", blocked: false, window: null };
      const terms = { ...opening.tariff.terms, incrementBase: "after-initial" as const };
      const rates = [{ ...rate, effectiveFrom: epochMs(0), effectiveTo: null }];
      const tariff = compileTariff({ tariffId: "yeti", number: 1, terms, rates, derivation: null });
      const rating = rateCall(tariff, { called: "4412" as Opening["called"], answeredAt: epochMs(1), talkedS });
      expect(rating.kind === "rated" && rating.charge.amount).toBe(yeti(rate, terms, talkedS));
    }),
    { numRuns: 600 },
  );
});

/** connect_fee + first_s·rate/60 + ceil(max(0, d − first_s)/next_s)·next_s·next_rate/60 for d > 0; 0 for d = 0. */
function yeti(
  { connectFee, increments, ratePerUnit }: Pick<Opening["price"]["terms"], "connectFee" | "increments" | "ratePerUnit">,
  { decimals, rounding }: Opening["tariff"]["terms"],
  talkedS: number,
): Nanos {
  if (talkedS === 0) return nanos(0n);
  const { firstS, nextS } = increments;
  const seconds = BigInt(firstS + Math.ceil(Math.max(0, talkedS - firstS) / nextS) * nextS);
  const scale = 10n ** BigInt(ratePerUnit.scale + connectFee.scale);
  const connect = connectFee.units * 10n ** BigInt(ratePerUnit.scale) * 60n;
  const sum = connect + seconds * ratePerUnit.units * 10n ** BigInt(connectFee.scale);
  const unit = 10n ** BigInt(9 - decimals);
  return nanos(divideRounded(sum * 10n ** BigInt(decimals), scale * 60n, rounding) * unit);
}
