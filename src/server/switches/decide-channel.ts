import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import type { EslChannel } from "../../protocol/esl/switch-event.ts";
import type { Charging } from "../charging/charging.ts";
import type { BalanceTold, ChargingAnswer } from "../charging/charging-request.ts";
import { signalOf } from "../charging/refusal-signal.ts";
import { askOf, reportOf, wasAllowed } from "./event-socket-call.ts";

/** What a channel that asks is told: how long its call may talk, or the SIP status that ends it. */
export type ChannelDecision =
  | { readonly kind: "allowed"; readonly talkS: number; readonly variables: ChannelVariables }
  | { readonly kind: "refused"; readonly sip: number; readonly reason: string };

/** Variables that a channel is to have, by name. */
export type ChannelVariables = Readonly<Record<string, string>>;

/** What the dialplan, and scripts of the switch, are told of the payer's balance. */
export const balanceVariables = ({ left, isLow, lowAtS }: BalanceTold): ChannelVariables => ({
  ...(left !== undefined && { tollwright_left: left.amount, tollwright_currency: left.currency }),
  ...(isLow && { tollwright_low: "true" }),
  ...(lowAtS !== undefined && { tollwright_low_at: `${lowAtS}` }),
});

/** What a channel is told that cannot be decided. */
export const UNAVAILABLE = { kind: "refused", sip: 503, reason: "Charging Unavailable" } as const;

const REASONS: Readonly<Record<number, string>> = {
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  486: "Busy Here",
};

/**
 * Decides whether the call of a FreeSWITCH channel may begin; one that asks again was transferred, and all of it is
 * charged by where it goes now. Errors: those of {@link Charging.decide}.
 */
export async function decideChannel(
  charging: Charging,
  {
    tenantId,
    sourceId,
    wantedS,
  }: { readonly tenantId: string; readonly sourceId: string; readonly wantedS: number | null },
  { event, channel }: { readonly event: EslEvent; readonly channel: EslChannel },
): Promise<ChannelDecision> {
  const { called, raisedAtUs } = channel;
  if (wasAllowed(event)) {
    const requestKey = `moved/${called}/${raisedAtUs}`;
    const moved = await charging.decide(tenantId, reportOf(channel, sourceId, { requestKey, wantedS, called }));
    if (!isOver(moved)) return decisionOf(moved);
  }
  const asked = askOf({ event, channel }, { sourceId, wantedS }, fromInstant(now()));
  return decisionOf(await charging.decide(tenantId, asked));
}

/** The session has ended, or there was none: the call asks as a new one does. */
const isOver = (answer: ChargingAnswer): boolean =>
  answer.kind === "unknown" || (answer.kind === "refused" && answer.reason.code === "session-ended");

function decisionOf(answer: ChargingAnswer): ChannelDecision {
  if (answer.kind === "granted" && answer.talkS > 0)
    return { kind: "allowed", talkS: answer.talkS, variables: balanceVariables(answer) };
  const sip = answer.kind === "refused" ? signalOf(answer.reason.code).sip : 402;
  return { kind: "refused", sip, reason: REASONS[sip] ?? "Refused" };
}
