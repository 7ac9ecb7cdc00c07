/** How guessing is slowed down. */
export interface Throttle {
  /** Failures in a row that cost nothing: people mistype. */
  readonly freeFailures: number;
  /** The longest wait. */
  readonly waitSMax: number;
  /** Failures are forgotten once the last of them is older than this. */
  readonly forgottenAfterS: number;
}

/**
 * Seconds until the next try, after so many failures in a row: 1, 2, 4, … once the free ones are used up. There is no
 * last try: whoever waits may go on, so that nobody can shut somebody else out for good.
 */
export const waitAfter = (failures: number, { freeFailures, waitSMax }: Throttle): number =>
  failures <= freeFailures ? 0 : Math.min(2 ** Math.min(failures - freeFailures - 1, 30), waitSMax);
