import type { Reject } from "../../core/reject.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { ratingGroupDigits } from "../../core/usage/rating-group.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import { CALL_DIRECTIONS, type CallDirection, NO_CAUSE, type SwitchCall } from "../../core/usage/switch-call.ts";
import { type CallTimes, chooseFolds, hasFold } from "../fold-choice.ts";
import { checkCall, DRIFT_TOLERANCE_S, driftReject, type SanitySettings } from "../sanity.ts";
import { wholeNumber } from "../text/duration-text.ts";
import { compileCause } from "./cause-value.ts";
import { compileCondition } from "./condition.ts";
import { compileDuration } from "./duration-value.ts";
import type { ConditionReader, Fields, MsReader, Slots, TextReader, TimeReader } from "./fields.ts";
import type { JsonNode } from "./json-node.ts";
import { compileConsumed } from "./quantity-value.ts";
import { compileText, compileTextOr } from "./text-value.ts";
import { type ClockSettings, compileTime } from "./time-value.ts";

/** Makes a call, or a reject, of one record. */
export type CallReader = (fields: Fields) => SwitchCall | Reject;

/** Properties of a mapping that say what a call is made of. */
// biome-ignore format: one list, read as one
export const CALL_PROPERTIES = [
  "key", "leg", "callId", "direction", "calling", "called", "routingNumber", "startedAt", "answeredAt", "endedAt",
  "answered", "talked", "total", "reported", "accountCode", "sipUser", "sourceAddress", "ingressTrunk", "egressTrunk", "cause", "part",
  "driftToleranceS", "service", "quantity",
] as const;

/** The readers of times and durations; null where the mapping has none. */
interface Timing {
  readonly started: TimeReader | null;
  readonly answered: TimeReader | null;
  readonly ended: TimeReader | null;
  readonly talked: MsReader | null;
  readonly total: MsReader | null;
  readonly isAnswered: ConditionReader | null;
}

/** Compiles what a mapping says of calls; throws Problem `mapping-invalid`. */
export function compileCall(node: JsonNode, slots: Slots, settings: ClockSettings & SanitySettings): CallReader {
  const timing = compileTiming(node, slots, settings);
  const drift = node.get("driftToleranceS")?.whole(0, 86_400) ?? settings.driftToleranceS ?? DRIFT_TOLERANCE_S;
  const sanity: SanitySettings = { ...settings, driftToleranceS: drift };
  const key = compileKey(node, slots);
  const text = (name: string): TextReader => compileTextOr(node.get(name), slots, "");
  const [leg, callId, calling, called, routingNumber] = [
    text("leg"),
    text("callId"),
    text("calling"),
    compileText(node.need("called", "Name the column of the called number."), slots),
    text("routingNumber"),
  ];
  const [accountCode, sipUser, sourceAddress] = [text("accountCode"), text("sipUser"), text("sourceAddress")];
  const [ingressTrunk, egressTrunk] = [text("ingressTrunk"), text("egressTrunk")];
  const direction = compileTextOr(node.get("direction"), slots, "originating");
  const cause = node.get("cause") === undefined ? () => NO_CAUSE : compileCause(node.need("cause", ""), slots);
  const reported = compileReported(node, slots);
  const part = compilePart(node.get("part"), slots);
  const consumed = compileConsumed(node, slots);
  return (fields) => {
    const used = consumed(fields);
    if (used !== null && "code" in used) return used;
    const times = readTimes(timing, fields, drift);
    if ("code" in times) return times;
    const way = direction(fields);
    if (!isDirection(way)) return directionUnknown(way);
    const reportedMs = reported(fields);
    if (reportedMs !== null && typeof reportedMs === "object") return reportedMs;
    const calls = part(fields);
    if (calls !== null && "code" in calls) return calls;
    const call: SwitchCall = {
      key: key(fields),
      leg: leg(fields),
      callId: callId(fields) || null,
      direction: way,
      calling: calling(fields),
      called: called(fields),
      routingNumber: routingNumber(fields) || null,
      startedAt: epochMs(times.startedAt),
      answeredAt: times.answeredAt === null ? null : epochMs(times.answeredAt),
      endedAt: epochMs(times.endedAt),
      talkedMs: times.talkedMs,
      reportedS: reportedMs === null ? null : Math.floor(reportedMs / 1000),
      accountCode: accountCode(fields) || null,
      sipUser: sipUser(fields) || null,
      sourceAddress: sourceAddress(fields) || null,
      ingressTrunk: ingressTrunk(fields) || null,
      egressTrunk: egressTrunk(fields) || null,
      cause: cause(fields),
      part: calls,
    };
    const event = used === null ? call : withConsumed(call, used, timing.isAnswered?.(fields) ?? true);
    if ("code" in event) return event;
    return checkCall(event, sanity) ?? event;
  };
}

