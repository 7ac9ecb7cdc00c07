import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WebhookSurroundings } from "../../src/server/webhooks/create-webhook.ts";

/** Webhooks can be made, of the public network alone; nothing is delivered, and no name is asked for. */
export const NO_WEBHOOKS: WebhookSurroundings = {
  policy: { allowed: [], resolve: async () => [] },
  secretsKeyFile: join(tmpdir(), `tollwright-test-${process.pid}.key`),
};
