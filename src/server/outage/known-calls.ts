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

/** Remembers the calls that are up, so that they can go on while the database is away. */
export class KnownCalls {
  readonly #calls = new Map<string, KnownCall>();

  get(sessionId: string): KnownCall | undefined {
    return this.#calls.get(sessionId);
  }

  /** What a request was answered, by the database or blindly. */
  note(sessionId: string, request: ChargingRequest, answer: ChargingAnswer, { isBlind = false } = {}): void {
    const before = this.#calls.get(sessionId);
    if (answer.kind !== "granted") {
      if (answer.kind === "closed") this.#calls.delete(sessionId);
      return;
    }
    if (request.kind === "stop" || (request.kind === "authorise" && request.isQuote === true)) return;
    const attempt = request.kind === "authorise" ? request.attempt : attemptOf(before, request.called);
    if (attempt === undefined) return;
    const heldS = isBlind ? (before?.heldS ?? 0) : answer.talkS;
    if (before === undefined && this.#calls.size >= CALLS_MAX)
      for (const oldest of this.#calls.keys()) {
        this.#calls.delete(oldest);
        break;
      }
    this.#calls.set(sessionId, { attempt, heldS, toldS: answer.talkS, usedS: answer.usedS });
  }
}

const attemptOf = (before: KnownCall | undefined, called: string | undefined): CallAttempt | undefined =>
  before === undefined || called === undefined ? before?.attempt : { ...before.attempt, called };
