import type { Reject } from "../../core/reject.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { CallHalf, ReleaseCause, SwitchCall } from "../../core/usage/switch-call.ts";
import type { RowOutcome } from "../decoder.ts";
import { chooseFolds } from "../fold-choice.ts";
import { checkCall, DRIFT_TOLERANCE_S, type SanitySettings } from "../sanity.ts";
import { parseDuration, wholeNumber } from "../text/duration-text.ts";
import type { AccClock } from "./clock.ts";
import { dialogKey } from "./dialog-key.ts";
import type { AccColumn } from "./layout.ts";

/** Text of one column of the row at hand, trimmed; "" when the layout has no such column. */
export type AccRow = (column: AccColumn) => string;

/** What reading a row takes besides its text. */
export interface AccContext {
  readonly clock: AccClock;
  readonly sanity: SanitySettings;
}

/** Source: IANA's registry of SIP methods. Any other word is no method, and its file not one of acc. */
const SIP_METHODS: ReadonlySet<string> = new Set([
  ...["INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH"],
  ...["INFO", "REFER", "MESSAGE", "UPDATE"],
]);

/**
 * What one acc row says. A row is a SIP transaction: an answered INVITE is the start of a call and a BYE its end;
 * an INVITE that failed is a whole, unanswered call; a row with a duration is a whole call. Everything else is no
 * call.
 */
export function decodeAccRow(row: AccRow, context: AccContext): RowOutcome {
  const method = row("method").toUpperCase();
  if (method === "" && (row("startTime") || row("durationS")) !== "") return decodeDialog(row, context);
  if (!SIP_METHODS.has(method)) return rejected(valueInvalid("SIP method (INVITE, BYE)", row("method")));
  if (method !== "INVITE" && method !== "BYE") return { kind: "non-billable", why: method };
  const code = row("sipCode");
  if (!/^[1-6]\d\d$/.test(code)) return rejected(valueInvalid("SIP status (200, 486)", code));
  if (code === "401" || code === "407") return { kind: "non-billable", why: "authentication challenge" };
  if (code.startsWith("1")) return { kind: "non-billable", why: "provisional answer" };
  if (row("callId") === "") return rejected(callIdMissing());
  const time = timeOf(row, context);
  if ("code" in time) return rejected(time);
  if (method === "BYE") return { kind: "half", half: end(row, time) };
  if (!code.startsWith("2")) return decodeUnanswered(row, time.at, context);
  return decodeAnswered(row, time, context);
}

/**
 * An answered INVITE. With a length it is a whole call (OpenSIPS, cdr flag). A length of 0 says nothing: the tables
 * hold 0 for rows of transactions too. Then it is the start of a call, which waits for its BYE and is never billed
 * at 0.
 */
function decodeAnswered(row: AccRow, { at: answeredAt, otherAt }: AccTime, context: AccContext): RowOutcome {
  const startedAt = setUpAt(row, answeredAt, context);
  if (isReject(startedAt)) return rejected(startedAt);
  const [seconds, ms] = [row("durationS"), row("durationMs")];
  const talkedMs = ms === "" || ms === "0" ? parseDuration(seconds || "0", "s") : parseDuration(ms, "ms");
  if (talkedMs === undefined) return rejected(durationInvalid(ms || seconds));
  const call = { ...common(row, keyOf(row), answeredAt), startedAt };
  if (talkedMs === 0)
    return { kind: "half", half: { key: call.key, side: "start", at: answeredAt, otherAt, call, cause: call.cause } };
  const endedAt = epochMs(answeredAt + talkedMs);
  return whole({ ...call, endedAt, talkedMs, reportedS: wholeNumber(seconds) ?? null, part: null }, context);
}

/**
 * A failed INVITE. Its leg differs from an answered call's: when the failed INVITE was sent inside a call (to
 * change its media), the call must not lose its identity to it.
 */
function decodeUnanswered(row: AccRow, endedAt: EpochMs, context: AccContext): RowOutcome {
  const startedAt = setUpAt(row, endedAt, context);
  if (isReject(startedAt)) return rejected(startedAt);
  const call = { ...common(row, keyOf(row), null), leg: "failed", startedAt, endedAt };
  return whole({ ...call, talkedMs: 0, reportedS: null, part: null }, context);
}

/**
 * One dialog in a row: of Kamailio's acc_cdrs, or of the table `cdrs` that is made from acc, which has no end time. Its
 * start is the answer, unless an answer time of its own says that it is the INVITE: then the duration is that of both.
 * Failed ones have the duration 0 and no answer.
 */
