import { now, uuidv7 } from "../../clock.ts";
import { epochMs, fromInstant } from "../../core/time/epoch.ts";
import {
  type AgiCommand,
  type AgiDialTarget,
  dialCommand,
  getValuesCommand,
  hangupCommand,
  isDialable,
  readDialTargets,
  setVariableCommand,
} from "../../protocol/agi/agi-command.ts";
import type { AgiRequest } from "../../protocol/agi/agi-request.ts";
import {
  CALL_VALUES,
  type CallFacts,
  CHANNEL_VALUES,
  readCallFacts,
  readChannelFacts,
} from "../../protocol/agi/call-facts.ts";
import type { AgiCall } from "../agi/agi-call.ts";
import type { AgiHandler } from "../agi/agi-server.ts";
import type { AgiSource, AgiSources } from "../agi/agi-sources.ts";
import type { Charging } from "../charging/charging.ts";
import type { CallAttempt, ChargingAnswer, SessionName, Stop } from "../charging/charging-request.ts";
import { signalOf } from "../charging/refusal-signal.ts";
import { attemptOf } from "./asterisk-call.ts";

/** Seconds that a call may ring, where the dialplan does not say. */
const RING_S = 60;
const SECONDS_MAX = 86_400;
/** Q.850: temporary failure. */
const FAILED = 41;

/** Charges calls that Asterisk's dialplan asks about: docs/guides/asterisk-charging.md says how. */
export class ChargingOverAgi implements AgiHandler {
  /** May be replaced while it runs. */
  sources: AgiSources;
  readonly #charging: Charging;

  constructor(charging: Charging, sources: AgiSources) {
    this.#charging = charging;
    this.sources = sources;
  }

  lets(address: string): boolean {
    return this.sources.has(address);
  }

  async serve(call: AgiCall, request: AgiRequest): Promise<string | null> {
    const source = this.sources.find(call.address, request.parameters.get("source"));
    if (source === undefined) return await fail(call, "source-unknown");
    try {
      switch (request.script) {
        case "authorise":
          return (await this.#authorise(call, request, source)).refusal;
        case "dial":
          return await this.#dial(call, request, source);
        case "stop":
          return await this.#stop(call, request, source);
        default:
          return await fail(call, "script-unknown");
      }
    } catch (error) {
      await fail(call, "charging-unavailable");
      throw error;
    }
  }

  /** Asks whether the call may begin, and leaves the answer in the channel's variables. */
  async #authorise(
    call: AgiCall,
    request: AgiRequest,
    source: AgiSource,
    target?: AgiDialTarget,
  ): Promise<{ readonly refusal: string | null; readonly talkS: number }> {
    const { parameters } = request;
    const called = parameters.get("called") ?? request.called;
    const wantedS = secondsOf(parameters.get("wanted"), null);
    // What is no number cannot be priced as one, and dialled it would be something else.
    if (!isDialable(called)) return { refusal: await refuse(call, "called-invalid", CAUSE_INVALID), talkS: 0 };
    if (wantedS === undefined) return { refusal: await fail(call, "parameter-invalid"), talkS: 0 };
    const facts = readChannelFacts(await askValue(call, getValuesCommand(CHANNEL_VALUES)));
    const attempt = attemptOf({
      ...{ uniqueId: request.uniqueId, channel: request.channel, calling: request.calling, called },
      ...{ sequence: facts.sequence, linkedId: facts.linkedId, startedAt: facts.startedAt ?? fromInstant(now()) },
      accountCode: request.accountCode,
      sourceAddress: parameters.get("from") ?? null,
      egressTrunk: parameters.get("to") ?? target?.trunk ?? null,
    });
    const { tenantId, sourceId } = source;
    // Asterisk repeats no request: one that comes again is another, as after a payment over the telephone.
    const asked = { kind: "authorise", sourceId, requestKey: uuidv7(), attempt, wantedS } as const;
    const answer = await this.#charging.decide(tenantId, asked);
    if (answer.kind !== "granted") return { refusal: await refuse(call, ...reasonOf(answer)), talkS: 0 };
    const talkS = answer.talkS - answer.usedS;
    const isTold = await tell(call, { TOLLWRIGHT_LEG: attempt.leg, TOLLWRIGHT_MS: `${talkS * 1_000}` });
    if (isTold && (await tell(call, { TOLLWRIGHT_RESULT: "granted" }))) return { refusal: null, talkS };
    // A dialplan that has not heard of its grant does not dial.
    if (!isTold) await this.#charging.decide(tenantId, unanswered(sourceId, attempt));
    return { refusal: null, talkS: 0 };
  }

