/** How often and how long a request is sent that gets no answer. Durations in milliseconds. Source: RFC 5080 §2.2.1. */
export interface Retransmission {
  /** IRT: the first wait. */
  readonly firstMs: number;
  /** MRT: no wait is much longer. */
  readonly waitMsMax: number;
  /** MRC: how often the request goes out. */
  readonly sendsMax: number;
  /** MRD: it is given up after this time in any case. */
  readonly totalMsMax: number;
}

/** The RFC's own values. */
export const RETRANSMISSION: Retransmission = { firstMs: 2_000, waitMsMax: 16_000, sendsMax: 5, totalMsMax: 30_000 };

/** Waits differ by up to a tenth, so that clients that lost the same packet don't come back together. */
const SPREAD = 0.1;

/**
 * How long to wait for an answer to the next sending; undefined: it is given up.
 *
 * `random`: a number from 0 up to 1.
 */
export function nextWaitMs(
  sent: { readonly times: number; readonly lastWaitMs: number; readonly totalMs: number },
  random: number,
  { firstMs, waitMsMax, sendsMax, totalMsMax }: Retransmission,
): number | undefined {
  if (sent.times >= sendsMax || sent.totalMs >= totalMsMax) return undefined;
  const spread = SPREAD * (2 * random - 1);
  const wait = sent.times === 0 ? firstMs * (1 + spread) : sent.lastWaitMs * (2 + spread);
  const bounded = wait > waitMsMax ? waitMsMax * (1 + spread) : wait;
  return Math.min(Math.ceil(bounded), totalMsMax - sent.totalMs);
}
