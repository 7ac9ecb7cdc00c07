import { Problem } from "../../core/problem.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { OutgoingPolicy } from "../outgoing/outgoing-policy.ts";
import { readOutgoingUrl } from "../outgoing/outgoing-url.ts";
import { type OutgoingAnswer, sendOutgoing } from "../outgoing/send-outgoing.ts";
import { traced } from "../tracing/traced.ts";
import { messageBody } from "./message-body.ts";
import type { DueDelivery, Try } from "./outbox-store.ts";
import { signMessage, type WebhookSecret } from "./webhook-secret.ts";

/** Within which an answer has to be there. */
const ANSWER_MS = 15_000;
/** How much of an answer is kept. */
const ANSWER_BYTES_MAX = 1_024;

/** What a message is sent with. */
export interface Sending {
  readonly policy: OutgoingPolicy;
  readonly secrets: readonly Pick<WebhookSecret, "kind" | "text">[];
  readonly at: EpochMs;
}

/** Sends a message once, signed with every secret that is good. Source: Standard Webhooks. */
export async function sendMessage({ url, eventId: id, event }: DueDelivery, sending: Sending): Promise<Try> {
  const { policy, secrets, at } = sending;
  const timestampS = Math.floor(at / 1_000);
  const body = messageBody(event);
  const headers = {
    "content-type": "application/json",
    "user-agent": "Tollwright-Webhooks",
    "webhook-id": id,
    "webhook-timestamp": String(timestampS),
    "webhook-signature": secrets.map((secret) => signMessage({ id, timestampS, body }, secret)).join(" "),
  };
  const beganMs = performance.now();
  const answer = await traced("webhook.send", { "tollwright.event": event.kind }, () =>
    post(policy, url, { headers, body }),
  );
  return { began: at, tookMs: Math.ceil(performance.now() - beganMs), ...outcomeOf(answer) };
}

/** The address is judged anew: what may be called may have changed since it was given. */
async function post(
  policy: OutgoingPolicy,
  url: string,
  { headers, body }: { readonly headers: Record<string, string>; readonly body: string },
): Promise<OutgoingAnswer> {
  try {
    return await sendOutgoing(policy, {
      method: "POST",
      url: readOutgoingUrl(url, policy),
      headers,
      body: Buffer.from(body, "utf8"),
      timeoutMs: ANSWER_MS,
      bodyBytesMax: ANSWER_BYTES_MAX,
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: "failed", what: error.what };
  }
}

function outcomeOf(answer: OutgoingAnswer): Pick<Try, "status" | "what" | "answer"> {
  if (answer.kind === "failed") return { status: null, what: answer.what, answer: null };
  return { status: answer.status, what: null, answer: plainText(answer.body) };
}

/** As text that a table can hold and a terminal can show: octets that are none, and control characters, are marked. */
const plainText = (body: Buffer): string =>
  body
    .toString("utf8")
    .slice(0, ANSWER_BYTES_MAX)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
