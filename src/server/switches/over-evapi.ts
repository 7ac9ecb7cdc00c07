import { now } from "../../clock.ts";
import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type {
  KamailioCall,
  KamailioDialog,
  KamailioEvent,
  KamailioTransaction,
} from "../../protocol/evapi/kamailio-event.ts";
import {
  type KamailioAnswer,
  type KamailioCommand,
  sessionDisconnect,
  transactionReply,
} from "../../protocol/evapi/kamailio-reply.ts";
import type { Charging } from "../charging/charging.ts";
import type { ChargingAnswer, Refusal, Stop } from "../charging/charging-request.ts";
import { signalOf } from "../charging/refusal-signal.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import type { FollowedSession } from "./compare-dialogs.ts";
import { attemptOf, handleOf, recordKeyOf } from "./kamailio-call.ts";

/** What a Kamailio is told; nobody may be there to hear it. */
export type Tell = (command: KamailioCommand) => void;

type Asked = Extract<KamailioEvent, { readonly kind: "authorise" | "process-message" | "process-cdr" }>;
type Started = Extract<KamailioEvent, { readonly kind: "call-start" }>;

/**
 * Charges the calls of one Kamailio that is configured for CGRateS. `OriginID` names a session, as it is sent. Events of
 * one call are worked off in their order; the same event again changes nothing.
 */
export class ChargingOverEvapi {
  readonly #charging: Charging;
  readonly #source: PushedSource;
  readonly #tell: Tell;
  /** The latest work of each call that is in work. */
  readonly #calls = new Map<string, Promise<void>>();

  constructor(charging: Charging, source: PushedSource, tell: Tell) {
    this.#charging = charging;
    this.#source = source;
    this.#tell = tell;
  }

  /** Takes an event, and answers it where it waits for an answer. Errors: those of charging, once Kamailio is told. */
  async take(event: Exclude<KamailioEvent, { readonly kind: "dialog-list" | "other" }>): Promise<void> {
    switch (event.kind) {
      case "authorise":
        return await this.#answering(event, () => this.#authorise(event));
      case "process-message":
        return await this.#answering(event, async () => failed("MESSAGES_NOT_CHARGED"));
      case "process-cdr":
        return await this.#answering(event, () => this.#record(event.call));
      case "call-start":
        return await this.#inOrder(event.call, () => this.start(event));
      case "call-end":
        return await this.#inOrder(event.call, () => this.#stop(event.call, "end"));
      case "malformed":
        // A transaction waits: it goes on by the route of an authorisation, as most do.
        if (event.transaction !== null) this.#reply("authorise", event.transaction, failed("EVENT_NOT_READ"));
        return;
      default:
        return event satisfies never;
    }
  }

