import { expect, test } from "vitest";
import type { Currency } from "../../core/money/currency.ts";
import type { ChargingAnswer } from "../charging/charging-request.ts";
import { dialplanAnswer } from "./dialplan-answer.ts";

const GRANTED = { kind: "granted", talkS: 90, usedS: 0, isLast: true, limitedBy: "balance" } as const;
const left = { amount: "1.50", currency: "EUR" as Currency };

test.each<[ChargingAnswer, number, readonly string[], string]>([
  // answer, warning, variables, why
  [GRANTED, 0, ["TOLLWRIGHT_LEG=7", "TOLLWRIGHT_MS=90000", "TOLLWRIGHT_RESULT=granted"], "who pays is trusted"],
  [
    { ...GRANTED, left, lowAtS: 60 },
    30,
    [
      ...["TOLLWRIGHT_LEG=7", "TOLLWRIGHT_MS=90000", "TOLLWRIGHT_LEFT=1.50 EUR", "TOLLWRIGHT_WARNING_MS=30000"],
      "TOLLWRIGHT_RESULT=granted",
    ],
    "30 s before the end the balance gets low: Dial plays its warning when so much is left",
  ],
  [
    { ...GRANTED, left, isLow: true },
    0,
    [
      ...["TOLLWRIGHT_LEG=7", "TOLLWRIGHT_MS=90000", "TOLLWRIGHT_LEFT=1.50 EUR", "TOLLWRIGHT_LOW=1"],
      "TOLLWRIGHT_RESULT=granted",
    ],
    "it is low already: the dialplan says so before it dials",
  ],
])("%j warns %i s before the end, with %j (%s)", (answer, warningS, variables) => {
  const told = dialplanAnswer(answer, "7");
  expect(told).toMatchObject({ refusal: null, talkS: 90, warningS });
  expect(told.variables.map(([name, value]) => `${name}=${value}`)).toEqual(variables);
});
