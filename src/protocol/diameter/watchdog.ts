/** What a watchdog says at the end of an interval. */
export type WatchdogVerdict = "quiet" | "probe" | "suspect" | "down";

/**
 * The watchdog of RFC 3539 §3.4.1, asked once every interval Tw: a connection that was silent for one is probed by a
 * DWR; silent for another, it is suspect, and what can go elsewhere should; after a third, it is down.
 */
export class Watchdog {
  #wasHeard = true;
  #unanswered = 0;

  /** Anything at all came in. */
  heard(): void {
    this.#wasHeard = true;
    this.#unanswered = 0;
  }

  /** An interval is over. */
  tick(): WatchdogVerdict {
    if (this.#wasHeard) {
      this.#wasHeard = false;
      return "quiet";
    }
    this.#unanswered += 1;
    if (this.#unanswered === 1) return "probe";
    return this.#unanswered === 2 ? "suspect" : "down";
  }
}
