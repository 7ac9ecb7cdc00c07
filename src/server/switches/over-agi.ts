import { now, uuidv7 } from "../../clock.ts";
import { epochMs, fromInstant } from "../../core/time/epoch.ts";
import {
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
import type { CallAttempt, SessionName, Stop } from "../charging/charging-request.ts";
import { attemptOf, dialplanSeconds } from "./asterisk-call.ts";
import { type DialplanAnswer, dialplanAnswer, failed, invalid } from "./dialplan-answer.ts";

/** Seconds that a call may ring, where the dialplan does not say. */
const RING_S = 60;

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
    if (source === undefined) return await refuse(call, failed("source-unknown"));
    try {
      switch (request.script) {
        case "authorise":
          return (await this.#authorise(call, request, source)).refusal;
        case "dial":
          return await this.#dial(call, request, source);
        case "stop":
          return await this.#stop(call, request, source);
        default:
          return await refuse(call, failed("script-unknown"));
      }
    } catch (error) {
      await refuse(call, failed("charging-unavailable"));
      throw error;
    }
  }

  /** Asks whether the call may begin, and leaves the answer in the channel's variables. */
  async #authorise(
    call: AgiCall,
    request: AgiRequest,
    source: AgiSource,
    target?: AgiDialTarget,
  ): Promise<Pick<DialplanAnswer, "refusal" | "talkS" | "warningS">> {
    const { parameters } = request;
    const called = parameters.get("called") ?? request.called;
    const wantedS = dialplanSeconds(parameters.get("wanted"), null);
    // What is no number cannot be priced as one, and dialled it would be something else.
    if (!isDialable(called)) return await refused(call, invalid("called-invalid"));
    if (wantedS === undefined) return await refused(call, failed("parameter-invalid"));
    const facts = readChannelFacts(await askValues(call, CHANNEL_VALUES));
    if (facts.legBefore !== null) await this.#report(call, request, source);
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
    const answer = dialplanAnswer(await this.#charging.decide(tenantId, asked), attempt.leg);
    const isTold = await tell(call, answer);
    // A dialplan that has not heard of its grant does not dial.
    if (answer.talkS > 0 && isTold === "no") await this.#charging.decide(tenantId, unanswered(sourceId, attempt));
    return isTold === "yes" ? answer : { ...answer, talkS: 0 };
  }

  /** Authorises, dials with the limit, and reports what came of it. */
  async #dial(call: AgiCall, request: AgiRequest, source: AgiSource): Promise<string | null> {
    const { args, parameters } = request;
    const [text = "", ...more] = args;
    const targets = readDialTargets(text);
    const ringS = dialplanSeconds(parameters.get("ring"), RING_S);
    const warnS = dialplanSeconds(parameters.get("warn"), null);
    if (targets === null || more.length > 0) return await refuse(call, invalid("dial-string-invalid"));
    if (!ringS || warnS === undefined) return await refuse(call, failed("parameter-invalid"));
    const { refusal, talkS, warningS } = await this.#authorise(call, request, source, targets[0]);
    if (talkS === 0) return refusal;
    const dial = dialCommand({ targets, ringS, limitMs: talkS * 1_000, warningMs: (warnS ?? warningS) * 1_000 });
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
    const facts = readCallFacts(await askValues(call, CALL_VALUES));
    if (call.goneBy !== null || facts.result !== "granted") return null;
    const name = { key: request.uniqueId, leg: facts.leg };
    await this.#charging.decide(tenantId, stopOf(sourceId, name, facts));
    return facts;
  }
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

/** What Asterisk answers to a question for values; null: it does not. */
async function askValues(call: AgiCall, names: readonly string[]): Promise<string | null> {
  const outcome = await call.ask(getValuesCommand(names));
  return outcome.kind === "reply" ? outcome.value : null;
}

/** Sets the channel's variables. Whether the dialplan has heard of the result is not known if the last one is lost. */
async function tell(call: AgiCall, { variables }: DialplanAnswer): Promise<"yes" | "no" | "perhaps"> {
  for (const [name, value] of variables) {
    const outcome = await call.ask(setVariableCommand(name, value));
    if (outcome.kind !== "reply" || outcome.code !== 200) return name === "TOLLWRIGHT_RESULT" ? "perhaps" : "no";
  }
  return "yes";
}

async function refused(call: AgiCall, answer: DialplanAnswer): Promise<DialplanAnswer> {
  await tell(call, answer);
  return answer;
}

async function refuse(call: AgiCall, answer: DialplanAnswer): Promise<string | null> {
  await tell(call, answer);
  return answer.refusal;
}
