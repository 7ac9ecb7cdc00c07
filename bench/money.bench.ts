import { parseDecimal, roundDecimal } from "../src/core/money/decimal.ts";
import { bench } from "./bench.ts";

/**
 * Rates as a deck holds them, read from text and rounded to four decimals: what importing one cell costs in exact
 * arithmetic. Floor: 200,000/s, else 200,000 rows of a deck spend more than a second on their rates.
 */
bench("money: read and round a rate", { smoke: 1_000, full: 1_000_000, unit: "rates", floor: 200_000 }, (n) => {
  let seed = 42;
  let checksum = 0n;
  for (let i = 0; i < n; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes LCG
    const rate = parseDecimal(`0.${String(seed % 1_000_000).padStart(6, "0")}`);
    if (rate === undefined) throw new Error("a plain decimal was not read");
    const { units, scale } = roundDecimal(rate, 4, "half-up");
    checksum += units * 10n ** BigInt(4 - scale);
  }
  return checksum;
});
