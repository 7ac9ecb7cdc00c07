import type { CallAttempt, ChargingAnswer, ChargingRequest } from "../charging/charging-request.ts";

/** A call that is up, as this process has answered for it. */
export interface KnownCall {
  readonly attempt: CallAttempt;
  /** Seconds of talk time: held for by the database, told to the switch in all, and used by its reports. */
  readonly heldS: number;
  readonly toldS: number;
  readonly usedS: number;
}

/** Calls that are remembered; of more the oldest is forgotten, and gets no more blindly than it was told. */
const CALLS_MAX = 200_000;

/** Of those that are over. */
const ENDED_MAX = 50_000;

/** Remembers the calls that are up, so that they can go on while the database is away, and those that are over. */
export class KnownCalls {
  readonly #calls = new Map<string, KnownCall>();
  readonly #ended = new Set<string>();

  get(sessionId: string): KnownCall | undefined {
    return this.#calls.get(sessionId);
  }

  /** Whether a call of that name is over: whoever uses it again begins no second one. */
  hasEnded(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /** What a request was answered, by the database or blindly. */
  note(sessionId: string, request: ChargingRequest, answer: ChargingAnswer, { isBlind = false } = {}): void {
    const before = this.#calls.get(sessionId);
    if (answer.kind === "closed") this.#end(sessionId);
    if (answer.kind !== "granted") return;
    if (request.kind === "stop" || (request.kind === "authorise" && request.isQuote === true)) return;
    const attempt = request.kind === "authorise" ? request.attempt : attemptOf(before, request.called);
    if (attempt === undefined) return;
    const heldS = isBlind ? (before?.heldS ?? 0) : answer.talkS;
    if (before === undefined && this.#calls.size >= CALLS_MAX) forgetOldest(this.#calls);
    this.#ended.delete(sessionId);
    this.#calls.set(sessionId, { attempt, heldS, toldS: answer.talkS, usedS: answer.usedS });
  }

  #end(sessionId: string): void {
    this.#calls.delete(sessionId);
    if (this.#ended.size >= ENDED_MAX) forgetOldest(this.#ended);
    this.#ended.add(sessionId);
  }
}

function forgetOldest(remembered: Map<string, unknown> | Set<string>): void {
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}

const attemptOf = (before: KnownCall | undefined, called: string | undefined): CallAttempt | undefined =>
  before === undefined || called === undefined ? before?.attempt : { ...before.attempt, called };
