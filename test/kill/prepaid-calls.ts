import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../support/seeded-random.ts";

/** Where a switch asks now: after a kill Tollwright is another process, on another port. */
export interface Door {
  url: string;
  readonly token: string;
}

/** What a switch knows of its calls when they are over. */
export interface Driven {
  /** Calls that were let begin and ended, and the seconds that they talked. */
  calls: number;
  talkedS: number;
  refused: number;
  /** Requests that were sent again because no answer came, or none that decides. */
  again: number;
  /** Requests that were answered. */
  answered: number;
}

/** Seconds that one slice of a call may talk. */
const SLICE_S = 30;
const AGAIN_MS = 50;
const ANSWER_MS_MAX = 5_000;

interface Answer {
  readonly decision: "granted" | "refused" | "closed" | "unknown";
  readonly talkS?: number;
  readonly reason?: { readonly code: string };
}

/** A switch whose calls are prepaid: it never talks beyond a grant, and repeats a request until it is answered. */
export class PrepaidCalls {
  readonly driven: Driven = { calls: 0, talkedS: 0, refused: 0, again: 0, answered: 0 };
  readonly #door: Door;
  readonly #random: SeededRandom;
  readonly #accounts: readonly [string, ...string[]];
  #last = 0;

  constructor(door: Door, random: SeededRandom, accounts: readonly [string, ...string[]]) {
    this.#door = door;
    this.#random = random;
    this.#accounts = accounts;
  }

  /** One call after the other, until `isOver`. */
  async callUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.#call();
  }

  async #call(): Promise<void> {
    this.#last += 1;
    const key = `call-${this.#last}`;
    const accountCode = this.#random.of(this.#accounts);
    const [slices, lastS] = [this.#random.below(4), 1 + this.#random.below(SLICE_S)];
    const call = { calling: "442071234567", called: "4930123456", accountCode };
    let granted = await this.#ask("authorise", { key, ...call, wantedS: SLICE_S, requestKey: "begin" });
    if (granted.decision !== "granted") {
      this.driven.refused += 1;
      return;
    }
    let talkedS = 0;
    for (let slice = 0; slice < slices && granted.decision === "granted"; slice += 1) {
      talkedS = granted.talkS ?? 0;
      const report = { key, talkedMs: talkedS * 1_000, wantedS: SLICE_S, requestKey: `slice ${slice}` };
      granted = await this.#ask("update", report);
    }
    talkedS += Math.min(lastS, Math.max(0, (granted.talkS ?? talkedS) - talkedS));
    await this.#ask("stop", { key, talkedMs: talkedS * 1_000, requestKey: "end", call });
    this.driven.calls += 1;
    this.driven.talkedS += talkedS;
  }

  /** The answer to a request, sent again until there is one. */
  async #ask(verb: string, body: object): Promise<Answer> {
    for (;;) {
      const answer = await this.#tryOnce(verb, body);
      if (answer !== undefined) {
        this.driven.answered += 1;
        return answer;
      }
      this.driven.again += 1;
      await sleep(AGAIN_MS);
    }
  }

  async #tryOnce(verb: string, body: object): Promise<Answer | undefined> {
    const answered = await this.#post(verb, body);
    if (answered === undefined || answered.status >= 500) return undefined;
    const answer = JSON.parse(answered.text) as Answer;
    if (answered.status !== 200) throw new Error(`${verb} is answered ${answered.status}: ${answered.text}`);
    return answer.reason?.code === "database-away" ? undefined : answer;
  }

  /** undefined: no answer came. */
  async #post(verb: string, body: object): Promise<{ readonly status: number; readonly text: string } | undefined> {
    try {
      const response = await fetch(`${this.#door.url}/v1/sources/switch/sessions/${verb}`, {
        method: "POST",
        headers: { authorization: `Bearer ${this.#door.token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined; // killed under the request, or not there yet
    }
  }
}