/** What is used otherwise than by talking is used from its start on, however long it takes. */
function withConsumed(call: SwitchCall, consumed: Consumed, isUsed: boolean): SwitchCall | Reject {
  const { startedAt } = call;
  const group = consumed.service === "data" ? ratingGroupDigits(call.called || "0") : call.called;
  if (group === undefined) return ratingGroupInvalid(call.called);
  const endedAt = consumed.service === "sms" ? startedAt : call.endedAt;
  const answeredAt = isUsed && consumed.quantity > 0 ? startedAt : null;
  const talkedMs = answeredAt === null ? 0 : Math.max(0, endedAt - startedAt);
  return { ...call, consumed, called: group, endedAt, answeredAt, talkedMs, reportedS: null };
}

function compileKey(node: JsonNode, slots: Slots): TextReader {
  const key = node.need(
    "key",
    'Name the column of the switch\'s own call identifier; write "record" when it has none.',
  );
  return key.value === "record" ? slots.identity() : compileText(key, slots);
}

function compileTiming(node: JsonNode, slots: Slots, settings: ClockSettings): Timing {
  const time = (name: string): TimeReader | null => {
    const at = node.get(name);
    return at === undefined ? null : compileTime(at, slots, settings);
  };
  const duration = (name: string): MsReader | null => {
    const of = node.get(name);
    return of === undefined ? null : compileDuration(of, slots);
  };
  const answered = node.get("answered");
  const timing: Timing = {
    started: time("startedAt"),
    answered: time("answeredAt"),
    ended: time("endedAt"),
    talked: duration("talked"),
    total: duration("total"),
    isAnswered: answered === undefined ? null : compileCondition(answered, slots),
  };
  const { started, answered: answer, ended, talked, total } = timing;
  const hasStart = started !== null || answer !== null || (ended !== null && total !== null);
  const hasLength = ended !== null || talked !== null || total !== null || node.get("service") !== undefined;
  if (!hasStart)
    throw node.invalid("no time tells when a call starts.", "Map startedAt, answeredAt, or endedAt with total.");
  if (!hasLength) throw node.invalid("nothing tells how long a call is.", "Map endedAt, talked or total.");
  return timing;
}

/**
 * The talk time in whole seconds as the switch reports it: `reported`, or else a `talked` that is one column in
 * seconds.
 */
function compileReported(node: JsonNode, slots: Slots): MsReader {
  const reported = node.get("reported");
  if (reported !== undefined) return compileDuration(reported, slots);
  const talked = node.get("talked");
  return talked?.get("unit")?.value === "s" ? compileDuration(talked, slots) : () => null;
}

interface Times {
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly talkedMs: number;
}

/** What a record says itself of its times and durations. */
interface WrittenTimes extends CallTimes {
  readonly talked: number | null;
  readonly total: number | null;
}

function readWritten(timing: Timing, fields: Fields, driftToleranceS: number): WrittenTimes | Reject {
  const started = timing.started === null ? null : timing.started.read(fields);
  if (isReject(started)) return started;
  const answered = timing.answered === null ? null : timing.answered.read(fields);
  if (isReject(answered)) return answered;
  const ended = timing.ended === null ? null : timing.ended.read(fields);
  if (isReject(ended)) return ended;
  const talked = timing.talked === null ? null : timing.talked(fields);
  if (isReject(talked)) return talked;
  const total = timing.total === null ? null : timing.total(fields);
  if (isReject(total)) return total;
  const others = {
    started: timing.started?.otherMs ?? null,
    answered: timing.answered?.otherMs ?? null,
    ended: timing.ended?.otherMs ?? null,
  };
  if (!hasFold(others)) return { started, answered, ended, talked, total };
  const lengths = { totalMs: total, talkedMs: talked, toleranceMs: driftToleranceS * 1_000 };
  return { ...chooseFolds({ started, answered, ended }, others, lengths), talked, total };
}

