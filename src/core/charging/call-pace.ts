import { invariant } from "../invariant.ts";
import type { CallPace } from "../tenancy/session-limits.ts";

const MICROS = 1_000_000;

/**
 * When the calls so far will have had their turns, once one more begins at `atUs`; null: it would be one too many. A
 * call's turn is `1 / perSecond` seconds long, and turns may be taken ahead for up to `burst` calls (the generic cell
 * rate algorithm, ITU-T I.371 Annex A: a token bucket whose whole state is one time). All are microseconds.
 *
 * Laws, tested: in any stretch of s seconds at most burst + perSecond × s calls begin, whatever order clocks of several
 * processes bring them in; a call that comes once its turn has come is never refused.
 */
export function takeTurn({ perSecond, burst }: CallPace, turnsUntilUs: number, atUs: number): number | null {
  invariant(perSecond > 0 && burst > 0, `a pace lets calls begin, got ${perSecond} a second and ${burst} at once`);
  const turnUs = Math.ceil(MICROS / perSecond); // never more than it says
  if (turnsUntilUs - (burst - 1) * turnUs > atUs) return null;
  return Math.max(turnsUntilUs, atUs) + turnUs;
}
