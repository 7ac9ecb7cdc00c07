import { changeWebhook, removeWebhook } from "../server/webhooks/change-webhook.ts";
import { findWebhook, findWebhooks } from "../server/webhooks/find-webhooks.ts";
import type { Webhook } from "../server/webhooks/webhook.ts";
import { secretJson, webhookJson } from "../server/webhooks/webhook-json.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type Command, type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument } from "./input.ts";
import { outgoingOf } from "./outgoing-of.ts";
import { readId } from "./read-id.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";
import { webhookCreateCommand, webhookRotateCommand } from "./webhook-create.ts";
import { webhookDeliveriesCommand, webhookReplayCommand, webhookTestCommand } from "./webhook-deliveries.ts";

const WEBHOOK = argument("WEBHOOK", "the webhook's id", readId);

const list = defineCommand({
  name: "list",
  summary: "list webhooks, in the order in which they were made",
  options: { limit: listOptions.limit },
  examples: [{ command: "tollwright webhook list", does: "Shows where events are delivered." }],
  async run(context, _args, { limit }) {
    const { id: tenantId } = await context.tenant();
    const page = { after: null, limit: listLimit(limit) };
    const webhooks = await findWebhooks(await context.db(), commandLineActor(context, tenantId), page);
    return {
      json: { webhooks: webhooks.map(webhookJson) },
      human: [tableOr(tableOf(webhooks), "There is no webhook.")],
    };
  },
});

const tableOf = (webhooks: readonly Webhook[]): Table => ({
  columns: ["ID", "ACCOUNT", "URL", "EVENTS", "STATE", "DESCRIPTION"].map((title) => ({ title })),
  rows: webhooks.map((webhook) => [
    ...[webhook.id, webhook.account ?? "all", webhook.url, webhook.kinds.join(", ") || "all"],
    ...[stateText(webhook), webhook.description],
  ]),
});

function stateText({ disabled, failingSince }: Webhook): string {
  if (disabled !== null) return `disabled ${timeText(disabled.at)} (${disabled.reason})`;
  return failingSince === null ? "on" : `failing since ${timeText(failingSince)}`;
}

const show = defineCommand({
  name: "show",
  summary: "show a webhook, and what it signs with",
  about: "Secrets themselves are not shown: they were when they were made.",
  arguments: { webhook: WEBHOOK },
  examples: [{ command: "tollwright webhook show 0198c1f2-…", does: "Shows one webhook." }],
  async run(context, { webhook: id }) {
    const { id: tenantId } = await context.tenant();
    const { webhook, secrets } = await findWebhook(await context.db(), commandLineActor(context, tenantId), id);
    return {
      json: { ...webhookJson(webhook), secrets: secrets.map(secretJson) },
      human: [
        tableOf([webhook]),
        ...secrets.map(({ kind, publicKey, createdAt, expiresAt }) => {
          const until = expiresAt === null ? "" : `, until ${timeText(expiresAt)}`;
          return `Signs by ${kind}${publicKey === null ? "" : ` (${publicKey})`} since ${timeText(createdAt)}${until}.`;
        }),
      ],
    };
  },
});

const turned = (name: "enable" | "disable", summary: string, about: string): Command =>
  defineCommand({
    ...{ name, summary, about },
    arguments: { webhook: WEBHOOK },
    examples: [
      { command: `tollwright webhook ${name} 0198c1f2-…`, does: `Turns it ${name === "enable" ? "on" : "off"}.` },
    ],
    async run(context, { webhook: id }) {
      const { id: tenantId } = await context.tenant();
      const change = { id, enabled: name === "enable" };
      const actor = commandLineActor(context, tenantId);
      const webhook = await changeWebhook(await context.db(), actor, change, outgoingOf(context).policy);
      return { json: webhookJson(webhook), human: [`The webhook to ${webhook.url} is ${stateText(webhook)}.`] };
    },
  });

const enable = turned(
  "enable",
  "turn a webhook on again",
  "It hears of what happens from now on; `tollwright webhook replay --since` brings what it missed.",
);

const disable = turned("disable", "turn a webhook off", "What waits to be delivered to it is given up.");

const remove = defineCommand({
  name: "delete",
  summary: "remove a webhook, its secrets and its log",
  arguments: { webhook: WEBHOOK },
  examples: [{ command: "tollwright webhook delete 0198c1f2-…", does: "Removes it." }],
  async run(context, { webhook: id }) {
    const { id: tenantId } = await context.tenant();
    await removeWebhook(await context.db(), commandLineActor(context, tenantId), id);
    return { json: { id, deleted: true }, human: ["It is removed."] };
  },
});

/** `tollwright webhook …` */
export const webhookCommands: CommandGroup = {
  name: "webhook",
  summary: "where events are delivered: addresses, secrets, what became of messages",
  commands: [
    ...[list, webhookCreateCommand, show, webhookRotateCommand, enable, disable, remove],
    ...[webhookTestCommand, webhookDeliveriesCommand, webhookReplayCommand],
  ],
};
