import type { Static } from "typebox";
import type { EpochMs } from "../../core/time/epoch.ts";
import { EVENTS } from "./event-catalogue.ts";
import type { EventTold } from "./event-kind.ts";

export type EventKind = keyof typeof EVENTS;

/** All kinds, by name. */
export const EVENT_KINDS = Object.keys(EVENTS) as readonly EventKind[];

export const isEventKind = (text: string): text is EventKind => Object.hasOwn(EVENTS, text);

/** An event of one kind, as it is recorded. */
export interface EventOf<Kind extends EventKind> {
  readonly kind: Kind;
  /** The account that it is about: who sees only a subtree hears of it if this is in there. null: of none. */
  readonly accountId: string | null;
  /** The id of its object (the catalogue says of what); not given: it is the account. */
  readonly objectId?: string;
  readonly data: Static<(typeof EVENTS)[Kind]["data"]>;
}

/**
 * Something that somebody outside wants to hear of. It is stored in the transaction in which it happens, and stays.
 */
export type TenantEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind];

/** An event as it was stored. */
export interface StoredEvent {
  readonly id: string;
  readonly kind: EventKind;
  /** The account's code; null: it is of none. */
  readonly account: string | null;
  readonly object: { readonly kind: string; readonly id: string };
  readonly happenedAt: EpochMs;
  readonly data: TenantEvent["data"];
}

/** In the words of people. */
export function eventText({ kind, account, data }: Pick<StoredEvent, "kind" | "account" | "data">): string {
  const text = EVENTS[kind].text as (event: EventTold<typeof data>) => string; // stored with the data of its kind
  return text({ account, data });
}
