/** What is counted and told. A closed set: counters never grow with what is sent. */
export type DiameterEvent =
  | "connected"
  | "disconnected"
  | "stranger"
  | "too-many-connections"
  | "no-capabilities-in-time"
  | "peer-refused"
  | "stream-broken"
  | "request-refused"
  | "request-repeated"
  | "too-busy"
  | "answered-late"
  | "answer-unexpected"
  | "receiver-too-slow"
  | "handler-failed";

/** The last event of its kind, and how many there were since this was told before. */
export interface DiameterNotice {
  readonly event: DiameterEvent;
  /** Who: the peer's host where it is known, else its address. */
  readonly peer: string;
  readonly what: string;
  readonly times: number;
  /** Of `handler-failed`. */
  readonly error: unknown;
}

/** Each kind is told at most once in this time: a flood fills no log. */
const NOTICE_MS = 10_000;
/** These are few and each matters. */
const ALWAYS: ReadonlySet<DiameterEvent> = new Set(["connected", "disconnected"]);

/** Counts what happens, and tells of it at a bounded rate. */
export class DiameterReport {
  readonly #tell: (notice: DiameterNotice) => void;
  readonly #nowMs: () => number;
  readonly #counts = new Map<DiameterEvent, number>();
  readonly #told = new Map<DiameterEvent, { readonly atMs: number; readonly count: number }>();

  constructor(tell: (notice: DiameterNotice) => void, nowMs: () => number) {
    this.#tell = tell;
    this.#nowMs = nowMs;
  }

  /** How often each happened since the start. */
  get counts(): ReadonlyMap<DiameterEvent, number> {
    return this.#counts;
  }

  add(event: DiameterEvent, peer: string, what = "", error?: unknown): void {
    const count = (this.#counts.get(event) ?? 0) + 1;
    this.#counts.set(event, count);
    const told = this.#told.get(event);
    const nowMs = this.#nowMs();
    if (told !== undefined && nowMs - told.atMs < NOTICE_MS && !ALWAYS.has(event)) return;
    this.#told.set(event, { atMs: nowMs, count });
    this.#tell({ event, peer, what, times: count - (told?.count ?? 0), error });
  }
}
