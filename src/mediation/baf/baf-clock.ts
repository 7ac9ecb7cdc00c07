import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { DAY_MS, daysFromCivil, daysInMonth } from "../../core/time/civil-day.ts";
import { isZone } from "../../core/time/zone.ts";
import type { DecoderSettings } from "../decoder.ts";
import { ZoneClock } from "../text/zone-clock.ts";

/** A local time: the instant that is meant, and the other one where clocks showed it twice. */
export interface LocalReading {
  readonly atMs: number;
  readonly otherMs: number | null;
}

/** Where nobody knows when a file came in, as when its format is guessed, years count back from here. */
const LATEST_MS = Date.UTC(2100, 0, 1);

/**
 * Reads a switch's local dates (last digit of the year, month, day) and times (hours, minutes, seconds, tenths). The
 * year is the latest with that digit that is not after the day the file was received, or the day after it: somewhere
 * it may be New Year already.
 */
export class BafClock {
  readonly #zone: ZoneClock;
  readonly #latestYear: number;

  constructor({ timeZone, fold, receivedAt }: Pick<DecoderSettings, "timeZone" | "fold" | "receivedAt">) {
    invariant(isZone(timeZone), `a source's zone is checked when it is set, got "${timeZone}"`);
    this.#zone = new ZoneClock(timeZone, fold);
    this.#latestYear = new Date(Math.min(receivedAt, LATEST_MS) + DAY_MS).getUTCFullYear();
  }

  /** Errors: rejects `time-missing`, `time-invalid`, `local-time-gap`. */
  read(date: string, time: string): LocalReading | Reject {
    if (date === "" || time === "") return timeMissing();
    const year = this.#yearOf(Number(date[0]));
    const [month, day] = [Number(date.slice(1, 3)), Number(date.slice(3, 5))];
    const [hour, minute] = [Number(time.slice(0, 2)), Number(time.slice(2, 4))];
    const [second, tenth] = [Number(time.slice(4, 6)), Number(time[6])];
    const isDay = day >= 1 && day <= (daysInMonth(year, month) ?? 0);
    if (!isDay || hour > 23 || minute > 59 || second > 59) return timeInvalid(date, time);
    const ofDay = hour * 3_600_000 + minute * 60_000 + second * 1_000 + tenth * 100;
    const atMs = this.#zone.toUtc(daysFromCivil(year, month, day) * DAY_MS + ofDay);
    if (atMs === null) return localTimeGap(date, time, this.#zone.zone);
    return { atMs, otherMs: this.#zone.otherMs };
  }

  #yearOf(digit: number): number {
    return this.#latestYear - ((this.#latestYear - digit + 10) % 10);
  }
}

const timeMissing = (): Reject => ({
  code: "time-missing",
  what: "The record has no date or no connect time.",
  fix: "Ask the switch's owner for the time and enter it; the record cannot be billed as it is.",
});

const timeInvalid = (date: string, time: string): Reject => ({
  code: "time-invalid",
  what: `Date ${date} (YMMDD) and time ${time} (HHMMSSt) are none that the calendar has.`,
  fix: "The record was damaged: fetch the file again, or correct the record.",
});

const localTimeGap = (date: string, time: string, zone: string): Reject => ({
  code: "local-time-gap",
  what: `Date ${date} and time ${time} never were in ${zone}: clocks were put forward over them.`,
  fix: "Check the source's time zone (a switch that runs on UTC has no such gap), or correct the time.",
});
