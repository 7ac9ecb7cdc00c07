/**
 * Seconds to wait before each try: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; together three days
 * and a half. Source: Standard Webhooks, its suggested schedule.
 */
const DELAYS_S = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** Up to so much of a delay is added, so that what failed together does not come back together. */
const JITTER = 0.1;
const JITTER_STEPS = 0x1000;

/**
 * Seconds until the next try after so many that failed; null: it is given up. `deliveryId` decides the jitter: its last
 * digits are random.
 */
export function retryAfterS(tries: number, deliveryId: string): number | null {
  const delayS = DELAYS_S[tries];
  if (delayS === undefined) return null;
  const share = Number.parseInt(deliveryId.slice(-3), 16) / JITTER_STEPS;
  return delayS * (1 + JITTER * share);
}

/** How often a message is tried. */
export const TRIES_MAX = DELAYS_S.length;
