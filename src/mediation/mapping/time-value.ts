import type { Reject } from "../../core/reject.ts";
import { isZone } from "../../core/time/zone.ts";
import type { DecoderSettings } from "../decoder.ts";
import { wholeNumber } from "../text/duration-text.ts";
import { ISO_8601, TimestampPattern } from "../text/timestamp-pattern.ts";
import { ZoneClock } from "../text/zone-clock.ts";
import type { Slots, TextReader, TimeReader } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";
import { compileText } from "./text-value.ts";

/** Units of an epoch time per millisecond, as a power of ten: seconds are 10³ ms, microseconds 10⁻³. */
const EPOCHS = { "epoch-s": 3, "epoch-ms": 0, "epoch-us": -3, "gregorian-s": 3 } as const;
/** Seconds from the year 0, where Erlang's calendar begins, to 1970. */
const GREGORIAN_EPOCH_S = 62_167_219_200;
type EpochFormat = keyof typeof EPOCHS;

const UTC_NAMES = ["UTC", "GMT", "Z"] as const;

/** What a time needs to know of its source. */
export type ClockSettings = Pick<DecoderSettings, "timeZone" | "fold">;

/**
 * Compiles an instant: `{ "column" | "columns" | …, "format": …, "zone": …, "zones": {…} }`, or a list of such, of which
 * the first that is not empty counts. A text value (see text-value.ts) whose text `format` reads: `epoch-s`, `epoch-ms`,
 * `epoch-us`, `gregorian-s` (Erlang's), `iso-8601`, or a pattern of {@link TimestampPattern}; a list of them where releases of a switch differ.
 * Local times are read in `zone` (default: the source's); `zones` says what the switch's abbreviations mean, because
 * CST is three zones. An empty text, and epoch 0, is null.
 */
export function compileTime(node: JsonNode, slots: Slots, settings: ClockSettings): TimeReader {
  if (Array.isArray(node.value)) {
    const times = node.list().map((time) => compileTime(time, slots, settings));
    return firstReading(times, (at) => at === null);
  }
  const format = node.get("format");
  if (!Array.isArray(format?.value)) return compileOne(node, slots, settings);
  const ways = format.list().map((way) => node.withValue({ ...(node.value as object), format: way.value }));
  const readers = ways.map((way) => compileOne(way, slots, settings));
  return firstReading(readers, (at) => typeof at === "object" && at?.code === "time-invalid");
}

/** The first reading that is not passed over; else the first one. */
function firstReading(
  readers: readonly TimeReader[],
  isPassedOver: (at: ReturnType<TimeReader["read"]>) => boolean,
): TimeReader {
  const first: TimeReader = {
    otherMs: null,
    read: (fields) => {
      first.otherMs = null;
      let passedOver: ReturnType<TimeReader["read"]> = null;
      for (const reader of readers) {
        const at = reader.read(fields);
        if (!isPassedOver(at)) {
          first.otherMs = reader.otherMs;
          return at;
        }
        passedOver ??= at;
      }
      return passedOver;
    },
  };
  return first;
}

function compileOne(node: JsonNode, slots: Slots, settings: ClockSettings): TimeReader {
  const format = node.need(
    "format",
    `Write epoch-s, epoch-ms, epoch-us, gregorian-s, iso-8601, or a pattern such as "yyyy-MM-dd HH:mm:ss".`,
  );
  const { format: _format, zone: _zone, zones: _zones, ...source } = node.value as Record<string, unknown>;
  const text = compileText(node.withValue(source), slots);
  const name = format.text();
  if (Object.hasOwn(EPOCHS, name)) return epochReader(text, name as EpochFormat);
  const pattern = TimestampPattern.compile(name === "iso-8601" ? ISO_8601 : name);
  if ("fault" in pattern)
    throw format.invalid(
      `"${name}" is no date and time pattern: ${pattern.fault}.`,
      'Write for example "dd/MM/yyyy HH:mm:ss".',
    );
  return patternReader(text, pattern, name, compileZone(node, slots, settings));
}

