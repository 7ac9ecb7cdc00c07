import type { ChargingAnswer } from "../charging/charging-request.ts";
import { signalOf } from "../charging/refusal-signal.ts";

/** What Asterisk's dialplan is told when it has asked, as variables of the channel. */
export interface DialplanAnswer {
  /** Why the call may not begin; null: it may. */
  readonly refusal: string | null;
  /** For how long it may last; 0 where it may not begin. */
  readonly talkS: number;
  /** So many seconds before its end the balance falls below a threshold; 0: it does not. */
  readonly warningS: number;
  /** In their order: once the result is there, the others are. */
  readonly variables: readonly (readonly [name: string, value: string])[];
}

/** Q.850: invalid number format (Asterisk makes SIP 484 of it); congestion of the switch (503). */
const INVALID = 28;
const FAILED = 42;

/** What was decided about a call whose session has this leg. */
export function dialplanAnswer(answer: ChargingAnswer, leg: string): DialplanAnswer {
  if (answer.kind === "refused") return not("refused", answer.reason.code, signalOf(answer.reason.code).q850);
  if (answer.kind !== "granted") return failed("session-ended");
  const talkS = answer.talkS - answer.usedS;
  const warningS = answer.lowAtS === undefined ? 0 : answer.talkS - answer.lowAtS;
  const { left, isLow = false } = answer;
  const variables = [
    ["TOLLWRIGHT_LEG", leg],
    ["TOLLWRIGHT_MS", `${talkS * 1_000}`],
    ...(left === undefined ? [] : ([["TOLLWRIGHT_LEFT", `${left.amount} ${left.currency}`]] as const)),
    ...(isLow ? ([["TOLLWRIGHT_LOW", "1"]] as const) : []),
    ...(warningS > 0 ? ([["TOLLWRIGHT_WARNING_MS", `${warningS * 1_000}`]] as const) : []),
    ["TOLLWRIGHT_RESULT", "granted"],
  ] as const;
  return { refusal: null, talkS, warningS, variables };
}

/** The request names what cannot be dialled. */
export const invalid = (reason: "called-invalid" | "dial-string-invalid"): DialplanAnswer =>
  not("refused", reason, INVALID);

/** Nothing was decided: the dialplan is wrong, or the database is away. */
export const failed = (reason: string): DialplanAnswer => not("failed", reason, FAILED);

const not = (result: "refused" | "failed", reason: string, cause: number): DialplanAnswer => ({
  refusal: reason,
  talkS: 0,
  warningS: 0,
  variables: [
    ["TOLLWRIGHT_REASON", reason],
    ["TOLLWRIGHT_CAUSE", `${cause}`],
    ["TOLLWRIGHT_RESULT", result],
  ],
});
