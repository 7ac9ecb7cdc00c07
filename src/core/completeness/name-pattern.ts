import { daysFromCivil } from "../time/civil-day.ts";
import { isCivilTime } from "../time/zone.ts";

/** What a pattern finds in a name or a key. */
export interface NameParts {
  /** Tells series apart that are numbered each for itself, as a node's; "" where there is no such part. */
  readonly stream: string;
  readonly number: number | null;
  /** A date and time as written, in minutes since 1970 by the clock on the wall. */
  readonly clockMinutes: number | null;
}

/** A pattern such as "cdr_{stream}_{YYYY}{MM}{DD}{hh}{mm}_{number}", ready to be matched. */
export interface NamePattern {
  readonly hasNumber: boolean;
  readonly hasTime: boolean;
  /** null: the text is not of this pattern. */
  match(text: string): NameParts | null;
}

/** The digits of a number that is still an exact integer. */
const NUMBER_DIGITS_MAX = 15;
/** Parts of any length in one pattern: more would let a long name that does not fit be tried in too many ways. */
const OPEN_PARTS_MAX = 3;
/** Longest text that is matched; file systems have no longer names. */
const TEXT_MAX = 512;

const TIME_DIGITS = { YYYY: 4, MM: 2, DD: 2, hh: 2, mm: 2 } as const;

/**
 * Compiles a pattern: text as it stands, `*` for anything, `{number}` and `{stream}` (of any length, or `{number:5}` of
 * exactly so many characters), and `{YYYY} {MM} {DD} {hh} {mm}`. Answers what is wrong with it as a sentence where it
 * can't be used.
 */
export function compileNamePattern(pattern: string): NamePattern | string {
  const groups = new Set<string>();
  let openParts = 0;
  let source = "";
  for (const [token, part, width] of pattern.matchAll(/\{(\w+)(?::(\d{1,2}))?\}|\*|[^*{]+|\{/g)) {
    if (token === "*") {
      openParts += 1;
      source += ".*?";
    } else if (part === undefined) {
      if (token === "{") return 'A "{" begins no part: write {number}, {stream}, {YYYY}, {MM}, {DD}, {hh} or {mm}.';
      source += token.replace(/[\\^$.|?+()[\]}/]/g, "\\$&");
    } else {
      if (groups.has(part)) return `{${part}} stands twice.`;
      groups.add(part);
      const text = partSource(part, width === undefined ? undefined : Number(width));
      if (text === undefined)
        return `{${part}} is no part: write {number}, {stream}, {YYYY}, {MM}, {DD}, {hh} or {mm}.`;
      if (part === "stream" && width === undefined) openParts += 1;
      source += text;
    }
  }
  if (openParts > OPEN_PARTS_MAX) return `It has more than ${OPEN_PARTS_MAX} parts of any length (* and {stream}).`;
  const hasTime = groups.has("YYYY");
  if (hasTime !== groups.has("MM") || hasTime !== groups.has("DD")) return "A date is {YYYY}, {MM} and {DD} together.";
  if (groups.has("mm") && !groups.has("hh")) return "{mm} are minutes and need {hh}; months are {MM}.";
  if (groups.has("hh") && !hasTime) return "{hh} needs a date: {YYYY}, {MM} and {DD}.";
  const hasNumber = groups.has("number");
  if (!hasNumber && !hasTime) return "It has neither {number} nor a date, so no gap could be seen.";
  const compiled = new RegExp(`^${source}$`, "su");
  return { hasNumber, hasTime, match: (text: string) => match(compiled, text) };
}

function partSource(part: string, width: number | undefined): string | undefined {
  if (part === "stream") return width === undefined ? "(?<stream>.+?)" : `(?<stream>.{${width}})`;
  if (part === "number")
    return `(?<number>\\d{${width === undefined ? `1,${NUMBER_DIGITS_MAX}` : Math.min(width, NUMBER_DIGITS_MAX)}})`;
  const digits = TIME_DIGITS[part as keyof typeof TIME_DIGITS];
  return digits === undefined || width !== undefined ? undefined : `(?<${part}>\\d{${digits}})`;
}

function match(compiled: RegExp, text: string): NameParts | null {
  if (text.length > TEXT_MAX) return null;
  const groups = compiled.exec(text)?.groups;
  if (groups === undefined) return null;
  const clockMinutes = groups.YYYY === undefined ? null : minutesOf(groups);
  if (clockMinutes === undefined) return null;
  return {
    stream: groups.stream ?? "",
    number: groups.number === undefined ? null : Number(groups.number),
    clockMinutes,
  };
}

/** undefined: no date of the calendar. */
function minutesOf(groups: Readonly<Record<string, string | undefined>>): number | undefined {
  const at = (name: string) => Number(groups[name] ?? 0);
  const [year, month, day, hour, minute] = [at("YYYY"), at("MM"), at("DD"), at("hh"), at("mm")];
  if (!isCivilTime({ year, month, day, hour, minute, second: 0, ms: 0 })) return undefined;
  return daysFromCivil(year, month, day) * 1_440 + hour * 60 + minute;
}
