/** What is counted and told. A closed set: counters never grow with what is sent. */
export type AgiEvent =
  | "stranger"
  | "too-many-connections"
  | "request-late"
  | "stream-broken"
  | "answer-late"
  | "connection-lost"
  | "request-refused"
  | "handler-failed";

/** The last event of its kind, and how many there were since this was told before. */
export interface AgiNotice {
  readonly event: AgiEvent;
  /** Where the connection came from. */
  readonly address: string;
  readonly what: string;
  readonly times: number;
  /** Of `handler-failed`. */
  readonly error: unknown;
}

/** Each kind is told at most once in this time: a flood fills no log. */
const NOTICE_MS = 10_000;

/** Counts what happens on FastAGI connections, and tells of it at a bounded rate. */
export class AgiReport {
  readonly #tell: (notice: AgiNotice) => void;
  readonly #nowMs: () => number;
  readonly #counts = new Map<AgiEvent, number>();
  readonly #told = new Map<AgiEvent, { readonly atMs: number; readonly count: number }>();

  constructor(tell: (notice: AgiNotice) => void, nowMs: () => number) {
    this.#tell = tell;
    this.#nowMs = nowMs;
  }

  /** How often each happened since the start. */
  get counts(): ReadonlyMap<AgiEvent, number> {
    return this.#counts;
  }

  add(event: AgiEvent, address: string, what: string, error?: unknown): void {
    const count = (this.#counts.get(event) ?? 0) + 1;
    this.#counts.set(event, count);
    const told = this.#told.get(event);
    const nowMs = this.#nowMs();
    if (told !== undefined && nowMs - told.atMs < NOTICE_MS) return;
    this.#told.set(event, { atMs: nowMs, count });
    this.#tell({ event, address, what, times: count - (told?.count ?? 0), error });
  }
}
