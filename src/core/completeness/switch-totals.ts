/** What a switch says it has counted, or what we have of it; null where it does not say. */
export interface Totals {
  readonly calls: number | null;
  readonly answered: number | null;
  readonly talkedS: number | null;
}

/** How much totals may differ before somebody is called. */
export interface TotalsTolerance {
  readonly calls: number;
  readonly talkedS: number;
  /** Of what the switch says, for every figure; the greater tolerance of the two holds. */
  readonly percent: number;
}

/** One figure of the two sides. */
export interface TotalsDifference {
  readonly figure: keyof Totals;
  readonly stated: number;
  readonly counted: number;
  /** stated − counted: above 0, something is missing here. */
  readonly difference: number;
  readonly isTolerated: boolean;
}

const FIGURES = ["calls", "answered", "talkedS"] as const;

/** Compares each figure that the switch states; those that agree are not listed. */
export function compareTotals(
  stated: Totals,
  counted: { readonly [Figure in keyof Totals]: number },
  tolerance: TotalsTolerance,
): readonly TotalsDifference[] {
  return FIGURES.flatMap((figure) => {
    const said = stated[figure];
    if (said === null || said === counted[figure]) return [];
    const difference = said - counted[figure];
    const most = Math.max(figure === "talkedS" ? tolerance.talkedS : tolerance.calls, (said * tolerance.percent) / 100);
    return [{ figure, stated: said, counted: counted[figure], difference, isTolerated: Math.abs(difference) <= most }];
  });
}