function decodeDialog(row: AccRow, context: AccContext): RowOutcome {
  const { clock, sanity } = context;
  const started = clock.read("start_time", row("startTime"));
  if (isReject(started)) return rejected(started);
  const otherStart = clock.otherMs;
  const duration = row("durationS");
  const timedMs = duration === "" ? null : parseDuration(duration, "s");
  if (timedMs === undefined) return rejected(durationInvalid(duration));
  const hasAnswer = !["", "0"].includes(row("answerTime"));
  const answered = hasAnswer ? clock.read("answer_time", row("answerTime")) : null;
  if (answered !== null && isReject(answered)) return rejected(answered);
  const otherAnswer = hasAnswer ? clock.otherMs : null;
  const ended = row("endTime") === "" && timedMs !== null ? null : clock.read("end_time", row("endTime"));
  if (ended !== null && isReject(ended)) return rejected(ended);
  const otherEnd = ended === null ? null : clock.otherMs;
  const { driftToleranceS = DRIFT_TOLERANCE_S } = sanity;
  const times = chooseFolds(
    { started, answered, ended },
    { started: otherStart, answered: otherAnswer, ended: otherEnd },
    { totalMs: timedMs, talkedMs: null, toleranceMs: driftToleranceS * 1_000 },
  );
  const startedAt = epochMs(times.started ?? started);
  const endedAt = epochMs(times.ended ?? startedAt + (timedMs ?? 0));
  return whole(dialogCall(row, { startedAt, answered: times.answered, endedAt, timedMs }), context);
}

interface DialogTimes {
  readonly startedAt: EpochMs;
  readonly answered: number | null;
  readonly endedAt: EpochMs;
  readonly timedMs: number | null;
}

function dialogCall(row: AccRow, { startedAt, answered, endedAt, timedMs }: DialogTimes): SwitchCall {
  const talkedMs = answered === null ? (timedMs ?? endedAt - startedAt) : endedAt - answered;
  const answeredAt = answered === null ? (talkedMs === 0 ? null : startedAt) : epochMs(answered);
  const key = row("callId") === "" ? row("recordId") : keyOf(row);
  return { ...common(row, key, answeredAt), startedAt, endedAt, talkedMs, reportedS: null, part: null };
}

const end = (row: AccRow, time: AccTime): CallHalf => ({
  key: keyOf(row),
  side: "end",
  ...time,
  call: null,
  cause: causeOf(row),
});

function common(row: AccRow, key: string, answeredAt: EpochMs | null) {
  return {
    key,
    leg: "",
    callId: row("callId") || null,
    direction: "originating",
    calling: row("calling"),
    called: row("called"),
    answeredAt,
    accountCode: row("accountCode") || null,
    sipUser: row("sipUser") || null,
    sourceAddress: row("sourceAddress") || null,
    ingressTrunk: row("ingressTrunk") || null,
    egressTrunk: row("egressTrunk") || null,
    cause: causeOf(row),
  } as const satisfies Partial<SwitchCall>;
}

const keyOf = (row: AccRow): string =>
  dialogKey({ callId: row("callId"), fromTag: row("fromTag"), toTag: row("toTag") });

function causeOf(row: AccRow): ReleaseCause {
  const sip = wholeNumber(row("sipCode"));
  return { q850: null, sip: sip ?? null, text: row("sipReason") || null };
}

/** When a transaction ended, and the other instant that its local time may be. */
type AccTime = Pick<CallHalf, "at" | "otherAt">;

function timeOf(row: AccRow, { clock }: AccContext): AccTime | Reject {
  const at = clock.read("time", row("time"));
  if (isReject(at)) return at;
  const fractionMs = Math.floor((wholeNumber(row("timeMicros")) ?? 0) / 1_000);
  const otherAt = clock.otherMs === null ? null : epochMs(clock.otherMs + fractionMs);
  return { at: epochMs(at + fractionMs), otherAt };
}

/** When the INVITE was sent, where the server tells; else the row's own time. Cut to seconds, it may seem later. */
function setUpAt(row: AccRow, at: EpochMs, { clock }: AccContext): EpochMs | Reject {
  const created = row("createdTime");
  // MySQL's zero date is what a column without a value holds there.
  if (created === "" || created.startsWith("0000-")) return epochMs(at - (parseDuration(row("setupS"), "s") ?? 0));
  const createdAt = clock.read("created", created);
  return isReject(createdAt) || createdAt < at ? createdAt : at;
}

function whole(call: SwitchCall, { sanity }: AccContext): RowOutcome {
  const reject = checkCall(call, sanity);
  return reject ? rejected(reject) : { kind: "call", call };
}

const isReject = (value: EpochMs | Reject): value is Reject => typeof value === "object";
const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });

const valueInvalid = (wanted: string, text: string): Reject => ({
  code: "value-invalid",
  what: `"${text.slice(0, 80)}" stands where the ${wanted} should.`,
  fix: "Check the order of the columns in the source's settings.",
});

const durationInvalid = (text: string): Reject => ({
  code: "duration-invalid",
  what: `The duration "${text.slice(0, 80)}" is no number of seconds.`,
  fix: "Check the order of the columns in the source's settings.",
});

const callIdMissing = (): Reject => ({
  code: "key-missing",
  what: "The row has no Call-ID, so it cannot be paired with the other half of its call.",
  fix: "Have the server write the Call-ID, or correct the order of the columns in the source's settings.",
});
