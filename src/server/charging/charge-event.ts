import { now } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { Charging } from "./charging.ts";
import type { CallAttempt, ChargingAnswer, Refusal, Stop } from "./charging-request.ts";

/** Something that is used at once: messages, mostly. */
export interface UsedAtOnce {
  readonly sourceId: string;
  /** Its key and leg are its own, and no other event's. */
  readonly attempt: CallAttempt;
  readonly quantity: number;
  /** The same for a repeat. */
  readonly requestKey: string;
}

/**
 * Charges an event by its price if every level can pay for all of it, and else for none: a session that is opened and
 * ended. Either of its two requests may be repeated, so the whole may.
 */
export async function chargeEvent(
  charging: Charging,
  tenantId: string,
  { sourceId, attempt, quantity, requestKey }: UsedAtOnce,
): Promise<ChargingAnswer> {
  invariant(attempt.consumed, "an event is of another service than voice");
  const asked = { kind: "authorise", sourceId, requestKey: `${requestKey}/asked`, attempt, wantedS: quantity } as const;
  const granted = await charging.decide(tenantId, asked);
  if (granted.kind !== "granted") return granted;
  const used = granted.talkS < quantity ? 0 : quantity;
  const { key, leg, startedAt } = attempt;
  const stop: Stop = {
    ...{ kind: "stop", sourceId, requestKey: `${requestKey}/used`, key, leg, used, counted: "whole-call" },
    ...{ answeredAt: startedAt, endedAt: fromInstant(now()), talkedMs: null, reportedS: null, cause: NO_CAUSE },
    ...{ recordKey: null, isGivenUp: false, attempt },
  };
  const ended = await charging.decide(tenantId, stop);
  return used < quantity && ended.kind === "closed" ? { kind: "refused", reason: NOT_ALL } : ended;
}

const NOT_ALL: Refusal = {
  code: "balance-exhausted",
  what: "The balance does not pay for all of it, so nothing was charged.",
  fix: "Top the account up, or send less.",
};
