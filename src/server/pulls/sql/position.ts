/**
 * A place in a table by its cursor column: the number itself, or the microseconds since 1970 of a time as it stands
 * there, whatever zone that is of. Only compared with others of its column.
 */
export type Position = bigint;

export const CURSOR_KINDS = ["number", "time"] as const;
/** `number`: an id, or seconds since 1970; `time`: a column of dates with times. */
export type CursorKind = (typeof CURSOR_KINDS)[number];

const US_PER_S = 1_000_000n;
const US_PER_MS = 1_000n;

/** A whole number, or one with decimals, which count as cut off. */
const NUMBER = /^(-?\d{1,20})(?:\.\d*)?$/;
const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** The position that a cursor column's text stands for; undefined when it is none. */
export function parsePosition(kind: CursorKind, text: string): Position | undefined {
  if (kind === "number") {
    const whole = NUMBER.exec(text)?.[1];
    return whole === undefined ? undefined : BigInt(whole);
  }
  const [, date, time] = TIME.exec(DATE.test(text) ? `${text} 00:00` : text) ?? [];
  if (date === undefined) return undefined;
  try {
    const at = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime("UTC");
    return at.epochNanoseconds / 1_000n;
  } catch {
    return undefined; // 2026-02-30, and MySQL's 0000-00-00
  }
}

/** The text by which a database compares its cursor column with a position. */
export function positionText(kind: CursorKind, position: Position): string {
  if (kind === "number") return String(position);
  const ms = position / US_PER_MS;
  const us = position - ms * US_PER_MS;
  const at = Temporal.Instant.fromEpochMilliseconds(Number(ms)).toZonedDateTimeISO("UTC").toPlainDateTime();
  return `${at.toString({ fractionalSecondDigits: 3 }).replace("T", " ")}${String(us).padStart(3, "0")}`;
}

/** The position from which on rows are read again: `overlap` is a count of numbers, or seconds of a time. */
export const overlapStart = (kind: CursorKind, position: Position, overlap: number): Position =>
  position - BigInt(overlap) * (kind === "time" ? US_PER_S : 1n);

/**
 * Where a pull has come to when it has read rows at `positions`, in their order. It never goes back, and rows after
 * `latest`, which have a clock that is ahead, do not take it on: those from now until then would be passed over.
 */
export function advanced(
  present: Position | null,
  positions: readonly Position[],
  latest: Position | null,
): Position | null {
  const reached = latest === null ? positions.at(-1) : positions.findLast((position) => position <= latest);
  if (reached === undefined) return present;
  return present !== null && present > reached ? present : reached;
}
