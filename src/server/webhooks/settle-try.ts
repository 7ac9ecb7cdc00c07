import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Tx } from "../db/tx.ts";
import { recordEvents } from "../events/record-events.ts";
import {
  type DeliveryState,
  type DueDelivery,
  insertTry,
  noteHealth,
  releaseNext,
  saveState,
  type Try,
} from "./outbox-store.ts";
import { retryAfterS } from "./retry-schedule.ts";
import { type DisabledReason, shownAddress, shownWebhook } from "./webhook.ts";
import { lockWebhook, setDisabled } from "./webhook-store.ts";

/** The server says that nobody is there any more, and will not be (RFC 9110 §15.5.11). */
const GONE = 410;
/** A webhook that has failed for so long, and so often, is turned off. */
const FAILING_MS_MAX = 5 * 86_400_000;
const FAILURES_MIN = 10;

/** Stores what came of a try and what follows from it; answers why the webhook was turned off, if it was. */
export async function settleTry(
  tx: Tx,
  delivery: DueDelivery,
  tried: Try,
  at: EpochMs,
): Promise<Exclude<DisabledReason, "asked"> | null> {
  const { tenantId, webhookId: id } = delivery;
  const webhook = await lockWebhook(tx, { tenantId, id });
  if (webhook === undefined || !(await insertTry(tx, delivery, tried))) return null;
  const isSound = tried.status !== null && tried.status >= 200 && tried.status < 300;
  if (!(await saveState(tx, delivery, tried, stateAfter(delivery, { isSound, at })))) return null;
  const health = await noteHealth(tx, delivery, { isSound, at });
  await releaseNext(tx, delivery, at);
  const reason = isSound || webhook.disabled !== null ? null : reasonToDisable(tried, health, at);
  if (reason !== null) await disable(tx, delivery, { reason, at });
  return reason;
}

function stateAfter(
  { tries, id }: DueDelivery,
  { isSound, at }: { readonly isSound: boolean; readonly at: EpochMs },
): DeliveryState {
  if (isSound) return { state: "delivered", at };
  const delayS = retryAfterS(tries, id);
  return delayS === null
    ? { state: "given-up", at }
    : { state: "waiting", dueAt: epochMs(Math.ceil(at + delayS * 1_000)) };
}

function reasonToDisable(
  { status }: Try,
  { failures, failingSince }: Awaited<ReturnType<typeof noteHealth>>,
  at: EpochMs,
): "gone" | "failing" | null {
  if (status === GONE) return "gone";
  const isFailing = failures >= FAILURES_MIN && failingSince !== null && at - failingSince >= FAILING_MS_MAX;
  return isFailing ? "failing" : null;
}

/** Nobody asked for it: that it happened is told to the other webhooks, and to the audit. */
async function disable(
  tx: Tx,
  { tenantId, webhookId: id, url, accountId }: DueDelivery,
  { reason, at }: { readonly reason: "gone" | "failing"; readonly at: EpochMs },
): Promise<void> {
  await setDisabled(tx, { tenantId, id }, { reason, at });
  await recordEvents(tx, tenantId, [
    { kind: "webhook-disabled", accountId, objectId: id, data: { url: shownAddress(url), reason } },
  ]);
  await recordAudit(tx, { ...DELIVERER, tenantId }, [
    {
      action: "webhook.disabled",
      object: { kind: "webhook", id, name: shownWebhook({ id, url }) },
      before: { enabled: true },
      after: { enabled: false },
      reason,
      accountId,
    },
  ]);
}

const DELIVERER: Omit<Actor, "tenantId"> = {
  kind: "system",
  id: null,
  name: "system:webhooks",
  accountId: null,
  permissions: new Set(),
  address: null,
  impersonator: null,
};
