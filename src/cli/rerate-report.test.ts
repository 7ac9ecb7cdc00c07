import { expect, test } from "vitest";
import type { Currency } from "../core/money/currency.ts";
import { nanos } from "../core/money/nanos.ts";
import type { ReportedSide } from "../server/rerating/report.ts";
import { reportText } from "./rerate-report.ts";

const side = (cause: ReportedSide["cause"], changed: number): ReportedSide => ({
  ...{ account: "bakery", accountId: "a", side: "customer", currency: "EUR" as Currency, cause },
  ...{ looked: 4, changed, was: nanos(120_000_000n), shouldBe: nanos(100_000_000n) },
});

test.each([
  [[side("priced", 2)], 2, "4 calls looked at, 2 would change.", "the price of each call"],
  [[side("in-turn", 3)], 0, "4 calls looked at, 0 would change; 3 charges would change in turn.", "packages only"],
  [
    [side("priced", 2), side("in-turn", 1)],
    2,
    "4 calls looked at, 2 would change; 1 charge would change in turn.",
    "both",
  ],
])("the sum of a preview, case %#", (sides, changed, line) => {
  const text = reportText({ looked: 4, changed, moved: 0, sides, kept: [] }, "would");
  expect(text.filter((one) => typeof one === "string")[0]).toBe(line);
});
