import { expect, test } from "vitest";
import { compareTotals, type TotalsTolerance } from "./switch-totals.ts";

const NONE: TotalsTolerance = { calls: 0, talkedS: 0, percent: 0 };
const COUNTED = { calls: 1_000, answered: 600, talkedS: 60_000 };

test.each<[object, TotalsTolerance, [string, number, boolean][], string]>([
  // stated  tolerance  [figure, difference, tolerated]  why
  [{ calls: 1_000, answered: 600, talkedS: 60_000 }, NONE, [], "they agree"],
  [{ calls: 1_003 }, NONE, [["calls", 3, false]], "three are missing"],
  [{ calls: 997 }, NONE, [["calls", -3, false]], "three too many: one file under two sources?"],
  [{ talkedS: 60_002 }, { ...NONE, talkedS: 2 }, [["talkedS", 2, true]], "seconds have their own tolerance"],
  [{ calls: 1_001 }, { ...NONE, talkedS: 2 }, [["calls", 1, false]], "which is not that of calls"],
  [{ talkedS: 60_060 }, { ...NONE, percent: 0.1 }, [["talkedS", 60, true]], "a thousandth"],
  [{ talkedS: 60_061 }, { ...NONE, percent: 0.1 }, [["talkedS", 61, false]], "a little more"],
])("%j within %j: %j (%s)", (stated, tolerance, expected) => {
  const differences = compareTotals({ calls: null, answered: null, talkedS: null, ...stated }, COUNTED, tolerance);
  expect(differences.map(({ figure, difference, isTolerated }) => [figure, difference, isTolerated])).toEqual(expected);
});
