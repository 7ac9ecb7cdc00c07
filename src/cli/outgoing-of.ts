import { rangesIn } from "../config.ts";
import { outgoingPolicy } from "../server/outgoing/outgoing-policy.ts";
import type { WebhookSurroundings } from "../server/webhooks/create-webhook.ts";
import type { CommandContext } from "./command.ts";

/** Whom this process may call, and where it keeps the secrets that it signs with. */
export const outgoingOf = ({ config }: Pick<CommandContext, "config">): WebhookSurroundings => ({
  policy: outgoingPolicy(rangesIn(config.webhookAllow)),
  secretsKeyFile: config.secretsKeyFile,
});
