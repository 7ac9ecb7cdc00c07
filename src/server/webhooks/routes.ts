import { Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter } from "../api/id-after.ts";
import { listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, id } from "../api/schemas.ts";
import { changeWebhook, removeWebhook } from "./change-webhook.ts";
import { createWebhook, type WebhookSurroundings } from "./create-webhook.ts";
import { findWebhook, findWebhooks } from "./find-webhooks.ts";
import { rotateSecret } from "./rotate-secret.ts";
import { newSecretJson, secretJson, webhookJson } from "./webhook-json.ts";
import {
  Account,
  NewSecret,
  SETTINGS,
  SecretKind,
  WebhookAnswer,
  WebhookMade,
  WebhookWhole,
} from "./webhook-schemas.ts";

const TAG = "Webhooks";
const ORDER = "webhooks";
const OVERLAP_S = 86_400;
const OVERLAP_S_MAX = 30 * 86_400;
const Params = Type.Object({ webhook: id("of the webhook") }, closed);

/** Webhooks: made, shown, changed, removed, their secrets replaced. */
export const webhookRoutes = (surroundings: WebhookSurroundings): readonly ApiRoute[] => [
  list,
  show,
  remove,
  ...written(surroundings),
];

const list = apiRoute({
  method: "GET",
  url: "/v1/webhooks",
  operation: "listWebhooks",
  tag: TAG,
  summary: "List webhooks, in the order in which they were made",
  admits: "webhooks:read",
  query: Type.Object({ ...PageQuery }, closed),
  answer: listOf(WebhookAnswer),
  problems: ["cursor-invalid"],
  async handle({ db, actor, query }) {
    const after = idAfter(query, ORDER);
    const rows = await findWebhooks(db, actor, { after, limit: rowsOf(query) });
    return pageOf(query, rows, { order: ORDER, keyOf: (row) => [row.id], shown: webhookJson });
  },
});

const show = apiRoute({
  method: "GET",
  url: "/v1/webhooks/{webhook}",
  operation: "getWebhook",
  tag: TAG,
  summary: "Show a webhook, and what it signs with",
  admits: "webhooks:read",
  params: Params,
  answer: WebhookWhole,
  problems: ["webhook-unknown"],
  async handle({ db, actor, params }) {
    const { webhook, secrets } = await findWebhook(db, actor, params.webhook);
    return { ...webhookJson(webhook), secrets: secrets.map(secretJson) };
  },
});

const remove = apiRoute({
  method: "DELETE",
  url: "/v1/webhooks/{webhook}",
  operation: "deleteWebhook",
  tag: TAG,
  summary: "Remove a webhook, its secrets and its log",
  admits: "webhooks:write",
  params: Params,
  answer: null,
  problems: ["webhook-unknown"],
  handle: ({ db, actor, params }) => removeWebhook(db, actor, params.webhook),
});

const written = (surroundings: WebhookSurroundings): readonly ApiRoute[] => [
  apiRoute({
    method: "POST",
    url: "/v1/webhooks",
    operation: "createWebhook",
    tag: TAG,
    summary: "Make a webhook",
    about: "`secrets` are in this answer and in no other.",
    admits: "webhooks:write",
    body: Type.Object(
      {
        url: SETTINGS.url,
        account: Type.Optional(Account),
        description: Type.Optional(SETTINGS.description),
        kinds: Type.Optional(SETTINGS.kinds),
        signs: Type.Optional(
          Type.Array(SecretKind, { minItems: 1, maxItems: 2, description: '["hmac"] when left out' }),
        ),
      },
      closed,
    ),
    answer: WebhookMade,
    status: 201,
    problems: ["outgoing-url-refused", "webhook-invalid", "webhooks-too-many", "account-unknown"],
    async handle({ db, actor, body }) {
      const { account = null, description = "", kinds = [], signs = ["hmac"] } = body;
      const wanted = { url: body.url, account, description, kinds, signs };
      const { webhook, secrets } = await createWebhook(db, actor, wanted, surroundings);
      return { ...webhookJson(webhook), secrets: secrets.map(newSecretJson) };
    },
  }),
  apiRoute({
    method: "PATCH",
    url: "/v1/webhooks/{webhook}",
    operation: "changeWebhook",
    tag: TAG,
    summary: "Change a webhook, turn it on or off",
    about: "What is left out stays. Turned off, it gives up what waits for it.",
    admits: "webhooks:write",
    params: Params,
    body: Type.Object(
      {
        url: Type.Optional(SETTINGS.url),
        description: Type.Optional(SETTINGS.description),
        kinds: Type.Optional(SETTINGS.kinds),
        enabled: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    answer: WebhookAnswer,
    problems: ["webhook-unknown", "outgoing-url-refused", "webhook-invalid"],
    async handle({ db, actor, params, body }) {
      return webhookJson(await changeWebhook(db, actor, { ...body, id: params.webhook }, surroundings.policy));
    },
  }),
  apiRoute({
    method: "POST",
    url: "/v1/webhooks/{webhook}/rotate-secret",
    operation: "rotateWebhookSecret",
    tag: TAG,
    summary: "Replace a webhook's secret",
    about: "Until the overlap is over, messages carry a signature by the old one and one by the new one.",
    admits: "webhooks:write",
    params: Params,
    body: Type.Object(
      {
        kind: Type.Optional(SecretKind),
        overlapS: Type.Optional(
          Type.Integer({ minimum: 0, maximum: OVERLAP_S_MAX, default: OVERLAP_S, description: "0: it has leaked" }),
        ),
      },
      closed,
    ),
    answer: NewSecret,
    problems: ["webhook-unknown"],
    async handle({ db, actor, params, body: { kind = "hmac", overlapS = OVERLAP_S } }) {
      const rotation = { webhookId: params.webhook, kind, overlapS };
      return newSecretJson(await rotateSecret(db, actor, rotation, surroundings.secretsKeyFile));
    },
  }),
];
