import { Type } from "typebox";
import { closed, code, count, id, instant, orNull, text } from "../api/schemas.ts";
import { EVENT_KINDS } from "../events/event.ts";

/** What a webhook's own people say of it. */
export const SETTINGS = {
  url: text(2_048, "what is called: https:// and a server of the public network"),
  description: Type.String({ maxLength: 200, description: "for those who look after it" }),
  kinds: Type.Array(Type.Enum([...EVENT_KINDS]), {
    maxItems: EVENT_KINDS.length,
    description: "kinds of events; empty: all, those that will be there one day among them",
  }),
};

export const Account = orNull(code(), "the reseller or customer of whose subtree it hears; null: of the whole tenant");
export const SecretKind = Type.Enum(["hmac", "ed25519"], { description: "v1, or v1a with a public key" });
const what = orNull(text(1_000), "why there was no answer");
const status = orNull(Type.Integer({ minimum: 100, maximum: 999 }), "of HTTP; null: nothing was answered");

const WEBHOOK = {
  id: id(),
  account: Account,
  ...SETTINGS,
  enabled: Type.Boolean({ description: "events are delivered to it" }),
  disabledReason: orNull(Type.Enum(["asked", "gone", "failing"]), "why it is off: asked for, 410, failing for days"),
  disabledAt: orNull(instant()),
  failures: count("tries that failed since the last that did not"),
  failingSince: orNull(instant()),
  createdBy: text(300),
  createdAt: instant(),
};
export const WebhookAnswer = Type.Object(WEBHOOK, closed);

const Secret = Type.Object(
  {
    ...{ id: id(), kind: SecretKind, publicKey: orNull(text(200), "whpk_…, of ed25519") },
    ...{ createdAt: instant(), expiresAt: orNull(instant(), "nothing is signed with it from then on") },
  },
  closed,
);
export const NewSecret = Type.Object(
  {
    kind: SecretKind,
    secret: orNull(text(200), "whsec_…: in this answer and in no other"),
    publicKey: orNull(text(200), "whpk_…: ed25519 is verified with it"),
  },
  closed,
);
export const WebhookWhole = Type.Object({ ...WEBHOOK, secrets: Type.Array(Secret, { maxItems: 10 }) }, closed);
export const WebhookMade = Type.Object({ ...WEBHOOK, secrets: Type.Array(NewSecret, { maxItems: 2 }) }, closed);

export const DeliveryState = Type.Enum(["waiting", "delivered", "given-up"]);
const DELIVERY = {
  id: id(),
  eventId: id("the message's own id: webhook-id, the same with each try"),
  kind: Type.Enum([...EVENT_KINDS]),
  account: orNull(code()),
  happenedAt: instant(),
  state: DeliveryState,
  tries: count(),
  dueAt: orNull(instant(), "when it is tried next; null: it has ended, or waits for one of its object before it"),
  status,
  what,
  createdAt: instant(),
  endedAt: orNull(instant()),
};
export const DeliveryAnswer = Type.Object(DELIVERY, closed);
const Try = Type.Object(
  {
    ...{ number: count(), beganAt: instant(), tookMs: count("milliseconds"), status, what },
    answer: orNull(Type.String({ maxLength: 1_024 }), "how the answer's body began"),
  },
  closed,
);
export const DeliveryWhole = Type.Object({ ...DELIVERY, log: Type.Array(Try, { maxItems: 100 }) }, closed);
