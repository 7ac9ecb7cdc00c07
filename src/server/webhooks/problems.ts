import { Problem } from "../../core/problem.ts";

export const webhookUnknown = (args: { readonly id: string }) =>
  new Problem("webhook-unknown", {
    what: `There is no webhook ${args.id}.`,
    fix: "List them with `tollwright webhook list` or GET /v1/webhooks.",
  });

/** `fault` is a sentence. */
export const webhookInvalid = (args: { readonly fault: string }) =>
  new Problem("webhook-invalid", {
    what: args.fault,
    fix: "Correct it; docs/guides/webhooks.md describes what a webhook has.",
  });

export const webhooksTooMany = (args: { readonly most: number }) =>
  new Problem("webhooks-too-many", {
    what: `There are ${args.most} webhooks already, which is as many as one may have.`,
    fix: "Delete one that nobody needs, or let one receiver take more kinds of events.",
  });

export const deliveryUnknown = (args: { readonly id: string }) =>
  new Problem("delivery-unknown", {
    what: `There is no delivery ${args.id} of this webhook.`,
    fix: "List them with `tollwright webhook deliveries`; old ones are forgotten after TOLLWRIGHT_WEBHOOK_LOG_DAYS.",
  });
