/** How a switch writes durations. `mm:ss` and `hh:mm:ss` take any number of digits in their first part. */
// biome-ignore format: one list, read as one
export const DURATION_UNITS = [
  "s", "tenths", "hundredths", "ms", "us", "minutes", "mm:ss", "hh:mm:ss", "h m s",
] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];

/** Longest duration read, in milliseconds: far beyond any call, far below where whole milliseconds stop being exact. */
const MS_MAX = 1e14;

/**
 * Milliseconds of a duration's text; undefined when it is none. Decimals are exact down to the millisecond, and what is
 * finer is cut off: no binary fraction is involved. A comma may stand for the decimal point.
 */
export function parseDuration(text: string, unit: DurationUnit): number | undefined {
  const isNegative = text.startsWith("-");
  const digits = isNegative ? text.slice(1) : text;
  const ms = durationMs(digits, unit);
  if (ms === undefined || ms > MS_MAX) return undefined;
  return isNegative && ms !== 0 ? -ms : ms;
}

function durationMs(text: string, unit: DurationUnit): number | undefined {
  if (unit === "h m s") return spokenMs(text);
  return unit === "mm:ss" || unit === "hh:mm:ss" ? sexagesimalMs(text, unit) : decimalMs(text, unit);
}

const SPOKEN =
  /^(?:(\d{1,9}) ?h(?:(?:ou)?rs?)?)? ?(?:(\d{1,9}) ?m(?:in(?:ute)?s?)?)? ?(?:([\d.,]{1,18}) ?s(?:ec(?:ond)?s?)?)?$/i;

/** "1h2m3.5s", "5m", "00h02m10s", "1 hr 2 min 3 sec": each part with its unit, and at least one of them. */
function spokenMs(text: string): number | undefined {
  const match = SPOKEN.exec(text);
  if (match === null || text === "") return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  const secondsMs = decimalMs(seconds, "s");
  return secondsMs === undefined ? undefined : Number(hours) * 3_600_000 + Number(minutes) * 60_000 + secondsMs;
}

function decimalMs(text: string, unit: Exclude<DurationUnit, "mm:ss" | "hh:mm:ss" | "h m s">): number | undefined {
  const point = pointIn(text);
  const whole = wholeNumber(point < 0 ? text : text.slice(0, point));
  if (whole === undefined) return undefined;
  const fraction = point < 0 ? "" : text.slice(point + 1);
  if (fraction !== "" && wholeNumber(fraction) === undefined) return undefined;
  switch (unit) {
    case "s":
      return whole * 1_000 + thousandths(fraction);
    case "tenths":
      return whole * 100;
    case "hundredths":
      return whole * 10;
    case "ms":
      return whole;
    case "us":
      return Math.floor(whole / 1_000);
    case "minutes":
      // a thousandth of a minute is 60 ms, a millionth 0.06 ms
      return whole * 60_000 + Math.floor((Number(fraction.padEnd(6, "0").slice(0, 6)) * 60_000) / 1e6);
    default:
      return unit satisfies never;
  }
}

/** After the first part, two digits each and less than 60: "1:3" was cut off, or is no minutes and seconds. */
function sexagesimalMs(text: string, unit: "mm:ss" | "hh:mm:ss"): number | undefined {
  const parts = text.split(":");
  if (parts.length !== (unit === "mm:ss" ? 2 : 3)) return undefined;
  const last = parts.length - 1;
  let ms = 0;
  for (const [index, part] of parts.entries()) {
    const partMs = index === last ? decimalMs(part, "s") : secondsMs(wholeNumber(part));
    if (partMs === undefined || (index > 0 && (partMs >= 60_000 || !hasTwoDigits(part)))) return undefined;
    ms = ms * 60 + partMs;
  }
  return ms;
}

const secondsMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1_000;
const hasTwoDigits = (part: string): boolean => part.length === 2 || pointIn(part) === 2;

function pointIn(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? text.indexOf(",") : point;
}

const thousandths = (fraction: string): number => (fraction === "" ? 0 : Number(fraction.padEnd(3, "0").slice(0, 3)));

/** Value of 1 to 18 digits; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > 18) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
