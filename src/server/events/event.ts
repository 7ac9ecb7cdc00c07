import type { EpochMs } from "../../core/time/epoch.ts";

/**
 * Something that somebody outside wants to hear of. It is stored in the transaction in which it happens, and stays.
 */
export type TenantEvent = BalanceLow;

/** A balance has fallen below a threshold. Once for each time that it does. */
export interface BalanceLow {
  readonly kind: "balance-low";
  readonly accountId: string;
  readonly data: {
    /** Amounts are decimals in `currency`. */
    readonly threshold: string;
    /** What the account may still spend, what its calls that are up have cost so far taken off. */
    readonly left: string;
    readonly currency: string;
  };
}

export const EVENT_KINDS = ["balance-low"] as const satisfies readonly TenantEvent["kind"][];

/** An event as it was stored. */
export interface StoredEvent {
  readonly id: string;
  readonly kind: TenantEvent["kind"];
  /** The account's code; null: it is of none. */
  readonly account: string | null;
  readonly happenedAt: EpochMs;
  readonly data: TenantEvent["data"];
}

/** In the words of people. */
export function eventText({ kind, account, data }: Pick<StoredEvent, "kind" | "account" | "data">): string {
  switch (kind) {
    case "balance-low":
      return `Account "${account}" has ${data.left} ${data.currency} left, less than ${data.threshold}.`;
    default:
      return kind satisfies never;
  }
}