/** Reads what the record has and derives the rest: docs/reference/cdr-mapping.md, "Times that a record lacks". */
function readTimes(timing: Timing, fields: Fields, driftToleranceS: number): Times | Reject {
  const written = readWritten(timing, fields, driftToleranceS);
  if ("code" in written) return written;
  const { started, answered, ended, talked, total } = written;
  if (started !== null && ended !== null && total !== null && ended >= started) {
    const drift = driftReject(ended - started, total, driftToleranceS);
    if (drift !== null) return drift;
  }
  const setUpAt = started ?? (ended !== null && total !== null ? ended - total : answered);
  const whole = total ?? (setUpAt === null || ended === null ? 0 : ended - setUpAt);
  const isAnswered = tellAnswered(timing, fields, { answered, talked, whole });
  // Of a call that nobody answered, its end may be all that the switch writes.
  const startedAt = setUpAt ?? (isAnswered ? null : ended);
  if (startedAt === null) return timeMissing("start");
  if (!isAnswered)
    return { startedAt, answeredAt: null, endedAt: ended ?? startedAt + (total ?? 0), talkedMs: talked ?? 0 };
  const endedAt =
    ended ?? (total !== null ? startedAt + total : talked !== null ? (answered ?? startedAt) + talked : null);
  if (endedAt === null) return timeMissing("end");
  // Counted back from the end; whole seconds may reach a moment before the start: then the call was answered at once.
  const answeredAt = answered ?? (talked !== null && talked >= 0 ? Math.max(startedAt, endedAt - talked) : startedAt);
  return { startedAt, answeredAt, endedAt, talkedMs: talked ?? endedAt - answeredAt };
}

/**
 * Whether a call was answered, by the first of: the mapping's own rule, an answer time, talk time, any length at all.
 */
function tellAnswered(
  timing: Timing,
  fields: Fields,
  { answered, talked, whole }: { answered: number | null; talked: number | null; whole: number },
): boolean {
  if (timing.isAnswered !== null) return timing.isAnswered(fields);
  if (timing.answered !== null) return answered !== null;
  if (timing.talked !== null) return talked !== null && talked !== 0;
  return whole !== 0;
}

function compilePart(node: JsonNode | undefined, slots: Slots): (fields: Fields) => SwitchCall["part"] | Reject {
  if (node === undefined) return () => null;
  node.only("sequence", "last");
  const sequence = compileText(node.need("sequence", "Name the column that numbers the parts of a long call."), slots);
  const last = compileCondition(node.need("last", "Write the condition that marks a call's last part."), slots);
  return (fields) => {
    const text = sequence(fields);
    if (text === "") return null;
    const number = wholeNumber(text);
    return number === undefined ? partInvalid(text) : { sequence: number, last: last(fields) };
  };
}

const isReject = (value: number | null | Reject): value is Reject => typeof value === "object" && value !== null;
const isDirection = (text: string): text is CallDirection => (CALL_DIRECTIONS as readonly string[]).includes(text);

const timeMissing = (which: "start" | "end"): Reject => ({
  code: "time-missing",
  what: `The record has no ${which} time, and nothing to derive it from.`,
  fix: "Enter the time, or map the column that holds it.",
});

const ratingGroupInvalid = (text: string): Reject => ({
  code: "value-invalid",
  what: `"${text.slice(0, 40)}" is no rating group, which data has in the place of a called number.`,
  fix: "Name the column of the rating group at called in the source's mapping, or leave it empty.",
});

const directionUnknown = (text: string): Reject => ({
  code: "value-invalid",
  what: `The direction "${text.slice(0, 40)}" is none of ${CALL_DIRECTIONS.join(", ")}.`,
  fix: "Translate the switch's word with \"map\" at direction in the source's mapping.",
});

const partInvalid = (text: string): Reject => ({
  code: "value-invalid",
  what: `The part number "${text.slice(0, 40)}" is no whole number.`,
  fix: "Check which column numbers the parts in the source's mapping.",
});
