import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { type BerElement, childOf } from "../ber/element.ts";
import { smallIntegerOf, textOf } from "../ber/values.ts";
import { TimestampPattern } from "../text/timestamp-pattern.ts";
import { TAP } from "./tags.ts";

/** A time of an event, and how the file writes it: what is written never changes with a setting. */
export interface TapTime {
  readonly at: EpochMs;
  /** "20260302101513+0000". */
  readonly written: string;
}

const pattern = TimestampPattern.compile("yyyyMMddHHmmssX");

/**
 * Reads a local time with its offset from UTC, which batches and totals write beside it and events name by a code of
 * the batch's. Errors: Rejects `time-invalid`, `zone-unknown`.
 */
export function readTapTime(element: BerElement, utcOffsets: ReadonlyMap<number, string>): TapTime | Reject {
  const localTime = childOf(element, TAP.LocalTimeStamp);
  const local = (localTime && textOf(localTime)) ?? "";
  const offset = offsetOf(element, utcOffsets);
  if (typeof offset === "object") return offset;
  const written = local + offset;
  invariant(!("fault" in pattern), "TAP's time is a pattern");
  if (!/^\d{14}[+-]\d{4}$/.test(written) || !pattern.match(written) || pattern.offsetMs === null)
    return timeInvalid(written);
  return { at: epochMs(pattern.localMs - pattern.offsetMs), written };
}

function offsetOf(element: BerElement, utcOffsets: ReadonlyMap<number, string>): string | Reject {
  const direct = childOf(element, TAP.UtcTimeOffset);
  if (direct !== undefined) return textOf(direct) ?? "";
  const coded = childOf(element, TAP.UtcTimeOffsetCode);
  if (coded === undefined) return offsetUnknown("has no UTC offset");
  const code = smallIntegerOf(coded);
  const offset = code === null ? undefined : utcOffsets.get(code);
  return offset ?? offsetUnknown(`has UTC offset code ${code}, which the file does not define`);
}

const timeInvalid = (written: string): Reject => ({
  code: "time-invalid",
  what: `The event's time is "${written.slice(0, 60)}", not a time like 20260302101513+0000.`,
  fix: "Ask the sender for a corrected file; a return of the event (RAP) names it by its number.",
});

const offsetUnknown = (reason: string): Reject => ({
  code: "zone-unknown",
  what: `The event's time ${reason}.`,
  fix: "Ask the sender for a corrected file: nobody can tell from this one when the event was.",
});
