/** What became of a request before. */
export type Known =
  /** The same request is being worked on: its answer will do for both. */
  | { readonly kind: "in-work" }
  /** The same request was answered: with these octets, which go out again. */
  | { readonly kind: "answered"; readonly reply: Uint8Array };

export interface Exchange {
  readonly key: string;
  readonly request: Uint8Array;
  readonly beganMs: number;
}

interface Answered {
  readonly key: string;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  readonly answeredMs: number;
}

export interface ExchangeLimits {
  /** Requests in work at a time; more are shed before a queue grows. */
  readonly inWorkMax: number;
  /** A request whose work takes longer no longer counts as in work. */
  readonly workMsMax: number;
  /** How long an answer is kept for repeats; RFC 5080 §2.2.2 has 5 to 30 s. */
  readonly keptMsMax: number;
  /** Octets of requests and answers that are kept; the oldest go first. */
  readonly keptOctetsMax: number;
}

/** What an entry costs beside its octets, about: key, objects, place in the table. */
const ENTRY_OCTETS = 300;

/**
 * The exchanges of a server: requests in work, and answers that repeats get again (RFC 5080 §2.2.2). A request is known
 * by sender, identifier and authenticator, and its octets must be the same: a client with a poor random generator never
 * gets another user's answer.
 */
export class ExchangeTable {
  readonly #limits: ExchangeLimits;
  readonly #nowMs: () => number;
  /** In the order of time. */
  readonly #inWork = new Map<string, Exchange>();
  readonly #answered = new Map<string, Answered>();
  /** In the order of time, from `#oldest` on: to find the first entry of a map that many have left takes long. */
  #inOrder: Answered[] = [];
  #oldest = 0;
  #keptOctets = 0;

  /** `nowMs`: a clock that never steps back. */
  constructor(limits: ExchangeLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  get inWork(): number {
    return this.#inWork.size;
  }

  get keptOctets(): number {
    return this.#keptOctets;
  }

  /** What became of a request before, if anything; takes nothing in. */
  find(key: string, request: Uint8Array): Known | undefined {
    this.#forget();
    const answered = this.#answered.get(key);
    if (answered !== undefined && equal(answered.request, request)) return { kind: "answered", reply: answered.reply };
    const exchange = this.#inWork.get(key);
    return exchange === undefined || this.#isStuck(exchange) ? undefined : { kind: "in-work" };
  }

  /**
   * Takes in a request that {@link find} does not know and that proved to be its sender's. "busy": there is no room.
   */
  begin(key: string, request: Uint8Array): Exchange | "busy" {
    if (this.#inWork.size >= this.#limits.inWorkMax) this.#giveUpStuck();
    if (this.#inWork.size >= this.#limits.inWorkMax) return "busy";
    const exchange = { key, request, beganMs: this.#nowMs() };
    this.#inWork.delete(key); // a stuck one: the new one is the youngest
    this.#inWork.set(key, exchange);
    return exchange;
  }

  /** Ends an exchange with its answer; null: none goes out, and a repeat is worked on again. */
  end(exchange: Exchange, reply: Uint8Array | null): void {
    const { key, request } = exchange;
    if (this.#inWork.get(key) === exchange) this.#inWork.delete(key);
    if (reply === null) return;
    this.#drop(key);
    const answered = { key, request, reply, answeredMs: this.#nowMs() };
    this.#answered.set(key, answered);
    this.#inOrder.push(answered);
    this.#keptOctets += costOf(request, reply);
    this.#forget();
  }

  #isStuck({ beganMs }: Exchange): boolean {
    return this.#nowMs() - beganMs > this.#limits.workMsMax;
  }

  #giveUpStuck(): void {
    for (const [key, exchange] of this.#inWork) {
      if (!this.#isStuck(exchange)) break;
      this.#inWork.delete(key);
    }
  }

  /** Drops answers that are too old, or too many. */
  #forget(): void {
    const now = this.#nowMs();
    for (; ; this.#oldest += 1) {
      const oldest = this.#inOrder[this.#oldest];
      if (oldest === undefined) break;
      const isOld = now - oldest.answeredMs > this.#limits.keptMsMax;
      if (!isOld && this.#keptOctets <= this.#limits.keptOctetsMax) break;
      if (this.#answered.get(oldest.key) === oldest) this.#drop(oldest.key);
    }
    if (this.#oldest <= this.#inOrder.length / 2) return;
    this.#inOrder = this.#inOrder.slice(this.#oldest);
    this.#oldest = 0;
  }

  #drop(key: string): void {
    const answered = this.#answered.get(key);
    if (answered === undefined) return;
    this.#answered.delete(key);
    this.#keptOctets -= costOf(answered.request, answered.reply);
  }
}

const costOf = (request: Uint8Array, reply: Uint8Array): number => request.length + reply.length + ENTRY_OCTETS;

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
