import { Type } from "typebox";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter } from "../api/id-after.ts";
import { listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, count, id, instant, orNull } from "../api/schemas.ts";
import { findDeliveries, findDelivery } from "./find-deliveries.ts";
import { REPLAYED_MAX, replayOne, replayRange } from "./replay-deliveries.ts";
import { testWebhook } from "./test-webhook.ts";
import { deliveryJson, tryJson } from "./webhook-json.ts";
import { DeliveryAnswer, DeliveryState, DeliveryWhole } from "./webhook-schemas.ts";

const TAG = "Webhooks";
const ORDER = "deliveries";
const Params = Type.Object({ webhook: id("of the webhook") }, closed);
const DeliveryParams = Type.Object(
  { webhook: id("of the webhook"), delivery: id("of the delivery, or of its event") },
  closed,
);

const instantOf = (text: string): EpochMs => fromInstant(Temporal.Instant.from(text));

/** What became of a webhook's messages; messages sent again; one sent to try it. */
export const deliveryRoutes = (): readonly ApiRoute[] => [list, show, replay, replayMany, test];

const list = apiRoute({
  method: "GET",
  url: "/v1/webhooks/{webhook}/deliveries",
  operation: "listDeliveries",
  tag: TAG,
  summary: "List a webhook's deliveries, the latest first",
  admits: "webhooks:read",
  params: Params,
  query: Type.Object({ ...PageQuery, state: Type.Optional(DeliveryState) }, closed),
  answer: listOf(DeliveryAnswer),
  problems: ["webhook-unknown", "cursor-invalid"],
  async handle({ db, actor, params, query }) {
    const after = idAfter(query, ORDER);
    const filter = { webhookId: params.webhook, state: query.state ?? null, after, limit: rowsOf(query) };
    const rows = await findDeliveries(db, actor, filter);
    return pageOf(query, rows, { order: ORDER, keyOf: (row) => [row.id], shown: deliveryJson });
  },
});

const show = apiRoute({
  method: "GET",
  url: "/v1/webhooks/{webhook}/deliveries/{delivery}",
  operation: "getDelivery",
  tag: TAG,
  summary: "Show a delivery with its log: what was tried, and what was answered",
  admits: "webhooks:read",
  params: DeliveryParams,
  answer: DeliveryWhole,
  problems: ["webhook-unknown", "delivery-unknown"],
  async handle({ db, actor, params: { webhook: webhookId, delivery: deliveryId } }) {
    const { delivery, tries } = await findDelivery(db, actor, { webhookId, deliveryId });
    return { ...deliveryJson(delivery), log: tries.map(tryJson) };
  },
});

const replay = apiRoute({
  method: "POST",
  url: "/v1/webhooks/{webhook}/deliveries/{delivery}/replay",
  operation: "replayDelivery",
  tag: TAG,
  summary: "Send a message again, under its own id",
  admits: "webhooks:write",
  params: DeliveryParams,
  answer: null,
  status: 204,
  problems: ["webhook-unknown", "delivery-unknown", "webhook-invalid"],
  handle: ({ db, actor, params }) => replayOne(db, actor, { webhookId: params.webhook, deliveryId: params.delivery }),
});

const replayMany = apiRoute({
  method: "POST",
  url: "/v1/webhooks/{webhook}/replay",
  operation: "replayDeliveries",
  tag: TAG,
  summary: "Send the events of a time again, those that it never heard of among them",
  about: `At most ${REPLAYED_MAX} at a time, the oldest first: ask again from the last one for more.`,
  admits: "webhooks:write",
  params: Params,
  body: Type.Object(
    { since: instant(), until: Type.Optional(orNull(instant("not included; null: until now"))) },
    closed,
  ),
  answer: Type.Object({ events: count("that are sent again") }, closed),
  status: 202,
  problems: ["webhook-unknown", "webhook-invalid"],
  async handle({ db, actor, params, body }) {
    const since = instantOf(body.since);
    const until = body.until == null ? null : instantOf(body.until);
    return { events: await replayRange(db, actor, { webhookId: params.webhook, since, until }) };
  },
});

const test = apiRoute({
  method: "POST",
  url: "/v1/webhooks/{webhook}/test",
  operation: "testWebhook",
  tag: TAG,
  summary: "Send a message of the kind webhook-test",
  about: "What became of it is told by its delivery, which `eventId` finds.",
  admits: "webhooks:write",
  params: Params,
  answer: Type.Object({ eventId: id("of the message") }, closed),
  status: 202,
  problems: ["webhook-unknown", "webhook-invalid"],
  handle: async ({ db, actor, params }) => ({ eventId: await testWebhook(db, actor, params.webhook) }),
});
