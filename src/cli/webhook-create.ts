import { createWebhook } from "../server/webhooks/create-webhook.ts";
import { rotateSecret } from "../server/webhooks/rotate-secret.ts";
import { newSecretJson, webhookJson } from "../server/webhooks/webhook-json.ts";
import type { WebhookSecret } from "../server/webhooks/webhook-secret.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag, option, optionList } from "./input.ts";
import { outgoingOf } from "./outgoing-of.ts";
import { readId } from "./read-id.ts";
import { readWhole } from "./read-input.ts";

const OVERLAP_HOURS = 24;
const OVERLAP_HOURS_MAX = 720;
const S_PER_HOUR = 3_600;

/** `tollwright webhook create` */
export const webhookCreateCommand = defineCommand({
  name: "create",
  summary: "have events delivered to an address",
  about:
    "The secret is shown once. Addresses are https:// and in the public network; TOLLWRIGHT_WEBHOOK_ALLOW lists ranges of " +
    "your own network besides. Without --account it hears of the whole tenant.",
  arguments: { url: argument("URL", "what is called") },
  options: {
    account: option("--account CODE", "hears of this reseller or customer and all below it alone"),
    event: optionList("--event KIND", "only events of this kind; may be given several times"),
    description: option("--description TEXT", "for those who look after it"),
    ed25519: flag("--ed25519", "sign by a key pair as well, whose public part receivers verify with"),
  },
  examples: [
    { command: "tollwright webhook create https://crm.example.com/tollwright", does: "Delivers all events." },
    {
      command: "tollwright webhook create https://shop.example.com/hook --account shop --event balance-low",
      does: "Tells a reseller's own program of low balances below it.",
    },
  ],
  async run(context, { url }, { account = null, event: kinds, description = "", ed25519 }) {
    const { id: tenantId } = await context.tenant();
    const signs = ed25519 ? (["hmac", "ed25519"] as const) : (["hmac"] as const);
    const wanted = { url, account, description, kinds, signs };
    const actor = commandLineActor(context, tenantId);
    const { webhook, secrets } = await createWebhook(await context.db(), actor, wanted, outgoingOf(context));
    return {
      json: { ...webhookJson(webhook), secrets: secrets.map(newSecretJson) },
      human: [`Events go to ${webhook.url} as webhook ${webhook.id}.`, ...secrets.flatMap(secretLines)],
    };
  },
});

/** `tollwright webhook rotate` */
export const webhookRotateCommand = defineCommand({
  name: "rotate",
  summary: "replace a webhook's secret",
  about: `For ${OVERLAP_HOURS} hours messages carry a signature by the old secret and one by the new; \`--hours 0\` ends the old one now.`,
  arguments: { webhook: argument("WEBHOOK", "the webhook's id", readId) },
  options: {
    hours: option("--hours N", "for how long the old one signs as well", readWhole(0, OVERLAP_HOURS_MAX)),
    ed25519: flag("--ed25519", "the key pair, and not the secret; one that has none gets its first"),
  },
  examples: [{ command: "tollwright webhook rotate 0198c1f2-… --hours 72", does: "Leaves receivers three days." }],
  async run(context, { webhook: webhookId }, { hours = OVERLAP_HOURS, ed25519 }) {
    const { id: tenantId } = await context.tenant();
    const rotation = { webhookId, kind: ed25519 ? "ed25519" : "hmac", overlapS: hours * S_PER_HOUR } as const;
    const actor = commandLineActor(context, tenantId);
    const secret = await rotateSecret(await context.db(), actor, rotation, context.config.secretsKeyFile);
    return { json: newSecretJson(secret), human: secretLines(secret) };
  },
});

const secretLines = ({ text, publicKey }: WebhookSecret): readonly string[] =>
  publicKey === null ? [`Secret: ${text}`, "It is not shown again."] : [`Public key: ${publicKey}`];