function epochReader(text: TextReader, format: EpochFormat): TimeReader {
  const power = EPOCHS[format];
  const read: TimeReader["read"] = (fields) => {
    const written = text(fields);
    if (written === "" || written === "0") return null;
    const point = written.indexOf(".");
    const whole = wholeNumber(point < 0 ? written : written.slice(0, point));
    const fraction = point < 0 ? "" : written.slice(point + 1);
    if (whole === undefined || (fraction !== "" && wholeNumber(fraction) === undefined))
      return timeInvalid(written, format);
    if (power === 0) return whole;
    if (power < 0) return Math.floor(whole / 1_000);
    const epochS = format === "gregorian-s" ? whole - GREGORIAN_EPOCH_S : whole;
    return epochS * 1_000 + (fraction === "" ? 0 : Number(fraction.padEnd(3, "0").slice(0, 3)));
  };
  return { read, otherMs: null };
}

/** How a record's zone is found: the clock to read it by, or why there is none. */
type ZoneReader = (fields: Parameters<TextReader>[0], named: string | null) => ZoneClock | Reject;

function patternReader(text: TextReader, pattern: TimestampPattern, format: string, zone: ZoneReader): TimeReader {
  const read: TimeReader["read"] = (fields) => {
    reader.otherMs = null;
    const written = text(fields);
    if (written === "") return null;
    if (!pattern.match(written)) return timeInvalid(written, format);
    if (pattern.offsetMs !== null) return pattern.localMs - pattern.offsetMs;
    const clock = zone(fields, pattern.zoneName);
    if (!(clock instanceof ZoneClock)) return clock;
    const at = clock.toUtc(pattern.localMs);
    reader.otherMs = clock.otherMs;
    return at ?? localTimeGap(written, clock.zone);
  };
  const reader: TimeReader = { read, otherMs: null };
  return reader;
}

function compileZone(node: JsonNode, slots: Slots, settings: ClockSettings): ZoneReader {
  const clocks = new Map<string, ZoneClock | null>();
  const aliases = new Map<string, string>(UTC_NAMES.map((name) => [name, "UTC"]));
  for (const [name, zone] of node.get("zones")?.entries() ?? []) aliases.set(name, zone.zone());
  const named = (name: string): ZoneClock | Reject => {
    let clock = clocks.get(name);
    if (clock === undefined) {
      const zone = aliases.get(name) ?? offsetOf(name) ?? name;
      // A name with a slash is unambiguous; an abbreviation means what the operator says, or nothing.
      clock = isZone(zone) && (aliases.has(name) || isUnambiguous(zone)) ? new ZoneClock(zone, settings.fold) : null;
      if (clocks.size < 1_000) clocks.set(name, clock);
    }
    return clock ?? zoneUnknown(name);
  };
  const zone = node.get("zone");
  if (zone?.isObject()) {
    const read = compileText(zone, slots);
    return (fields, inText) => named(inText ?? read(fields));
  }
  const usual = new ZoneClock(zone?.zone() ?? node.withValue(settings.timeZone).zone(), settings.fold);
  return (_fields, inText) => (inText === null ? usual : named(inText));
}

/** "GMT+4", "UTC-03:30" are hours ahead of UTC, as gateways mean them (POSIX has the signs the other way round). */
function offsetOf(name: string): string | undefined {
  const [, sign, hours = "", minutes = "00"] = /^(?:UTC|GMT)([+-])(\d{1,2})(?::?(\d\d))?$/.exec(name) ?? [];
  return sign && `${sign}${hours.padStart(2, "0")}:${minutes}`;
}

const isUnambiguous = (name: string): boolean => name.includes("/") || name.startsWith("+") || name.startsWith("-");

const timeInvalid = (text: string, format: string): Reject => ({
  code: "time-invalid",
  what: `"${text.slice(0, 60)}" is no time of the form ${format}.`,
  fix: "Check the time format in the source's mapping; if it is right, correct the record.",
});

const localTimeGap = (text: string, zone: string): Reject => ({
  code: "local-time-gap",
  what: `"${text}" never was in ${zone}: clocks were put forward over it.`,
  fix: "Check the source's time zone (a switch that runs on UTC has no such gap), or correct the time.",
});

const zoneUnknown = (name: string): Reject => ({
  code: "zone-unknown",
  what: `The record names the time zone "${name.slice(0, 40)}", whose meaning is not set.`,
  fix: 'Add it to "zones" of this time in the source\'s mapping, with its IANA zone.',
});
