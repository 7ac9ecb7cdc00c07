/** How many requests one caller may send in a while. */
export interface LimitPolicy {
  /** As the headers call it. */
  readonly name: string;
  readonly requestsMax: number;
  readonly windowS: number;
}

export interface LimitState {
  readonly isWithin: boolean;
  readonly remaining: number;
  /** Whole seconds until the window ends. */
  readonly resetS: number;
}

interface Window {
  endsMs: number;
  requests: number;
}

/** Callers that are remembered; more of them within one window share nothing but lose their count. */
const CALLERS_MAX = 100_000;

/**
 * Counts requests of callers in windows that begin with each caller's first request. Each process counts by itself: of
 * several behind a balancer, every one allows the whole limit.
 */
export class RequestLimit {
  readonly policy: LimitPolicy;
  readonly #windows = new Map<string, Window>();

  constructor(policy: LimitPolicy) {
    this.policy = policy;
  }

  /** Counts one request of `caller`. `nowMs` is monotonic. */
  count(caller: string, nowMs: number): LimitState {
    const { requestsMax } = this.policy;
    const window = this.#windowOf(caller, nowMs);
    window.requests += 1;
    return {
      isWithin: window.requests <= requestsMax,
      remaining: Math.max(0, requestsMax - window.requests),
      resetS: Math.max(1, Math.ceil((window.endsMs - nowMs) / 1_000)),
    };
  }

  #windowOf(caller: string, nowMs: number): Window {
    const known = this.#windows.get(caller);
    if (known !== undefined && known.endsMs > nowMs) return known;
    this.#windows.delete(caller); // the newest stand last: the oldest are the first to go
    if (this.#windows.size >= CALLERS_MAX) this.#forgetOldest();
    const window = { endsMs: nowMs + this.policy.windowS * 1_000, requests: 0 };
    this.#windows.set(caller, window);
    return window;
  }

  #forgetOldest(): void {
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined) this.#windows.delete(oldest);
  }
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-10. */
export const limitHeaders = ({ name, requestsMax, windowS }: LimitPolicy, { remaining, resetS }: LimitState) => ({
  "ratelimit-policy": `"${name}";q=${requestsMax};w=${windowS}`,
  ratelimit: `"${name}";r=${remaining};t=${resetS}`,
});
