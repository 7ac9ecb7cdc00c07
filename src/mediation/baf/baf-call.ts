import type { Reject } from "../../core/reject.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { type CallDirection, NO_CAUSE, type SwitchCall } from "../../core/usage/switch-call.ts";
import { chooseFolds, UNTIMED } from "../fold-choice.ts";
import type { BafClock, LocalReading } from "./baf-clock.ts";
import type { BafFields, BafModule } from "./baf-record.ts";

/** What an operator sets for the calls of a switch. */
export interface BafCallSettings {
  /** Put before numbers of ten digits, which are national ones of North America; "" leaves them as they are. */
  readonly countryCode: string;
  /** Call types that are the callee's side of a call. */
  readonly terminating: ReadonlySet<string>;
}

/** Values of the answer indicator (table 9) of calls that were answered, whatever became of them. */
const ANSWERED: ReadonlySet<string> = new Set(["0", "2", "3", "4", "7"]);

/** Significant digits of both parts of a called number, the longest number that a structure has room for. */
const CALLED_DIGITS = 12;
const NATIONAL_DIGITS = 10;

/**
 * The call that a record's fields and modules tell of, `key` being its identity; not yet checked. Calling and called
 * number are in the module of international numbers when they are longer than their fields.
 */
export function bafCall(
  fields: BafFields,
  modules: readonly BafModule[],
  { callType, key, clock, settings }: { callType: string; key: string; clock: BafClock; settings: BafCallSettings },
): SwitchCall | Reject {
  const isAnswered = ANSWERED.has(fields.answer ?? "");
  const talkedMs = elapsedMs(fields.elapsed ?? "");
  if (talkedMs === undefined) return durationInvalid(fields.elapsed ?? "");
  const times = readTimes(fields, clock);
  if ("code" in times) return times;
  if (digitsBeforeOverseas(fields) !== "") return overseasInvalid(fields);
  const direction: CallDirection = settings.terminating.has(callType) ? "terminating" : "originating";
  return {
    key,
    leg: callType,
    callId: null,
    direction,
    calling: callingNumber(fields, settings),
    called: calledNumber(fields, modules, settings),
    startedAt: epochMs(times.startedMs),
    answeredAt: isAnswered ? epochMs(times.connectedMs) : null,
    endedAt: epochMs(times.connectedMs + talkedMs),
    talkedMs: isAnswered ? talkedMs : 0,
    reportedS: null,
    accountCode: significantDigits(modules, "103"),
    sipUser: null,
    sourceAddress: null,
    ingressTrunk: trunkGroup(modules, "1357"),
    egressTrunk: trunkGroup(modules, "2468"),
    cause: NO_CAUSE,
    part: null,
  };
}

/** Milliseconds of minutes, two digits of seconds and one of tenths; 0 where the structure has no such field. */
function elapsedMs(digits: string): number | undefined {
  if (digits === "") return 0;
  const seconds = Number(digits.slice(-3, -1));
  if (seconds > 59) return undefined;
  return Number(digits.slice(0, -3)) * 60_000 + seconds * 1_000 + Number(digits.slice(-1)) * 100;
}

/** The connection to the carrier is the nearest thing to a set-up time; without one, the answer is the start. */
function readTimes(
  fields: BafFields,
  clock: BafClock,
): { readonly startedMs: number; readonly connectedMs: number } | Reject {
  const connected = clock.read(fields.date ?? "", fields.connectTime ?? "");
  if ("code" in connected) return connected;
  const carrier = fields.carrierTime
    ? clock.read(fields.carrierDate || (fields.date ?? ""), fields.carrierTime)
    : connected;
  if ("code" in carrier) return carrier;
  const read = (at: (reading: LocalReading) => number | null) => ({
    started: at(carrier),
    answered: at(connected),
    ended: null,
  });
  const { started, answered } = chooseFolds(
    read(({ atMs }) => atMs),
    read(({ otherMs }) => otherMs),
    UNTIMED,
  );
  const connectedMs = answered ?? connected.atMs;
  // A switch that connects no carrier may write the time of something else there.
  return { startedMs: Math.min(started ?? connectedMs, connectedMs), connectedMs };
}

