import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Delivery, ListedTry } from "./delivery.ts";
import type { ListedSecret, Webhook } from "./webhook.ts";
import type { WebhookSecret } from "./webhook-secret.ts";

const time = (at: EpochMs): string => toInstant(at).toString();
const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : time(at));

/** A webhook as answers show it. */
export const webhookJson = (webhook: Webhook) => ({
  id: webhook.id,
  account: webhook.account,
  url: webhook.url,
  description: webhook.description,
  kinds: [...webhook.kinds],
  enabled: webhook.disabled === null,
  disabledReason: webhook.disabled?.reason ?? null,
  disabledAt: timeOrNull(webhook.disabled?.at ?? null),
  failures: webhook.failures,
  failingSince: timeOrNull(webhook.failingSince),
  createdBy: webhook.createdBy,
  createdAt: time(webhook.createdAt),
});

/** What is shown of a secret once it was made. */
export const secretJson = (secret: ListedSecret) => ({
  id: secret.id,
  kind: secret.kind,
  publicKey: secret.publicKey,
  createdAt: time(secret.createdAt),
  expiresAt: timeOrNull(secret.expiresAt),
});

/** What its maker is shown of it, once: what receivers verify with. */
export const newSecretJson = ({ kind, text, publicKey }: WebhookSecret) => ({
  kind,
  ...(kind === "hmac" ? { secret: text, publicKey: null } : { secret: null, publicKey }),
});

export const deliveryJson = (delivery: Delivery) => ({
  id: delivery.id,
  eventId: delivery.eventId,
  kind: delivery.kind,
  account: delivery.account,
  happenedAt: time(delivery.happenedAt),
  state: delivery.state,
  tries: delivery.tries,
  dueAt: timeOrNull(delivery.dueAt),
  status: delivery.status,
  what: delivery.what,
  createdAt: time(delivery.createdAt),
  endedAt: timeOrNull(delivery.endedAt),
});

export const tryJson = ({ number, beganAt, tookMs, status, what, answer }: ListedTry) => ({
  ...{ number, beganAt: time(beganAt), tookMs, status, what, answer },
});
