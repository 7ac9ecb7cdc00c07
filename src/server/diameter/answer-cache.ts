/** Answers by what repetitions of their requests have in common. */
interface CachedAnswer {
  readonly untilMs: number;
  readonly answer: Promise<Buffer | undefined>;
}

/** Of a full cache this share goes at once: to find the first entry of a map takes long after many left. */
const FORGOTTEN_SHARE = 1 / 8;

/** RFC 6733 §3: an end-to-end id is not used again for four minutes; peers repeat within seconds. */
const KEPT_MS = 60_000;

/**
 * Answers to requests that may come again: while the first is in work, and for a minute. It spares the work; that
 * nothing is charged twice does not depend on it.
 */
export class AnswerCache {
  readonly #answersMax: number;
  readonly #nowMs: () => number;
  readonly #answers = new Map<string, CachedAnswer>();

  constructor(answersMax: number, nowMs: () => number) {
    this.#answersMax = answersMax;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** The answer under way or given to a request with this key. */
  find(key: string): Promise<Buffer | undefined> | undefined {
    const cached = this.#answers.get(key);
    return cached !== undefined && cached.untilMs > this.#nowMs() ? cached.answer : undefined;
  }

  /** Keeps an answer; one that turns out to be none (undefined) is forgotten, so that a repetition is worked on. */
  keep(key: string, answer: Promise<Buffer | undefined>): void {
    if (this.#answers.size >= this.#answersMax) this.#forgetOldest();
    const cached = { untilMs: this.#nowMs() + KEPT_MS, answer };
    this.#answers.set(key, cached);
    void answer.then((given) => {
      if (given === undefined && this.#answers.get(key) === cached) this.#answers.delete(key);
    });
  }

  #forgetOldest(): void {
    const left = Math.floor(this.#answersMax * (1 - FORGOTTEN_SHARE));
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= left) return;
      this.#answers.delete(oldest);
    }
  }
}
