import type { EpochMs } from "../../core/time/epoch.ts";
import type { EventKind } from "../events/event.ts";

/** An event on its way to a webhook, as it is listed. */
export interface Delivery {
  readonly id: string;
  /** The message's own id, the same with each try and each replay. */
  readonly eventId: string;
  readonly kind: EventKind;
  /** The account's code; null: the event is of none. */
  readonly account: string | null;
  readonly happenedAt: EpochMs;
  readonly state: "waiting" | "delivered" | "given-up";
  readonly tries: number;
  /** null: it has ended, or waits for one of the same object before it. */
  readonly dueAt: EpochMs | null;
  /** What was answered to the latest try; null: nothing, and `what` says why, or it was not tried. */
  readonly status: number | null;
  readonly what: string | null;
  readonly createdAt: EpochMs;
  readonly endedAt: EpochMs | null;
}

/** One try, as it is listed. */
export interface ListedTry {
  readonly number: number;
  readonly beganAt: EpochMs;
  readonly tookMs: number;
  readonly status: number | null;
  readonly what: string | null;
  /** How the answer's body began. */
  readonly answer: string | null;
}
