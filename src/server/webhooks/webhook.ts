import type { EpochMs } from "../../core/time/epoch.ts";
import type { EventKind } from "../events/event.ts";

/** Why a webhook is off: somebody asked for it, its server said that it is gone (410), or it failed for days. */
export type DisabledReason = "asked" | "gone" | "failing";

/** Where somebody wants to be told of events. */
export interface Webhook {
  readonly id: string;
  /** Of the account that `account` names. */
  readonly accountId: string | null;
  /** The code of the reseller or customer of whose subtree alone it hears; null: the operator's, which hears all. */
  readonly account: string | null;
  readonly url: string;
  readonly description: string;
  /** Kinds of events; none: all, those that are not there yet among them. */
  readonly kinds: readonly EventKind[];
  readonly disabled: { readonly reason: DisabledReason; readonly at: EpochMs } | null;
  /** Tries that failed since the last that did not. */
  readonly failures: number;
  readonly failingSince: EpochMs | null;
  readonly createdBy: string;
  readonly createdAt: EpochMs;
}

/** What a webhook's messages are signed with, as far as it is shown. */
export interface ListedSecret {
  readonly id: string;
  readonly kind: "hmac" | "ed25519";
  /** By which receivers verify: `whpk_…`; null: by the secret itself, which only who made it was shown. */
  readonly publicKey: string | null;
  readonly createdAt: EpochMs;
  /** Nothing is signed with it from then on; null: until it is replaced. */
  readonly expiresAt: EpochMs | null;
}

/** An address as the audit and logs show it: what stands behind its ? may be a password of the receiver's. */
export const shownAddress = (url: string): string => url.replace(/\?.*$/s, "?…");

/** As messages and the audit name one. */
export const shownWebhook = ({ id, url }: Pick<Webhook, "id" | "url">): string => `${id} to ${shownAddress(url)}`;