  /**
   * A call was answered. One that is not known yet, because its configuration tells its `OriginID` only now or we were
   * away when it began, is authorised first; one that may not be is ended.
   */
  async start({ call, dialog }: Pick<Started, "call" | "dialog">): Promise<void> {
    const answer = await this.#answered(call, dialog);
    if (answer.kind !== "unknown") return this.#endIfRefused(answer, dialog);
    const opened = await this.#charging.decide(this.#source.tenantId, {
      kind: "authorise",
      sourceId: this.#source.sourceId,
      requestKey: "authorise at start",
      attempt: { ...attemptOf(call, call.originId ?? ""), handle: handleOf(dialog) },
      wantedS: null,
    });
    this.#endIfRefused(opened.kind === "granted" ? await this.#answered(call, dialog) : opened, dialog);
  }

  /** A call that talks, as its dialog tells: should it be lost, it is known to have talked so far. */
  async talking(
    call: KamailioCall,
    { dialog, durationS }: { readonly dialog: KamailioDialog; readonly durationS: number | null },
  ): Promise<void> {
    await this.#charging.decide(this.#source.tenantId, {
      ...this.#nameOf(call, `talking ${durationS}`),
      kind: "update",
      answeredAt: call.answeredAt,
      talkedMs: (durationS ?? 0) * 1_000,
      counted: "whole-call",
      wantedS: "granted",
      recordKey: recordKeyOf(call),
      handle: handleOf(dialog),
    });
  }

  /**
   * Kamailio has no such call any more, and did not tell its end: nothing more is held for it, and it is given up soon,
   * unless its end is told after all.
   */
  async gone({ key, usedS }: FollowedSession, at: EpochMs): Promise<void> {
    await this.#charging.decide(this.#source.tenantId, {
      ...{ kind: "update", sourceId: this.#source.sourceId, requestKey: `gone ${at}`, key, leg: "" },
      ...{ answeredAt: null, talkedMs: usedS * 1_000, counted: "whole-call", wantedS: 0, recordKey: null },
    });
  }

  /** A call that ended, as its dialog tells: no event of its end has come. */
  async ended(call: KamailioCall): Promise<void> {
    await this.#inOrder(call, () => this.#stop(call, "end"));
  }

  #answered(call: KamailioCall, dialog: KamailioDialog | null): Promise<ChargingAnswer> {
    return this.#charging.decide(this.#source.tenantId, {
      ...this.#nameOf(call, "start"),
      kind: "update",
      answeredAt: call.answeredAt ?? fromInstant(now()),
      talkedMs: 0,
      counted: "whole-call",
      wantedS: "granted",
      recordKey: recordKeyOf(call),
      handle: handleOf(dialog),
    });
  }

  #endIfRefused(answer: ChargingAnswer, dialog: KamailioDialog | null): void {
    const mayTalk = answer.kind === "granted" && (answer.talkS > 0 || !answer.isLast);
    if (!mayTalk && dialog !== null)
      this.#tell(sessionDisconnect(dialog, answer.kind === "refused" ? codeOf(answer.reason) : "NOT_GRANTED"));
  }

  async #authorise({ call, transaction: { index, label } }: Asked): Promise<KamailioAnswer> {
    if (call.destination === null) return failed("DESTINATION_MISSING");
    const transaction = `${index}/${label}`;
    const answer = await this.#charging.decide(this.#source.tenantId, {
      kind: "authorise",
      sourceId: this.#source.sourceId,
      requestKey: `authorise ${transaction}`,
      // Without a name nothing can be held: how long the call may last is told, and held from its start on.
      ...(call.originId === null && { isQuote: true as const }),
      attempt: attemptOf(call, call.originId ?? `transaction ${transaction}`),
      wantedS: null,
    });
    return answerOf(answer);
  }

  async #record(call: KamailioCall): Promise<KamailioAnswer> {
    if (call.talkedMs === null || call.destination === null) return failed("RECORD_INCOMPLETE");
    await this.#inOrder(call, () => this.#stop(call, "record"));
    return { maxUsageS: 0, error: "", attributes: {}, routes: [] };
  }

  async #stop(call: KamailioCall, requestKey: string): Promise<void> {
    await this.#charging.decide(this.#source.tenantId, {
      ...this.#nameOf(call, requestKey),
      ...endOf(call),
      kind: "stop",
      counted: "whole-call",
      recordKey: recordKeyOf(call),
      isGivenUp: false,
      attempt: call.destination === null ? null : attemptOf(call, call.originId ?? ""),
    });
  }

  #nameOf({ originId }: KamailioCall, requestKey: string) {
    return { sourceId: this.#source.sourceId, requestKey, key: originId ?? "", leg: "" };
  }

  /** A transaction is always answered: Kamailio keeps its caller waiting. */
  async #answering({ kind, transaction }: Asked, answer: () => Promise<KamailioAnswer>): Promise<void> {
    try {
      this.#reply(kind, transaction, await answer());
    } catch (error) {
      this.#reply(kind, transaction, failed("CHARGING_UNAVAILABLE"));
      throw error;
    }
  }

  #reply(kind: Asked["kind"], transaction: KamailioTransaction, answer: KamailioAnswer): void {
    this.#tell(transactionReply(kind, transaction, answer));
  }

  async #inOrder({ originId }: KamailioCall, work: () => Promise<void>): Promise<void> {
    const key = originId ?? "";
    const before = this.#calls.get(key) ?? Promise.resolve();
    const done = before.then(work, work);
    const settled = done.catch(() => undefined);
    this.#calls.set(key, settled);
    try {
      await done;
    } finally {
      if (this.#calls.get(key) === settled) this.#calls.delete(key);
    }
  }
}

const failed = (error: string): KamailioAnswer => ({ maxUsageS: 0, error, attributes: {}, routes: [] });

/**
 * Public configurations refuse with 403 at 0 seconds and with 503 at an error, so that only what is not the caller's is
 * an error. `SipCode` is for configurations that refuse with the code that fits.
 */
function answerOf(answer: ChargingAnswer): KamailioAnswer {
  if (answer.kind === "granted" && answer.talkS > 0)
    return { maxUsageS: answer.talkS, error: "", attributes: {}, routes: [] };
  const sip = answer.kind === "refused" ? signalOf(answer.reason.code).sip : 403;
  return { maxUsageS: 0, error: "", attributes: { SipCode: String(sip) }, routes: [] };
}

/** "balance-exhausted" as `BALANCE_EXHAUSTED`, which is how configurations expect reasons. */
const codeOf = ({ code }: Refusal): string => code.toUpperCase().replaceAll("-", "_");

/** Whole seconds are the switch's own count; a call of none was not answered. */
function endOf(call: KamailioCall): Pick<Stop, "answeredAt" | "endedAt" | "talkedMs" | "reportedS" | "cause"> {
  const { answeredAt, talkedMs } = call;
  const isAnswered = answeredAt !== null || (talkedMs ?? 0) > 0;
  const endedAt = endedAtOf(answeredAt, talkedMs);
  const sip = /^[3-6]\d\d$/.test(call.fields.get("SipCode") ?? "") ? Number(call.fields.get("SipCode")) : null;
  return {
    answeredAt: answeredAt ?? (talkedMs ? epochMs(endedAt - talkedMs) : null),
    endedAt,
    talkedMs,
    reportedS: isAnswered && talkedMs !== null && talkedMs % 1_000 === 0 ? talkedMs / 1_000 : null,
    cause: { ...NO_CAUSE, sip, text: call.fields.get("DisconnectCause") ?? null },
  };
}

const endedAtOf = (answeredAt: EpochMs | null, talkedMs: number | null): EpochMs =>
  answeredAt === null || talkedMs === null ? fromInstant(now()) : epochMs(answeredAt + talkedMs);
