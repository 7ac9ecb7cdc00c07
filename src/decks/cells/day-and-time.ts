import { epochMs, toInstant } from "../../core/time/epoch.ts";
import { type Cell, cellText } from "../table/table.ts";
import { isImmediate, isZeroDate, serialDate } from "./dates.ts";

/**
 * A date and the time of day from a column of its own as one cell. Without a date, or without a time, that is the
 * date's cell as it is; a date that has another time already makes a text that is no date.
 */
export function dayAndTime(day: Cell, time: Cell): Cell {
  const clock = clockText(time);
  if (/^-?$/.test(clock) || isImmediate(clock)) return day;
  const text = dayText(day);
  return !/\d/.test(text) || isZeroDate(text) ? day : `${text} ${clock}`;
}

function dayText(day: Cell): string {
  const serial = typeof day !== "string" && day.kind === "date" ? day.serial : Number.NaN;
  const at = Number.isInteger(serial) ? serialDate(serial, "UTC") : undefined;
  return at === undefined ? cellText(day).replace(/[T ]00:00(:00)?$/, "") : toInstant(at).toString().slice(0, 10);
}

/** A sheet has times of day as fractions of a day. */
function clockText(time: Cell): string {
  if (typeof time === "string") return time;
  const days = time.kind === "date" ? time.serial : time.kind === "number" ? time.value : Number.NaN;
  if (!(days >= 0 && days < 1)) return time.text;
  const secondOfDay = Math.floor(days * 86_400 + 0.5);
  return toInstant(epochMs(secondOfDay * 1_000))
    .toString()
    .slice(11, 19);
}
