import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPriceTerms } from "../../../test/support/any-rating.ts";
import { parseCurrency } from "../money/currency.ts";
import { nanos } from "../money/nanos.ts";
import type { E164 } from "../numbering/number.ts";
import { openCall } from "../rating/opening.ts";
import { rateOpened } from "../rating/rate-call.ts";
import { compileTariff } from "../tariff/compiled-tariff.ts";
import type { TariffTerms } from "../tariff/tariff.ts";
import { epochMs } from "../time/epoch.ts";
import { grantTalk } from "./grant.ts";

const TERMS: TariffTerms = {
  ...{ currency: parseCurrency("EUR")!, service: "data", timeZone: "UTC", incrementBase: "after-initial", decimals: 9 },
  ...{ rounding: "half-up", windowCrossing: "at-answer", reprice: "at-answer", windows: [] },
};
const PETABYTE = 10 ** 15;

test("a grant of octets is the last one that its money pays for", () => {
  const anyOctets = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((n) => n * 1_000);
  fc.assert(
    fc.property(anyPriceTerms, fc.bigInt(0n, 50_000_000_000n), anyOctets, (price, money, wantedS) => {
      const rate = {
        ...{ prefix: "", destination: "everywhere", blocked: false, window: null },
        ...{ ...price, slots: [], unitS: 1_000_000, maximumCost: null, effectiveFrom: epochMs(0), effectiveTo: null },
      };
      const tariff = compileTariff({ tariffId: "t", number: 1, terms: TERMS, rates: [rate], derivation: null });
      const opening = openCall(tariff, "0000000010" as E164, epochMs(0));
      if (opening.kind !== "open") throw new Error("there is a rate for everything");
      const costOf = (talkedS: number) => rateOpened(opening, { talkedS }).amount;
      const level = { accountId: "a", available: nanos(money), mostS: PETABYTE, costOf };
      const { talkS } = grantTalk([level], { usedS: 0, wantedS, capS: PETABYTE });
      if (talkS > 0) expect(costOf(talkS)).toBeLessThanOrEqual(money);
      if (talkS < wantedS) expect(costOf(talkS + 1)).toBeGreaterThan(money);
    }),
  );
});
