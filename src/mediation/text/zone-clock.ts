import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { localToUtc, nextTransition, utcOffsetMs, type Zone } from "../../core/time/zone.ts";

/** No zone is further from UTC. */
const OFFSET_MS_MAX = 16 * 3_600_000;

const OTHER_FOLD = { earlier: "later", later: "earlier" } as const;

/**
 * Reads a source's local times. Keeps the offset of the day it read last, because records come in order: days on which
 * clocks change take the slow path, all others one subtraction.
 */
export class ZoneClock {
  readonly zone: Zone;
  /** Of a time that clocks showed twice, the instant that the last {@link toUtc} did not choose; null for others. */
  otherMs: EpochMs | null = null;
  readonly #fold: "earlier" | "later";
  #steadyFrom = 0;
  #steadyUntil = 0;
  #offsetMs = 0;

  constructor(zone: Zone, fold: "earlier" | "later") {
    this.zone = zone;
    this.#fold = fold;
  }

  /**
   * The instant at which the clock showed a civil time (given as if it were UTC); null when it never did, because
   * clocks were put forward over it. A time shown twice is read as the source's `fold` says.
   */
  toUtc(localMs: number): EpochMs | null {
    this.otherMs = null;
    if (localMs >= this.#steadyFrom && localMs < this.#steadyUntil) return epochMs(localMs - this.#offsetMs);
    const dayStart = Math.floor(localMs / DAY_MS) * DAY_MS;
    const before = dayStart - OFFSET_MS_MAX;
    if (nextTransition(this.zone, before) > dayStart + DAY_MS + OFFSET_MS_MAX) {
      this.#offsetMs = utcOffsetMs(this.zone, before);
      this.#steadyFrom = dayStart;
      this.#steadyUntil = dayStart + DAY_MS;
      return epochMs(localMs - this.#offsetMs);
    }
    const civil = civilOf(localMs);
    const reading = localToUtc(this.zone, civil, this.#fold);
    if (reading.kind === "gap") return null;
    if (reading.ambiguous) this.otherMs = localToUtc(this.zone, civil, OTHER_FOLD[this.#fold]).at;
    return reading.at;
  }
}

function civilOf(localMs: number) {
  const at = new Date(localMs);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    ms: at.getUTCMilliseconds(),
  };
}
