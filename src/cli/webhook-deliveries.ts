import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../core/problem.ts";
import type { Actor } from "../server/access/actor.ts";
import type { Database } from "../server/db/database.ts";
import type { Delivery } from "../server/webhooks/delivery.ts";
import { findDeliveries, findDelivery } from "../server/webhooks/find-deliveries.ts";
import { replayOne, replayRange } from "../server/webhooks/replay-deliveries.ts";
import { testWebhook } from "../server/webhooks/test-webhook.ts";
import { deliveryJson, tryJson } from "../server/webhooks/webhook-json.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { argument, option } from "./input.ts";
import { readId } from "./read-id.ts";
import { readChoice } from "./read-input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const WEBHOOK = argument("WEBHOOK", "the webhook's id", readId);

/** `tollwright webhook deliveries` */
export const webhookDeliveriesCommand = defineCommand({
  name: "deliveries",
  summary: "list what was delivered to a webhook, or waits to be, the latest first",
  about: "With --delivery one of them, and all that was tried and answered.",
  arguments: { webhook: WEBHOOK },
  options: {
    state: option("--state STATE", "only those", readChoice("waiting", "delivered", "given-up")),
    delivery: option("--delivery ID", "of the delivery or of its event", readId),
    limit: listOptions.limit,
  },
  examples: [{ command: "tollwright webhook deliveries 0198c1f2-… --state given-up", does: "Shows what was lost." }],
  async run(context, { webhook: webhookId }, { state = null, delivery: deliveryId, limit }) {
    const { id: tenantId } = await context.tenant();
    const [db, actor] = [await context.db(), commandLineActor(context, tenantId)];
    if (deliveryId !== undefined) {
      const { delivery, tries } = await findDelivery(db, actor, { webhookId, deliveryId });
      const log: Table = {
        columns: ["TRY", "AT", "TOOK", "STATUS", "ANSWER"].map((title) => ({ title })),
        rows: tries.map(({ number, beganAt, tookMs, status, what, answer }) => [
          ...[String(number), timeText(beganAt), `${tookMs} ms`, String(status ?? "-"), what ?? answer ?? ""],
        ]),
      };
      return {
        json: { ...deliveryJson(delivery), log: tries.map(tryJson) },
        human: [tableOf([delivery]), "", tableOr(log, "It was not tried yet.")],
      };
    }
    const filter = { webhookId, state, after: null, limit: listLimit(limit) };
    const deliveries = await findDeliveries(db, actor, filter);
    return {
      json: { deliveries: deliveries.map(deliveryJson) },
      human: [tableOr(tableOf(deliveries), "Nothing was delivered to it.")],
    };
  },
});

const tableOf = (deliveries: readonly Delivery[]): Table => ({
  columns: ["ID", "HAPPENED", "EVENT", "ACCOUNT", "STATE", "TRIES", "STATUS", "NEXT"].map((title) => ({ title })),
  rows: deliveries.map(({ id, happenedAt, kind, account, state, tries, status, what, dueAt }) => [
    ...[id, timeText(happenedAt), kind, account ?? "-", state, String(tries)],
    ...[status === null ? (what ?? "-") : String(status), dueAt === null ? "-" : timeText(dueAt)],
  ]),
});

/** `tollwright webhook replay` */
export const webhookReplayCommand = defineCommand({
  name: "replay",
  summary: "send messages again: one, or all of a time",
  about:
    "A message keeps its id, by which receivers know what they had. With --since events count that it never heard of, " +
    "because it was off; at most 10,000 at a time.",
  arguments: { webhook: WEBHOOK },
  options: {
    delivery: option("--delivery ID", "of the delivery or of its event", readId),
    since: option("--since TIME", `events that happened then or later: ${TIME_FORM}`),
    until: option("--until TIME", "and before then"),
  },
  examples: [{ command: "tollwright webhook replay 0198c1f2-… --since 2026-03-01", does: "Sends all since then." }],
  async run(context, { webhook: webhookId }, { delivery: deliveryId, since, until }) {
    const command = "tollwright webhook replay";
    const { id: tenantId, timeZone } = await context.tenant();
    const [db, actor] = [await context.db(), commandLineActor(context, tenantId)];
    if ((deliveryId === undefined) === (since === undefined))
      throw commandLineInvalid({ what: "Give either --delivery or --since.", command });
    if (deliveryId !== undefined) {
      await replayOne(db, actor, { webhookId, deliveryId });
      return { json: { events: 1 }, human: ["It is sent again."] };
    }
    const events = await replayRange(db, actor, {
      webhookId,
      since: readTime(since ?? "", timeZone, command),
      until: until === undefined ? null : readTime(until, timeZone, command),
    });
    return { json: { events }, human: [`${events} events are sent again.`] };
  },
});

const LOOK_MS = 250;
/** A try may take 15 s. */
const LOOKS_MAX = 80;

/** `tollwright webhook test` */
export const webhookTestCommand = defineCommand({
  name: "test",
  summary: "send a message to try a webhook, and wait for what becomes of it",
  about: "It goes the way of all messages: `tollwright start` has to run. Exit status 1: it did not arrive.",
  arguments: { webhook: WEBHOOK },
  examples: [{ command: "tollwright webhook test 0198c1f2-…", does: "Sends an event webhook-test." }],
  async run(context, { webhook: webhookId }) {
    const { id: tenantId } = await context.tenant();
    const [db, actor] = [await context.db(), commandLineActor(context, tenantId)];
    const deliveryId = await testWebhook(db, actor, webhookId);
    const found = await triedDelivery(db, actor, { webhookId, deliveryId });
    if (found === undefined || found.tries.length === 0)
      return {
        json: { eventId: deliveryId, state: "waiting" },
        human: ["Nobody has sent it yet: is `tollwright start` running?"],
        faulty: true,
      };
    const { delivery, tries } = found;
    const [last] = tries;
    return {
      json: { ...deliveryJson(delivery), log: tries.map(tryJson) },
      human: [last?.status === null ? (last.what ?? "") : `It was answered with ${last?.status}.`, last?.answer ?? ""],
      faulty: delivery.state !== "delivered",
    };
  },
});

type Found = Awaited<ReturnType<typeof findDelivery>>;

/** Waits until it was tried once; undefined: it was not even routed. */
async function triedDelivery(
  db: Database,
  actor: Actor,
  wanted: Parameters<typeof findDelivery>[2],
): Promise<Found | undefined> {
  let found: Found | undefined;
  for (let look = 0; look < LOOKS_MAX && (found?.tries.length ?? 0) === 0; look += 1) {
    if (look > 0) await sleep(LOOK_MS);
    found = await findDelivery(db, actor, wanted).catch((error: unknown) => {
      if (error instanceof Problem && error.code === "delivery-unknown") return undefined;
      throw error;
    });
  }
  return found;
}