  /** Authorises, dials with the limit, and reports what came of it. */
  async #dial(call: AgiCall, request: AgiRequest, source: AgiSource): Promise<string | null> {
    const { args, parameters } = request;
    const [text = "", ...more] = args;
    const targets = readDialTargets(text);
    const ringS = secondsOf(parameters.get("ring"), RING_S);
    const warningS = secondsOf(parameters.get("warn"), 0);
    if (targets === null || more.length > 0) return await refuse(call, "dial-string-invalid", CAUSE_INVALID);
    if (!ringS || warningS === undefined || warningS === null) return await fail(call, "parameter-invalid");
    const { refusal, talkS } = await this.#authorise(call, request, source, targets[0]);
    if (talkS === 0) return refusal;
    const dial = dialCommand({ targets, ringS, limitMs: talkS * 1_000, warningMs: warningS * 1_000 });
    const dialled = await call.ask(dial, (ringS + talkS) * 1_000);
    if (dialled.kind === "gone") return null; // the dialplan's handler of the hang-up reports, or the session is given up
    const facts = await this.#report(call, request, source);
    // Beyond here the dialplan would begin another call record, of the same channel and answered already.
    if (facts?.talkedMs !== 0) await call.ask(hangupCommand(null));
    return null;
  }

  /** Reports the end of a call that was authorised before; of any other there is nothing to say. */
  async #stop(call: AgiCall, request: AgiRequest, source: AgiSource): Promise<string | null> {
    await this.#report(call, request, source);
    return null;
  }

  /** null: the call was not authorised, or the connection is away. */
  async #report(call: AgiCall, request: AgiRequest, { tenantId, sourceId }: AgiSource): Promise<CallFacts | null> {
    const value = await askValue(call, getValuesCommand(CALL_VALUES));
    const facts = readCallFacts(value);
    if (call.goneBy !== null || facts.result !== "granted") return null;
    const name = { key: request.uniqueId, leg: facts.leg };
    await this.#charging.decide(tenantId, stopOf(sourceId, name, facts));
    return facts;
  }
}

/** Q.850: invalid number format. */
const CAUSE_INVALID = 28;

/** Seconds of a parameter; undefined: it says something else. */
function secondsOf<Initial>(text: string | undefined, initial: Initial): number | Initial | undefined {
  if (text === undefined) return initial;
  return /^\d{1,5}$/.test(text) && Number(text) <= SECONDS_MAX ? Number(text) : undefined;
}

function stopOf(sourceId: string, name: SessionName, facts: CallFacts): Stop {
  const { talkedMs, reportedS, q850, disposition, sequence } = facts;
  const lastAt = facts.endedAt ?? fromInstant(now());
  const answeredAt = facts.answeredAt ?? (talkedMs ? epochMs(lastAt - talkedMs) : null);
  const endedAt = answeredAt === null || talkedMs === null ? lastAt : epochMs(answeredAt + talkedMs);
  return {
    ...{ kind: "stop", sourceId, requestKey: "stop", ...name, answeredAt, endedAt, talkedMs, reportedS },
    ...{ counted: "whole-call", recordKey: null, isGivenUp: false, attempt: null },
    cause: { q850, sip: null, text: disposition },
    ...(sequence === null ? {} : { recordLeg: sequence }),
  };
}

const unanswered = (sourceId: string, { key, leg }: CallAttempt): Stop =>
  stopOf(sourceId, { key, leg }, { ...readCallFacts(null), talkedMs: 0 });

function reasonOf(answer: Exclude<ChargingAnswer, { readonly kind: "granted" }>): [reason: string, cause: number] {
  return answer.kind === "refused"
    ? [answer.reason.code, signalOf(answer.reason.code).q850]
    : ["session-ended", FAILED];
}

/** The value of an answer; null: there is none. */
async function askValue(call: AgiCall, command: AgiCommand): Promise<string | null> {
  const outcome = await call.ask(command);
  return outcome.kind === "reply" ? outcome.value : null;
}

/** Sets variables of the channel, the result last: whether Asterisk says that it has. */
async function tell(call: AgiCall, variables: Readonly<Record<string, string>>): Promise<boolean> {
  for (const [name, value] of Object.entries(variables)) {
    const outcome = await call.ask(setVariableCommand(name, value));
    if (outcome.kind !== "reply" || outcome.code !== 200) return false;
  }
  return true;
}

async function refuse(call: AgiCall, reason: string, cause: number): Promise<string> {
  await tell(call, { TOLLWRIGHT_REASON: reason, TOLLWRIGHT_CAUSE: `${cause}`, TOLLWRIGHT_RESULT: "refused" });
  return reason;
}

async function fail(call: AgiCall, reason: string): Promise<string> {
  await tell(call, { TOLLWRIGHT_REASON: reason, TOLLWRIGHT_CAUSE: `${FAILED}`, TOLLWRIGHT_RESULT: "failed" });
  return reason;
}
