import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { VALUE_SEPARATOR } from "./agi-command.ts";

/** What a channel is asked when its call is authorised, for {@link readChannelFacts}. */
export const CHANNEL_VALUES = [
  "CDR(sequence)",
  "CHANNEL(linkedid)",
  "CDR(start,u)",
  "TOLLWRIGHT_RESULT",
  "TOLLWRIGHT_LEG",
] as const;

/** What is known of a call before it begins; null where Asterisk does not say. */
export interface ChannelFacts {
  /** Number of the call record that the next Dial goes into. */
  readonly sequence: string | null;
  /** What its call records have in common with those of channels that it meets. */
  readonly linkedId: string | null;
  readonly startedAt: EpochMs | null;
  /** The call that was authorised before on this channel, if it is another than the one to come; null: none. */
  readonly legBefore: string | null;
}

/** Reads the answer to {@link CHANNEL_VALUES}. */
export function readChannelFacts(value: string | null): ChannelFacts {
  const [sequence = "", linkedId = "", startedAt = "", result = "", leg = ""] = valuesOf(value, CHANNEL_VALUES.length);
  return {
    sequence: sequence || null,
    linkedId: linkedId || null,
    startedAt: instantOf(startedAt),
    legBefore: result === "granted" && leg !== sequence ? leg : null,
  };
}

/** What a channel is asked when its call is over, for {@link readCallFacts}. */
export const CALL_VALUES = [
  "CDR(sequence)",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's own notation
  "LEN(${CDR(dstchannel)})",
  "CDR(answer,u)",
  "CDR(end,u)",
  "CDR(billsec,f)",
  "CDR(billsec)",
  "CDR(disposition)",
  "ANSWEREDTIME_MS",
  "ANSWEREDTIME",
  "DIALSTATUS",
  "HANGUPCAUSE",
  "TOLLWRIGHT_RESULT",
  "TOLLWRIGHT_LEG",
] as const;

/** What is known of a call that is over. */
export interface CallFacts {
  /** Talk time; null where Asterisk does not say. */
  readonly talkedMs: number | null;
  /** The record's own whole seconds, where it is the record that tells. */
  readonly reportedS: number | null;
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** Number of the call record that tells of the call, where that is known for sure. */
  readonly sequence: string | null;
  readonly q850: number | null;
  readonly disposition: string | null;
  /** Variables of ours, as they were set when the call was authorised; "" where they were not. */
  readonly result: string;
  readonly leg: string;
}

/**
 * Reads the answer to {@link CALL_VALUES}. `CDR(…)` tells of the channel's latest record: that is the call's own when it
 * has another side, and only the dialplan's way on from there when it has none; then Dial's own figures count.
 *
 * All of them count from the answer of the caller's channel (Asterisk: `ast_channel_get_up_time_ms`).
 */
export function readCallFacts(value: string | null): CallFacts {
  const values = valuesOf(value, CALL_VALUES.length);
  const [sequence = "", otherSide = "", answer = "", end = "", exact = "", whole = "", disposition = ""] = values;
  const [dialMs = "", dialS = "", status = "", cause = "", result = "", leg = ""] = values.slice(7);
  const q850 = wholeOf(cause);
  const rest = {
    endedAt: instantOf(end),
    q850: q850 === 0 ? null : q850,
    disposition: disposition || null,
    result,
    leg,
  };
  const byDial = wholeOf(dialMs) ?? inMs(wholeOf(dialS));
  const byRecord = { talkedMs: fractionOf(exact), reportedS: wholeOf(whole), answeredAt: instantOf(answer) };
  const isAnswered = byDial !== null || (byRecord.answeredAt !== null && (status === "" || status === "ANSWER"));
  if (values.length === 0) return { talkedMs: null, reportedS: null, answeredAt: null, sequence: null, ...rest };
  if (!isAnswered) return { talkedMs: 0, reportedS: null, answeredAt: null, sequence: null, ...rest };
  const isOfRecord = byRecord.answeredAt !== null && (byDial === null || Number(otherSide) > 0);
  return isOfRecord
    ? { ...byRecord, sequence: sequence || null, ...rest }
    : { talkedMs: byDial, reportedS: inSeconds(byDial), answeredAt: null, sequence: null, ...rest };
}

/** As many values as were asked for; none where the answer has another number. */
function valuesOf(value: string | null, count: number): readonly string[] {
  const values = value?.split(VALUE_SEPARATOR) ?? [];
  return values.length === count ? values : [];
}

const wholeOf = (text: string): number | null => (/^\d{1,10}$/.test(text) ? Number(text) : null);

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1_000);
const inSeconds = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1_000));

/** Whole milliseconds of `71.203456`. */
function fractionOf(text: string): number | null {
  const [, seconds, fraction = ""] = /^(\d{1,10})\.(\d{1,9})$/.exec(text) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000 + Number(fraction.padEnd(3, "0").slice(0, 3));
}

/** Reads a time as `CDR(…,u)` has it, `1795252999.203456`; null: it has not come about, which is `0.000000`. */
export function instantOf(text: string): EpochMs | null {
  const ms = fractionOf(text);
  return ms === null || ms === 0 ? null : epochMs(ms);
}
