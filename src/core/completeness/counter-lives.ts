/** Records may be written this far out of the order of their numbers, because long calls end late. */
const DISORDER_MAX = 100;

/**
 * Whether a counter that had reached `reached` has begun again when `number` comes: it fell by more than half of what
 * it had counted to, and by more than disorder explains. A counter that restarts again and again before it reaches 100
 * is not noticed: then nothing is reported missing that was not there.
 */
export const hasRestarted = (reached: number, number: number): boolean =>
  reached - number > Math.max(DISORDER_MAX, reached / 2);

/**
 * Cuts what a counter that begins anew with its switch counted into its lives, by time. What has no time of its own
 * goes with what came before it.
 */
export function splitLives<Run extends { readonly first: number; readonly last: number; readonly at: number }>(
  runs: readonly Run[],
): readonly (readonly Run[])[] {
  const lives: Run[][] = [];
  let reached = -1;
  for (const run of [...runs].sort((a, b) => a.at - b.at || a.first - b.first)) {
    if (lives.length === 0 || hasRestarted(reached, run.last)) {
      lives.push([]);
      reached = -1;
    }
    lives.at(-1)?.push(run);
    reached = Math.max(reached, run.last);
  }
  return lives;
}