function callingNumber({ callingArea = "", callingNumber = "" }: BafFields, { countryCode }: BafCallSettings): string {
  if (callingNumber === "") return "";
  if (callingArea === "" || callingArea === "000") return withoutZeros(callingNumber);
  return national(callingArea + callingNumber, countryCode);
}

/**
 * A number abroad is as long as the overseas indicator says: 3 is 7 digits, 8 is 12. Else the first two digits say how
 * many there are, 0 for the ten of a North American number.
 */
function calledNumber(fields: BafFields, modules: readonly BafModule[], { countryCode }: BafCallSettings): string {
  const digits = (fields.calledArea ?? "") + (fields.calledNumber ?? "");
  if (digits === "") return "";
  const overseas = Number(fields.overseas || "0");
  if (overseas >= 2 && overseas <= 8) {
    const abroad = overseas === 2 ? withoutZeros(digits) : digits.slice(CALLED_DIGITS - (overseas + 4));
    return `+${longerNumber(abroad, modules)}`;
  }
  const significant = Number(digits.slice(0, 2));
  if (significant === 0 || significant >= NATIONAL_DIGITS) return national(digits.slice(2), countryCode);
  return digits.slice(-significant);
}

/** Digits that the overseas indicator leaves out of a called number; there are none where it is right. */
function digitsBeforeOverseas({ overseas, calledArea = "", calledNumber = "" }: BafFields): string {
  const length = Number(overseas || "0") + 4;
  if (length < 7 || length > CALLED_DIGITS) return "";
  return withoutZeros((calledArea + calledNumber).slice(0, -length));
}

/** The number in a module, when it is the one in the fields and more of it; the fields hold no more than 12 digits. */
function longerNumber(digits: string, modules: readonly BafModule[]): string {
  for (const { code, fields } of modules) {
    const [identity = "", country = "", significant = "", number = ""] = fields;
    if (code !== "164" || identity !== TERMINATING_NUMBER) continue;
    const subscriber = Number(significant) === 0 ? "" : number.slice(-Number(significant));
    const whole = withoutZeros(country) + subscriber;
    if (whole.length > digits.length && (whole.startsWith(digits) || whole.endsWith(digits))) return whole;
  }
  return digits;
}

const TERMINATING_NUMBER = "2";

/** Ten digits with their country; anything shorter as it is. */
function national(digits: string, countryCode: string): string {
  const number = withoutZeros(digits);
  return countryCode !== "" && number.length === NATIONAL_DIGITS ? `+${countryCode}${number}` : number;
}

/** Group of the trunk (module 104) whose routing indicator is one of `indicators`: odd ones are incoming. */
function trunkGroup(modules: readonly BafModule[], indicators: string): string | null {
  const trunk = modules.find(({ code, fields }) => code === "104" && indicators.includes(fields[0]?.[0] ?? "-"));
  return trunk?.fields[0]?.slice(1, 5) ?? null;
}

/** Digits of a module that says how many of them count. */
function significantDigits(modules: readonly BafModule[], wanted: string): string | null {
  const [significant = "", digits = ""] = modules.find(({ code }) => code === wanted)?.fields ?? [];
  return Number(significant) === 0 ? null : digits.slice(-Number(significant)) || null;
}

const withoutZeros = (digits: string): string => digits.replace(/^0+/, "");

const durationInvalid = (digits: string): Reject => ({
  code: "duration-invalid",
  what: `The elapsed time ${digits} has more than 59 seconds; it is minutes, seconds and tenths.`,
  fix: "The record was damaged: fetch the file again, or correct the record.",
});

const overseasInvalid = ({ overseas, calledArea, calledNumber }: BafFields): Reject => ({
  code: "value-invalid",
  what: `The called number ${calledArea}${calledNumber} is longer than the overseas indicator ${overseas} says.`,
  fix: "Ask the switch's owner what the indicator means there, and correct the record.",
});
