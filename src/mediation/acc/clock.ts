import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { isZone } from "../../core/time/zone.ts";
import type { DecoderSettings } from "../decoder.ts";
import { parseDuration } from "../text/duration-text.ts";
import { ISO_8601, TimestampPattern } from "../text/timestamp-pattern.ts";
import { ZoneClock } from "../text/zone-clock.ts";

/**
 * Reads times as the SIP servers write them: epoch seconds (perhaps with a fraction), or "2026-03-02 10:15:13" in the
 * source's zone unless an offset follows.
 */
export class AccClock {
  readonly #zone: ZoneClock;
  readonly #pattern: TimestampPattern;

  /**
   * Of a local time that clocks showed twice, the instant that the last {@link read} did not choose; null for
   * others.
   */
  otherMs: EpochMs | null = null;

  constructor({ timeZone, fold }: Pick<DecoderSettings, "timeZone" | "fold">) {
    invariant(isZone(timeZone), `a source's zone is checked when it is set, got "${timeZone}"`);
    this.#zone = new ZoneClock(timeZone, fold);
    const pattern = TimestampPattern.compile(ISO_8601);
    invariant(!("fault" in pattern), "ISO 8601 is a pattern");
    this.#pattern = pattern;
  }

  /** The instant, or a reject that names the column. */
  read(column: string, text: string): EpochMs | Reject {
    this.otherMs = null;
    // Nine digits reach back to 1973; what is shorter is no time.
    if (/^\d{9,10}(?:\.\d+)?$/.test(text)) return epochMs(parseDuration(text, "s") as number);
    if (!this.#pattern.match(text)) return timeInvalid(column, text);
    const { localMs, offsetMs } = this.#pattern;
    if (offsetMs !== null) return epochMs(localMs - offsetMs);
    const at = this.#zone.toUtc(localMs);
    this.otherMs = this.#zone.otherMs;
    return at ?? localTimeGap(column, text, this.#zone.zone);
  }
}

const timeInvalid = (column: string, text: string): Reject => ({
  code: "time-invalid",
  what: `The column ${column} holds "${text.slice(0, 80)}", which is no time.`,
  fix: 'Use epoch seconds or "2026-03-02 10:15:13", or correct the order of the columns in the source\'s settings.',
});

const localTimeGap = (column: string, text: string, zone: string): Reject => ({
  code: "local-time-gap",
  what: `The column ${column} holds "${text}", which never was in ${zone}: clocks were put forward over it.`,
  fix: "Check the source's time zone (a server that runs on UTC has no such gap), or correct the time.",
});
