/** What is told of event sockets. A closed set: nothing grows with what is sent. */
export type EventSocketHappening =
  | "connected"
  | "disconnected"
  | "not-connected"
  | "password-refused"
  | "address-refused"
  | "stranger"
  | "too-many-connections"
  | "call-not-read"
  | "event-not-read"
  | "list-not-read"
  | "not-charged"
  | "command-failed";

/** The last happening of its kind at a place, and how many there were since this was told before. */
export interface EventSocketNotice {
  readonly happening: EventSocketHappening;
  /** A source by its name, or the address of a stranger. */
  readonly where: string;
  readonly what: string;
  readonly times: number;
}

/** Each kind is told at most once in this time: a flood fills no log. */
const NOTICE_MS = 10_000;
/** These are few and each matters. */
const ALWAYS: ReadonlySet<EventSocketHappening> = new Set(["connected", "disconnected"]);

/** Tells of what happens at a bounded rate. */
export class EventSocketReport {
  readonly #tell: (notice: EventSocketNotice) => void;
  readonly #nowMs: () => number;
  readonly #untold = new Map<EventSocketHappening, number>();
  readonly #toldAtMs = new Map<EventSocketHappening, number>();

  constructor(tell: (notice: EventSocketNotice) => void, nowMs: () => number) {
    this.#tell = tell;
    this.#nowMs = nowMs;
  }

  add(happening: EventSocketHappening, where: string, what = ""): void {
    const times = (this.#untold.get(happening) ?? 0) + 1;
    const nowMs = this.#nowMs();
    const isSoon = nowMs - (this.#toldAtMs.get(happening) ?? Number.NEGATIVE_INFINITY) < NOTICE_MS;
    if (isSoon && !ALWAYS.has(happening)) {
      this.#untold.set(happening, times);
      return;
    }
    this.#untold.delete(happening);
    this.#toldAtMs.set(happening, nowMs);
    this.#tell({ happening, where, what, times });
  }
}
