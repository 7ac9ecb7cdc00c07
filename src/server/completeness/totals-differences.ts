import { compareTotals, type TotalsDifference } from "../../core/completeness/switch-totals.ts";
import { counted } from "../../core/counted.ts";
import { toInstant } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { Source } from "../mediation/source.ts";
import { COUNTED_BY } from "./counted-by.ts";
import type { Finding, Period } from "./finding.ts";
import { loadStepCounts, type StatedTotals, type StepCounts } from "./totals-store.ts";

/** Totals of a switch, and what of them is not the same here. */
export interface ComparedTotals extends StatedTotals {
  readonly source: Source;
  readonly differences: readonly TotalsDifference[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Compares what a source's switch said with what is stored. */
export async function compareSource(
  tx: Tx,
  source: Source,
  stated: readonly StatedTotals[],
): Promise<readonly ComparedTotals[]> {
  const compared: ComparedTotals[] = [];
  for (const countedBy of COUNTED_BY) {
    const some = stated.filter((totals) => totals.countedBy === countedBy);
    if (some.length === 0) continue;
    const steps = await loadStepCounts(tx, {
      sourceId: source.id,
      countedBy,
      period: around(some),
      stepMs: stepOf(some),
    });
    for (const totals of some) {
      const differences = compareTotals(totals, countWithin(steps, totals), source.config.completeness.totals);
      compared.push({ ...totals, source, differences });
    }
  }
  return compared;
}

const around = (totals: readonly StatedTotals[]): Period =>
  totals.reduce<Period>(
    (most, { from, until }) => ({
      from: from < most.from ? from : most.from,
      until: until > most.until ? until : most.until,
    }),
    totals[0] as StatedTotals,
  );

/** The longest step that ends with every period. */
function stepOf(totals: readonly StatedTotals[]): number {
  const isWhole = (stepMs: number) => totals.every(({ from, until }) => from % stepMs === 0 && until % stepMs === 0);
  return [HOUR_MS, MINUTE_MS].find(isWhole) ?? 1_000;
}

function countWithin(steps: readonly StepCounts[], { from, until, side, trunk }: StatedTotals) {
  const counted = { calls: 0, answered: 0, talkedS: 0 };
  for (const step of steps) {
    if (step.at < from || step.at >= until || (side !== "" && step[side] !== trunk)) continue;
    counted.calls += step.calls;
    counted.answered += step.answered;
    counted.talkedS += step.talkedS;
  }
  return counted;
}

const FIGURES = { calls: "call", answered: "answered call", talkedS: "second" } as const;

/** One finding for each of the switch's totals that differ by more than is tolerated. */
export function findTotalsFaults(compared: readonly ComparedTotals[]): readonly Finding[] {
  return compared.flatMap(({ source, from, until, side, trunk, differences }): Finding[] => {
    const worst = differences.filter(({ isTolerated }) => !isTolerated);
    if (worst.length === 0) return [];
    const [first, last] = [from, until].map((at) => toInstant(at).toString({ smallestUnit: "second" }));
    const on = side === "" ? "" : ` on ${side} trunk ${trunk}`;
    const texts = worst.map(
      ({ figure, stated, counted: here, difference }) =>
        `${counted(stated, FIGURES[figure])} there, ${here} here (${difference > 0 ? `${difference} missing` : `${-difference} too many`})`,
    );
    return [
      {
        kind: "totals-differ",
        sourceId: source.id,
        source: source.name,
        subject: `${first}/${last} ${side}${trunk}`,
        at: from,
        what: `From ${first} to ${last}${on}: ${texts.join(", ")}.`,
        fix: "Look at missing files and records and at quarantine first; then compare hour by hour, and the moment and zone that the switch counts by.",
        count: Math.max(...worst.map(({ difference }) => Math.abs(difference))),
      },
    ];
  });
}
