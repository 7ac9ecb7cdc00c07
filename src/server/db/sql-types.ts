import pg from "pg";
import { invariant } from "../../core/invariant.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";

/**
 * How values of the database arrive here.
 *
 * | SQL                             | here              | why                                                      |
 * |---------------------------------|-------------------|----------------------------------------------------------|
 * | int8, numeric and their arrays  | string            | exact; `nanosFromSql` and BigInt() are the doors          |
 * | timestamptz and its array       | EpochMs           | what the hot paths carry; digits below 1 ms are cut off  |
 * | date, timestamp, interval       | string            | a civil date is no instant; pg would make a local Date   |
 * | int2, int4, float8, bool, jsonb | number, boolean … | pg's defaults                                            |
 *
 * `infinity` arrives as ±Infinity: an open end of an interval compares as it should.
 */
export const sqlTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    const own = format === "binary" ? undefined : PARSERS.get(oid);
    return own ?? pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig["getTypeParser"],
};

const text = (value: string): string => value;
const parserOf = pg.types.getTypeParser as (oid: number, format: "text") => (value: string) => (string | null)[];
const textArray = parserOf(1009, "text"); // text[]
const TIMESTAMPTZ = 1184;

const PARSERS = new Map<number, (value: string) => unknown>([
  [1082, text], // date
  [1114, text], // timestamp
  [1186, text], // interval
  [TIMESTAMPTZ, timestampFromSql],
  [1182, textArray], // date[]
  [1115, textArray], // timestamp[]
  [1187, textArray], // interval[]
  [1231, textArray], // numeric[]: pg would go through a float
  [1185, (value) => textArray(value).map((item) => (item === null ? null : timestampFromSql(item)))], // timestamptz[]
]);

/** A timestamptz as PostgreSQL writes it under TimeZone=UTC and DateStyle=ISO: `2026-03-01 12:00:00.123+00`. */
export function timestampFromSql(value: string): EpochMs {
  if (value === "infinity") return epochMs(Number.POSITIVE_INFINITY);
  if (value === "-infinity") return epochMs(Number.NEGATIVE_INFINITY);
  invariant(value.endsWith("+00"), `sessions run in UTC, got ${value}`);
  const [date, time = ""] = value.slice(0, -"+00".length).split(" ");
  const at = Date.parse(`${date}T${time.slice(0, "00:00:00.000".length)}Z`);
  invariant(Number.isFinite(at), `a timestamp is of the years 0001 to 9999, got ${value}`);
  return epochMs(at);
}

/** An instant as a parameter for a timestamptz, or an element of a timestamptz[]. */
export function timestampToSql(at: EpochMs): string {
  if (at === Number.POSITIVE_INFINITY) return "infinity";
  if (at === Number.NEGATIVE_INFINITY) return "-infinity";
  return Temporal.Instant.fromEpochMilliseconds(at).toString();
}
