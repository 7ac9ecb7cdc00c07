import type { EpochMs } from "../../core/time/epoch.ts";
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
import type { ChargingAnswer, Refusal } from "../charging/charging-request.ts";
import { signalOf } from "../charging/refusal-signal.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { attemptOf, recordKeyOf, startCall, stopCall } from "./cgrates-call.ts";
import type { FollowedSession } from "./compare-dialogs.ts";
import { handleOf } from "./kamailio-handle.ts";

/** What a Kamailio is told; nobody may be there to hear it. */
export type Tell = (command: KamailioCommand) => void;

type Asked = Extract<KamailioEvent, { readonly kind: "authorise" | "process-message" | "process-cdr" }>;
type Started = Extract<KamailioEvent, { readonly kind: "call-start" }>;

/**
 * Charges the calls of one Kamailio that is configured for CGRateS. `OriginID` names a session, as it is sent. Events
 * of one call are worked off in their order; the same event again changes nothing.
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

  /** A call was answered; one that may not be is ended. */
  async start({ call, dialog }: Pick<Started, "call" | "dialog">): Promise<void> {
    const answer = await startCall(this.#charging, this.#source, { call, handle: handleOf(dialog) });
    const mayTalk = answer.kind === "granted" && (answer.talkS > 0 || !answer.isLast);
    if (mayTalk || dialog === null) return;
    this.#tell(sessionDisconnect(dialog, answer.kind === "refused" ? codeOf(answer.reason) : "NOT_GRANTED"));
  }

  /** A call that talks, as its dialog tells: should it be lost, it is known to have talked so far. */
  async talking(
    call: KamailioCall,
    { dialog, durationS }: { readonly dialog: KamailioDialog; readonly durationS: number | null },
  ): Promise<void> {
    await this.#charging.decide(this.#source.tenantId, {
      ...{ kind: "update", sourceId: this.#source.sourceId, key: call.originId ?? "", leg: "" },
      requestKey: `talking ${durationS}`,
      answeredAt: call.answeredAt,
      talkedMs: (durationS ?? 0) * 1_000,
      counted: "whole-call",
      wantedS: "granted",
      recordKey: recordKeyOf(call),
      handle: handleOf(dialog),
    });
  }

  /**
   * Kamailio has no such call any more, and did not tell its end: nothing more is held for it, and it is given up
   * soon, unless its end is told after all.
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

  async #authorise({ call, transaction: { index, label } }: Asked): Promise<KamailioAnswer> {
    if (call.destination === null) return failed("DESTINATION_MISSING");
    const transaction = `${index}/${label}`;
    const answer = await this.#charging.decide(this.#source.tenantId, {
      kind: "authorise",
      sourceId: this.#source.sourceId,
      requestKey: `authorise ${transaction}`,
      // Without a name nothing can be held: how long the call may last is told, and held from its start on.
      ...(call.originId === null && { isQuote: true as const }),
      attempt: attemptOf(call, call.originId ?? `transaction ${transaction}`, handleOf(null)),
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
    await stopCall(this.#charging, this.#source, { call, handle: handleOf(null), requestKey });
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
 * Public configurations refuse with 403 at 0 seconds and with 503 at an error, so that only what is not the caller's
 * is an error. `SipCode` is for configurations that refuse with the code that fits.
 */
function answerOf(answer: ChargingAnswer): KamailioAnswer {
  if (answer.kind === "granted" && answer.talkS > 0)
    return { maxUsageS: answer.talkS, error: "", attributes: {}, routes: [] };
  const sip = answer.kind === "refused" ? signalOf(answer.reason.code).sip : 403;
  return { maxUsageS: 0, error: "", attributes: { SipCode: String(sip) }, routes: [] };
}

/** "balance-exhausted" as `BALANCE_EXHAUSTED`, which is how configurations expect reasons. */
const codeOf = ({ code }: Refusal): string => code.toUpperCase().replaceAll("-", "_");
