import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { dialogKey } from "../../mediation/acc/dialog-key.ts";
import type { KamailioCall, KamailioDialog } from "../../protocol/evapi/kamailio-event.ts";
import type { CallAttempt, CallHandle } from "../charging/charging-request.ts";

/**
 * A call as events of evapi tell of it, under the name of its session. Account rules look at `Account` as account code
 * and as SIP user; `Calling`, `SourceAddress`, `IngressTrunk`, `EgressTrunk`, `RoutingNumber` are what a configuration may
 * add. `Tenant`, `Category`, `Subject` and `RequestType` decide nothing: what they are for, accounts and tariffs know.
 */
export function attemptOf(call: KamailioCall, key: string): CallAttempt {
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
    handle: handleOf(null),
    ...(recordKey !== null && { recordKey }),
  };
}

/** How Kamailio finds a call that is to be ended; without a dialog it can't yet. */
export const handleOf = (dialog: KamailioDialog | null): CallHandle => ({
  way: "evapi",
  names:
    dialog === null
      ? []
      : [
          ["HashEntry", dialog.hashEntry],
          ["HashId", dialog.hashId],
        ],
});

/** The dialog that {@link handleOf} kept; null: none. */
export function dialogOf({ handle }: Pick<CallAttempt, "handle">): KamailioDialog | null {
  if (handle?.way !== "evapi") return null;
  const { HashEntry: hashEntry, HashId: hashId } = Object.fromEntries(handle.names);
  return hashEntry === undefined || hashId === undefined ? null : { hashEntry, hashId };
}

/**
 * The key of the record that acc writes of the call; null where the event does not tell the called side's tag. The
 * caller's is `FromTag`, or what stands behind the Call-ID in `OriginID`, as public configurations have it.
 */
export function recordKeyOf({ originId, fields }: KamailioCall): string | null {
  const [callId, tag] = (originId ?? "").split(";");
  const [fromTag, toTag] = [fields.get("FromTag") ?? tag, fields.get("ToTag")];
  return callId && fromTag && toTag ? dialogKey({ callId, fromTag, toTag }) : null;
}

const callIdOf = (originId: string): string => originId.split(";", 1)[0] ?? originId;
