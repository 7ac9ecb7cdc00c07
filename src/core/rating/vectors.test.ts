import { describe, expect, test } from "vitest";
import { readRatingVectors } from "../../../test/support/rating-vectors.ts";
import { parseDecimal } from "../money/decimal.ts";
import { type Nanos, nanosFromDecimal, nanosToSql } from "../money/nanos.ts";
import type { RatedCharge, Unrated } from "./charge.ts";
import { rankByCost } from "./compare-cost.ts";
import { explainCall } from "./explain.ts";
import { meterSlice } from "./meter.ts";
import { type CallToRate, openCall } from "./opening.ts";
import { quoteCall } from "./quote.ts";
import { rateCall, rateExactly } from "./rate-call.ts";
import { longestTalk } from "./talk-time.ts";

const vectors = readRatingVectors();

/** ".0430  billed=66" as the charge says it. */
function describeCharge({ amount, billedS, coveredS }: RatedCharge, expected: string): string {
  const covered = expected.includes("covered=") ? ` covered=${coveredS}` : "";
  return `${nanosToSql(amount)} billed=${billedS}${covered}`;
}

const plainAmount = (text: string): string => nanosToSql(amountOf(text));
const amountOf = (text: string): Nanos => nanosFromDecimal(parseDecimal(text)!, "down");
const normal = (expected: string): string => {
  const [amount = "", ...rest] = expected.split(/\s+/);
  return parseDecimal(amount) ? [plainAmount(amount), ...rest].join(" ") : amount;
};

function outcome(rating: { kind: "rated"; charge: RatedCharge } | Unrated, expected: string): string {
  return rating.kind === "rated" ? describeCharge(rating.charge, expected) : rating.kind;
}

describe("calls", () => {
  test.each(vectors.filter((vector) => vector.kind === "call"))("$title ($why)", ({ tariff, call, expected }) => {
    expect(outcome(rateCall(tariff, call), expected)).toBe(normal(expected));
    expect(outcome(explainCall(tariff, call), expected)).toBe(normal(expected));
    const opening = openCall(tariff, call.called, call.answeredAt);
    if (opening.kind !== "open") return;
    expect(outcome({ kind: "rated", charge: rateExactly(opening, call) }, expected)).toBe(normal(expected));
    for (const sliceS of [1, 7, 60, 3_601]) {
      if (call.talkedS / sliceS > 5_000) continue;
      expect(describeCharge(meteredInSlices(opening, call, sliceS), expected)).toBe(normal(expected));
    }
    if (call.allowance) return;
    const quote = quoteCall(tariff, { ...call, lengthsS: [call.talkedS] });
    if (quote.kind !== "quoted") throw new Error("what is rated is quoted");
    expect(describeCharge(quote.charges[0]!, expected)).toBe(normal(expected));
  });
});

function meteredInSlices(opening: Exclude<ReturnType<typeof openCall>, Unrated>, call: CallToRate, sliceS: number) {
  let metering = meterSlice(opening, null, { talkedS: 0, ...(call.allowance && { allowance: call.allowance }) });
  for (let talkedS = 0; talkedS < call.talkedS; ) {
    talkedS = Math.min(call.talkedS, talkedS + sliceS);
    const leftS = (call.allowance?.leftS ?? 0) - metering.reading.coveredS;
    const allowance = call.allowance && { allowance: { ...call.allowance, leftS } };
    metering = meterSlice(opening, metering.reading, { talkedS, ...allowance });
  }
  return metering.charge;
}

describe("talk time", () => {
  test.each(vectors.filter((vector) => vector.kind === "talk"))("$title ($why)", (vector) => {
    const { tariff, call, capS, expected } = vector;
    const balance = nanosFromDecimal(vector.balance, "down");
    const payer = call.allowance ? { tariff, balance, allowance: call.allowance } : { tariff, balance };
    const answer = longestTalk(payer, { ...call, capS });
    if (answer.kind !== "talk-time") return expect(answer.kind).toBe(expected);
    const { talkS, charge, limitedBy } = answer;
    const [seconds, , cost = "", , limit] = expected.split(/\s+/);
    expect(`${talkS}s costs ${nanosToSql(charge.amount)} by ${limitedBy}`).toBe(
      `${seconds} costs ${plainAmount(cost)} by ${limit}`,
    );
  });
});

describe("least cost", () => {
  test.each(vectors.filter((vector) => vector.kind === "rank"))("$title ($why)", ({ tariffs, call, expected }) => {
    const order = rankByCost(tariffs, call).map(({ offer }) => offer.vendorId);
    expect(order.join()).toBe(expected);
  });
});
