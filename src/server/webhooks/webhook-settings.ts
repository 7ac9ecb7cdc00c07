import { EVENT_KINDS, isEventKind } from "../events/event.ts";
import type { OutgoingPolicy } from "../outgoing/outgoing-policy.ts";
import { readOutgoingUrl } from "../outgoing/outgoing-url.ts";
import { webhookInvalid } from "./problems.ts";
import type { Webhook } from "./webhook.ts";

/** What people say of a webhook. */
export type WebhookSettings = Pick<Webhook, "url" | "description" | "kinds">;

/** The same as it came: any text may stand where a kind should. */
export type WantedSettings = Omit<WebhookSettings, "kinds"> & { readonly kinds: readonly string[] };

const DESCRIPTION_LENGTH_MAX = 200;

/**
 * What somebody wants of a webhook, as it is stored: each kind once, by name; the address in its plain form.
 *
 * Errors: Problems `outgoing-url-refused`, `webhook-invalid`.
 */
export function readSettings({ url, description, kinds }: WantedSettings, policy: OutgoingPolicy): WebhookSettings {
  if (description.length > DESCRIPTION_LENGTH_MAX)
    throw webhookInvalid({ fault: `The description is longer than ${DESCRIPTION_LENGTH_MAX} characters.` });
  const unknown = kinds.find((kind) => !isEventKind(kind));
  if (unknown !== undefined)
    throw webhookInvalid({ fault: `There is no event "${unknown}"; there are ${EVENT_KINDS.join(", ")}.` });
  return {
    url: readOutgoingUrl(url, policy).href,
    description,
    kinds: [...new Set(kinds.filter(isEventKind))].toSorted(),
  };
}
