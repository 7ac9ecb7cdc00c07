import type { CreditControlRequest } from "../../protocol/diameter/credit-control-request.ts";
import type { Fault } from "../../protocol/diameter/fault.ts";
import { type NodeIdentity, writeErrorAnswer } from "../../protocol/diameter/node-messages.ts";
import { envelopeOf, readCreditControl } from "../../protocol/diameter/read-credit-control.ts";
import type { DiameterMessage } from "../../protocol/diameter/read-message.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import { writeCreditControlAnswer } from "../../protocol/diameter/write-credit-control.ts";
import { AnswerCache } from "./answer-cache.ts";
import type { CreditControlHandler, RequestSender } from "./credit-control-handler.ts";
import type { DiameterReport } from "./diameter-report.ts";

export interface AnswererOptions {
  readonly node: NodeIdentity;
  readonly handler: CreditControlHandler;
  readonly report: DiameterReport;
  /** A handler that takes longer is answered for: the peer waits ten seconds as a rule (Tx of RFC 8506 §13). */
  readonly answerMsMax: number;
  /** Requests in work at a time, of all peers together. */
  readonly inWorkMax: number;
}

const CACHED_ANSWERS_MAX = 20_000;
const HOP_BY_HOP_AT = 12;

const TOO_BUSY: Fault = { resultCode: RESULT.tooBusy, what: "Too many requests are in work", failed: undefined };
const TOO_LATE: Fault = { resultCode: RESULT.tooBusy, what: "No decision in time", failed: undefined };
const FAILED: Fault = {
  resultCode: RESULT.unableToComply,
  what: "The request could not be decided",
  failed: undefined,
};

/** Turns credit-control requests into answers: each once, in bounded number, in bounded time. */
export class RequestAnswerer {
  readonly #options: AnswererOptions;
  readonly #cache = new AnswerCache(CACHED_ANSWERS_MAX, () => performance.now());
  readonly #working = new Set<Promise<unknown>>();
  readonly #inWork = new Map<string, number>();
  #isClosing = false;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /** The octets that answer a credit-control request that was let through the screening. */
  async answer(message: DiameterMessage, sender: RequestSender): Promise<Buffer> {
    const { node, report } = this.#options;
    const envelope = envelopeOf(message);
    const read = readCreditControl(message);
    if (read.kind === "fault") {
      report.add("request-refused", sender.peer.host, read.fault.what);
      return writeErrorAnswer(envelope, node, read.fault);
    }
    const { request } = read;
    const key = keyOf(request);
    const earlier = this.#cache.find(key);
    if (earlier !== undefined) report.add("request-repeated", sender.peer.host, request.sessionId);
    if (earlier === undefined && this.#isBusy(sender)) {
      report.add("too-busy", sender.peer.host, request.sessionId);
      return writeErrorAnswer(envelope, node, TOO_BUSY);
    }
    const answer = await this.#inTime(earlier ?? this.#begin(key, request, sender));
    if (answer === "late") report.add("answered-late", sender.peer.host, request.sessionId);
    if (answer === "busy") {
      report.add("too-busy", sender.peer.host, request.sessionId);
      return writeErrorAnswer(envelope, node, TOO_BUSY);
    }
    if (answer === "late" || answer === undefined)
      return writeErrorAnswer(envelope, node, answer === "late" ? TOO_LATE : FAILED);
    return earlier === undefined ? answer : withHopByHopId(answer, message.header.hopByHopId);
  }

  /** Takes nothing new, which is answered 3004 from now on, and waits for everything that is in work. */
  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  #isBusy({ peer }: RequestSender): boolean {
    if (this.#isClosing) return true;
    return this.#working.size >= this.#options.inWorkMax || (this.#inWork.get(peer.host) ?? 0) >= peer.inWorkMax;
  }

  #begin(key: string, request: CreditControlRequest, sender: RequestSender): Promise<Buffer | "busy" | undefined> {
    const { host } = sender.peer;
    this.#inWork.set(host, (this.#inWork.get(host) ?? 0) + 1);
    const working = this.#work(request, sender).finally(() => {
      this.#working.delete(working);
      this.#inWork.set(host, (this.#inWork.get(host) ?? 1) - 1);
    });
    this.#working.add(working);
    this.#cache.keep(
      key,
      working.then((answer) => (answer === "busy" ? undefined : answer)),
    );
    return working;
  }

  /** The handler's answer in octets; undefined when it has none. */
  async #work(request: CreditControlRequest, sender: RequestSender): Promise<Buffer | "busy" | undefined> {
    const { node, handler, report } = this.#options;
    try {
      const answer = await handler.charge(request, sender);
      return answer === "busy" ? answer : writeCreditControlAnswer(request, answer, node);
    } catch (error) {
      report.add("handler-failed", sender.peer.host, request.sessionId, error);
      return undefined;
    }
  }

  async #inTime<Answer>(answer: Promise<Answer>): Promise<Answer | "late"> {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), this.#options.answerMsMax);
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * RFC 6733 §3 knows a repetition by origin and end-to-end id. Session and number are there besides, for peers that
 * begin their ids anew at every start.
 */
const keyOf = (request: CreditControlRequest): string =>
  [
    request.originHost.toLowerCase(),
    request.envelope.header.endToEndId,
    request.type,
    request.number,
    request.subSessionId ?? "",
    request.sessionId,
  ].join(" ");

/** The same answer on another hop: it goes back over the connection that the repetition came by. */
function withHopByHopId(answer: Buffer, hopByHopId: number): Buffer {
  const copy = Buffer.from(answer);
  copy.writeUInt32BE(hopByHopId, HOP_BY_HOP_AT);
  return copy;
}
