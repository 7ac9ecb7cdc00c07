import type { EpochMs } from "../../core/time/epoch.ts";
import { toInstant } from "../../core/time/epoch.ts";

/** An event, as a message tells it. */
export interface ToldEvent {
  readonly kind: string;
  readonly happenedAt: EpochMs;
  /** The account's code; null: it is of none. */
  readonly account: string | null;
  readonly object: { readonly kind: string; readonly id: string };
  readonly sequence: number;
  readonly data: object;
}

/**
 * The body of a message, the same with each try. It stays far below the 20 kB of Standard Webhooks: its texts are cut
 * when the event is stored.
 */
export const messageBody = ({ kind, happenedAt, account, object, sequence, data }: ToldEvent): string =>
  JSON.stringify({
    type: kind,
    timestamp: toInstant(happenedAt).toString(),
    account,
    object: { ...object, sequence },
    data,
  });
