import type { Reject } from "../core/reject.ts";
import { type Consumed, UNITS } from "../core/usage/service-units.ts";
import type { SwitchCall } from "../core/usage/switch-call.ts";
import type { DecoderSettings } from "./decoder.ts";

/** What the checks need to know of a source; every {@link DecoderSettings} will do. */
export type SanitySettings = Pick<DecoderSettings, "receivedAt" | "futureToleranceS" | "driftToleranceS">;

/**
 * Switches that cut start, answer and end to whole seconds are off by less than 1 s, and their timer by one more.
 * Beyond 5 s a clock was set during the call, and nobody can tell from the record which of the two is right.
 */
export const DRIFT_TOLERANCE_S = 5;

/** 2000-01-01: a switch that boots without a clock says 1970 or 1980, and usage is stored from 2000 on. */
const CLOCK_SET_AFTER = 946_684_800_000;

/** No call lasts longer: beyond 31 days the unit of a duration is wrong, or a stop record was lost and made up. */
const CALL_MS_MAX = 31 * 86_400_000;

const iso = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : `${at} ms since 1970`);

/**
 * The checks that every decoder makes on a call before it hands it out, whatever the format: null when the call can be
 * true. Each fault has one code, and the first one found is told. Source: docs/reference/rejects.md.
 */
export function checkCall(call: SwitchCall, settings: SanitySettings): Reject | null {
  return checkIdentity(call) ?? checkOrder(call) ?? checkClock(call, settings) ?? checkTalk(call, settings);
}

/** What is used of other services than voice is no time, and data sessions may be up for months. */
const checkQuantity = ({ service, quantity }: Consumed): Reject | null =>
  Number.isSafeInteger(quantity) && quantity >= 0
    ? null
    : {
        code: "quantity-invalid",
        what: `A quantity of ${quantity} cannot be charged: it is no whole number of ${UNITS[service]}s from 0 on.`,
        fix: "Check which column holds the quantity, and its unit; correct the record, and retry it.",
      };

function checkIdentity(call: SwitchCall): Reject | null {
  if (call.key === "")
    return {
      code: "key-missing",
      what: "The record's own key is empty.",
      fix: "Have the switch write its call identifier, or map another column as the key.",
    };
  if (call.called === "" && (call.talkedMs > 0 || (call.consumed?.quantity ?? 0) > 0))
    return {
      code: "called-missing",
      what: `A call with ${call.talkedMs / 1000} s of talk time has no called number.`,
      fix: "Look up the number on the switch and enter it, or map the column that holds it.",
    };
  return null;
}

function checkOrder({ startedAt, answeredAt, endedAt, talkedMs, reportedS }: SwitchCall): Reject | null {
  if (talkedMs < 0 || (reportedS !== null && reportedS < 0))
    return {
      code: "duration-negative",
      what: `The talk time is negative: ${talkedMs < 0 ? talkedMs / 1000 : reportedS} s.`,
      fix: "Ask the switch's owner for the true duration and enter it; the record cannot be billed as it is.",
    };
  if (endedAt < startedAt)
    return {
      code: "end-before-start",
      what: `The call ends at ${iso(endedAt)}, before its start at ${iso(startedAt)}.`,
      fix: "Check the source's time zone and date order; if they are right, the clock was set back in the call.",
    };
  if (answeredAt !== null && (answeredAt < startedAt || answeredAt > endedAt))
    return {
      code: "answer-out-of-order",
      what: `The answer at ${iso(answeredAt)} is not between start ${iso(startedAt)} and end ${iso(endedAt)}.`,
      fix: "Check the source's time zone and which column is the answer time.",
    };
  return null;
}

function checkClock({ startedAt, endedAt }: SwitchCall, settings: SanitySettings): Reject | null {
  if (startedAt < CLOCK_SET_AFTER)
    return {
      code: "clock-not-set",
      what: `The call starts at ${iso(startedAt)}: the switch had no clock.`,
      fix: "Find out when the call was and correct the times, or write the record off.",
    };
  if (endedAt > settings.receivedAt + settings.futureToleranceS * 1000)
    return {
      code: "future-time",
      what: `The call ends at ${iso(endedAt)}, later than its file was received (${iso(settings.receivedAt)}).`,
      fix: "Check the source's time zone and the switch's clock, then retry the record.",
    };
  return null;
}

function checkTalk(call: SwitchCall, { driftToleranceS = DRIFT_TOLERANCE_S }: SanitySettings): Reject | null {
  const { startedAt, answeredAt, endedAt, talkedMs, reportedS, part, consumed } = call;
  if (consumed !== undefined) return checkQuantity(consumed);
  const longestMs = Math.max(talkedMs, endedAt - startedAt);
  if (longestMs > CALL_MS_MAX)
    return {
      code: "duration-too-long",
      what: `The call lasts ${longestMs / 1000} s, more than 31 days.`,
      fix: "Check the unit of the duration (seconds or milliseconds) in the source's mapping.",
    };
  if (answeredAt === null) {
    if (talkedMs === 0 && (reportedS === null || reportedS === 0)) return null;
    return {
      code: "answer-missing",
      what: `The record has ${talkedMs > 0 ? talkedMs / 1000 : reportedS} s of talk time but no answer time.`,
      fix: "Enter the answer time, or set the talk time to 0 if the call was not answered.",
    };
  }
  if (part !== null) return null; // one part's talk time need not reach back to the answer
  return (
    driftReject(endedAt - answeredAt, talkedMs, driftToleranceS) ??
    (reportedS === null ? null : driftReject(endedAt - answeredAt, reportedS * 1000, driftToleranceS))
  );
}

/**
 * Reject `clock-drift` when a duration that the switch timed differs from the one between its own clock readings by
 * more than the tolerance; null when they agree.
 */
export function driftReject(clockMs: number, timedMs: number, toleranceS: number): Reject | null {
  if (Math.abs(clockMs - timedMs) <= toleranceS * 1000) return null;
  return {
    code: "clock-drift",
    what: `The switch timed ${timedMs / 1000} s, but its clock readings are ${clockMs / 1000} s apart.`,
    fix: `The clock was set, or a column is wrong. Correct it, or raise the drift tolerance (${toleranceS} s).`,
  };
}
