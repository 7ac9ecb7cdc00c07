import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { ratingGroupDigits } from "../../core/usage/rating-group.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { CreditControlRequest, ServiceRequest } from "../../protocol/diameter/credit-control-request.ts";
import type { CallAttempt } from "../charging/charging-request.ts";
import type { PayerName } from "../charging/find-payer.ts";
import { diameterHandle } from "./cut-over-diameter.ts";

/** Sessions that share a Session-Id are told apart by their Sub-Session-Id (RFC 8506 §8.5). */
export const sessionKeyOf = ({ sessionId, subSessionId }: CreditControlRequest): string =>
  subSessionId === undefined ? sessionId : `${sessionId};${subSessionId}`;

/** The call that a request is of; null: it does not say which number is called. */
export function attemptOf(request: CreditControlRequest): CallAttempt | null {
  const { call } = request.information;
  const called = call?.called ?? call?.requested[0] ?? request.calledStationId;
  if (called === undefined) return null;
  const { account: _code, ...payer } = payerNameOf(request);
  return {
    ...payer,
    key: sessionKeyOf(request),
    leg: "",
    callId: call?.userSessionId ?? null,
    direction: call?.role === 1 ? "terminating" : "originating",
    called,
    startedAt: call?.requestedAt ?? request.eventAt ?? fromInstant(now()),
    egressTrunk: call?.outgoingTrunk ?? null,
  };
}

/** Who is to pay, as account rules look at it: the user of the subscription's SIP URI, or its number. */
export function payerNameOf({ information: { call }, subscriptions, userName }: CreditControlRequest): PayerName {
  const subscriber = (kind: string) => subscriptions.find((one) => one.kind === kind)?.data;
  return {
    account: null,
    calling: call?.calling[0] ?? subscriber("e164") ?? subscriber("sip-uri") ?? "",
    accountCode: null,
    sipUser: userOf(subscriber("sip-uri")) ?? subscriber("e164") ?? subscriber("nai") ?? userName ?? null,
    sourceAddress: null,
    ingressTrunk: call?.incomingTrunk ?? null,
  };
}

/** The user of a SIP URI: of "sip:4420@192.0.2.1:5060" it is 4420. */
const userOf = (uri: string | undefined): string | undefined => /^sips?:([^@]+)@/i.exec(uri ?? "")?.[1] ?? uri;

/** Names a service within its session: by its rating group, and by its service identifiers where it has some. */
export const legNameOf = ({ ratingGroup, serviceIds }: Pick<ServiceRequest, "ratingGroup" | "serviceIds">): string =>
  [`rg${ratingGroup ?? ""}`, ...serviceIds.toSorted((a, b) => a - b).map((id) => `s${id}`)].join("-");

/** One service of a session that is no call; null: a message that does not say whom it goes to. */
export function legAttemptOf(
  { request, service, peerHost }: LegAsked,
  { ratingGroup }: Pick<ServiceRequest, "ratingGroup">,
  leg: string,
): CallAttempt | null {
  const { data, message } = request.information;
  const called =
    service === "sms"
      ? (message?.recipients[0] ?? request.calledStationId)
      : ratingGroupDigits(String(ratingGroup ?? 0));
  if (called === undefined) return null;
  const { account: _code, ...payer } = payerNameOf(request);
  const { sessionId, originHost: host, originRealm: realm } = request;
  return {
    ...payer,
    ...(message?.originator !== undefined && service === "sms" && { calling: message.originator }),
    ...{ key: sessionKeyOf(request), leg, callId: sessionId, direction: "originating", called },
    startedAt: request.eventAt ?? fromInstant(now()),
    consumed: { service, quantity: 0 },
    egressTrunk: service === "data" ? (data?.servingNetwork ?? data?.gatewayNetwork ?? null) : null,
    handle: diameterHandle({ sessionId, host, realm }, peerHost),
  };
}

interface LegAsked {
  readonly request: CreditControlRequest;
  readonly service: Exclude<Service, "voice">;
  readonly peerHost: string;
}
