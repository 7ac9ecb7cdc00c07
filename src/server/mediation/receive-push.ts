import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { PushAnswer } from "./push-answer.ts";
import { PushLane } from "./push-lane.ts";
import type { PushedSource } from "./push-token.ts";
import type { Post } from "./read-post.ts";

/**
 * Takes records that switches post, and answers each request once its rows are committed. One for a process; several
 * processes may take records of one source at the same time.
 */
export class PushReceiver {
  readonly #db: Database;
  readonly #rating = new LiveRatingContext();
  readonly #lanes = new Map<string, PushLane>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Stores what was posted; answers what became of its rows.
   *
   * Errors: Problems `push-empty`, `push-not-kept`, `push-not-text`, `push-overloaded`, and those of the database.
   * Nothing is stored then, or the sender can't know: it sends again, and what was stored counts once.
   */
  receive(source: PushedSource, post: Post): Promise<PushAnswer> {
    const lane =
      this.#lanes.get(source.sourceId) ?? new PushLane(this.#db, source, this.#rating, () => fromInstant(now()));
    this.#lanes.set(source.sourceId, lane);
    return lane.add(post);
  }

  /** Waits for everything that was taken. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
  }
}
