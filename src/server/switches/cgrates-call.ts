import { now } from "../../clock.ts";
import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import { dialogKey } from "../../mediation/acc/dialog-key.ts";
import type { Charging } from "../charging/charging.ts";
import type { CallAttempt, CallHandle, ChargingAnswer, Stop } from "../charging/charging-request.ts";
import { stopKey } from "../charging/stop-key.ts";
import type { PushedSource } from "../mediation/push-token.ts";

/** A call in the words of CGRateS, as Kamailios and OpenSIPSes that are configured for it tell. */
export interface CgratesCall {
  /** The Call-ID, and usually the caller's tag behind a semicolon; null before the call is named. */
  readonly originId: string | null;
  readonly account: string | null;
  readonly destination: string | null;
  readonly setupAt: EpochMs | null;
  readonly answeredAt: EpochMs | null;
  readonly talkedMs: number | null;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * The call under the name of its session. Account rules look at `Account` as account code and as SIP user; `Calling`,
 * `SourceAddress`, `IngressTrunk`, `EgressTrunk`, `RoutingNumber` are what a configuration may add. `Tenant`,
 * `Category`, `Subject` and `RequestType` decide nothing: what they are for, accounts and tariffs know.
 */
export function attemptOf(call: CgratesCall, key: string, handle: CallHandle): CallAttempt {
  const field = (name: string) => call.fields.get(name) ?? null;
  const recordKey = recordKeyOf(call);
  return {
    key,
    leg: "",
    callId: call.originId === null ? null : callIdOf(call.originId),
    direction: "originating",
    calling: field("Calling") ?? call.account ?? "",
    called: call.destination ?? "",
    routingNumber: field("RoutingNumber"),
    startedAt: call.setupAt ?? call.answeredAt ?? fromInstant(now()),
    accountCode: call.account,
    sipUser: call.account,
    sourceAddress: field("SourceAddress"),
    ingressTrunk: field("IngressTrunk"),
    egressTrunk: field("EgressTrunk"),
    handle,
    ...(recordKey !== null && { recordKey }),
  };
}

/**
 * The key of the record that acc writes of the call; null where it is not told of both tags. The caller's is
 * `FromTag`, or what stands behind the Call-ID in `OriginID`, as public configurations have it; the called side's is
 * `ToTag`.
 */
export function recordKeyOf({ originId, fields }: Pick<CgratesCall, "originId" | "fields">): string | null {
  const [callId, tag] = (originId ?? "").split(/[;|]/);
  const [fromTag, toTag] = [fields.get("FromTag") ?? tag, fields.get("ToTag")];
  return callId && fromTag && toTag ? dialogKey({ callId, fromTag, toTag }) : null;
}

const callIdOf = (originId: string): string => originId.split(/[;|]/, 1)[0] ?? originId;

/**
 * A call was answered. One that is not known yet, because nothing was held for it before or we were away when it
 * began, is authorised first. Errors: those of charging.
 */
export async function startCall(
  charging: Charging,
  { tenantId, sourceId }: PushedSource,
  { call, handle }: { readonly call: CgratesCall; readonly handle: CallHandle },
): Promise<ChargingAnswer> {
  const key = call.originId ?? "";
  const answered = () =>
    charging.decide(tenantId, {
      ...{ kind: "update", sourceId, requestKey: "start", key, leg: "", handle },
      ...{ answeredAt: call.answeredAt ?? fromInstant(now()), talkedMs: 0, counted: "whole-call" },
      ...{ wantedS: "granted", recordKey: recordKeyOf(call) },
    });
  const answer = await answered();
  if (answer.kind !== "unknown") return answer;
  const attempt = attemptOf(call, key, handle);
  const asked = { sourceId, requestKey: "authorise at start", isUnnamed: true, attempt, wantedS: null } as const;
  const opened = await charging.decide(tenantId, { kind: "authorise", ...asked });
  return opened.kind === "granted" ? await answered() : opened;
}

/** A call is over, or its record has come. Errors: those of charging. */
export async function stopCall(
  charging: Charging,
  { tenantId, sourceId }: PushedSource,
  {
    call,
    handle,
    requestKey,
  }: { readonly call: CgratesCall; readonly handle: CallHandle; readonly requestKey: string },
): Promise<ChargingAnswer> {
  const key = call.originId ?? "";
  return await charging.decide(tenantId, {
    ...{ kind: "stop", sourceId, requestKey: stopKey(requestKey, call.talkedMs), key, leg: "" },
    ...{ counted: "whole-call", isGivenUp: false },
    ...endOf(call),
    recordKey: recordKeyOf(call),
    attempt: call.destination === null ? null : attemptOf(call, key, handle),
  });
}

/** Whole seconds are the switch's own count. */
function endOf(call: CgratesCall): Pick<Stop, "answeredAt" | "endedAt" | "talkedMs" | "reportedS" | "cause"> {
  const { answeredAt, talkedMs, fields } = call;
  const isAnswered = answeredAt !== null || (talkedMs ?? 0) > 0;
  const endedAt = answeredAt === null || talkedMs === null ? fromInstant(now()) : epochMs(answeredAt + talkedMs);
  const sip = /^[3-6]\d\d$/.test(fields.get("SipCode") ?? "") ? Number(fields.get("SipCode")) : null;
  return {
    answeredAt: answeredAt ?? (talkedMs ? epochMs(endedAt - talkedMs) : null),
    endedAt,
    talkedMs,
    reportedS: isAnswered && talkedMs !== null && talkedMs % 1_000 === 0 ? talkedMs / 1_000 : null,
    cause: { ...NO_CAUSE, sip, text: fields.get("DisconnectCause") ?? null },
  };
}
