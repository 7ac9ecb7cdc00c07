import { now } from "../../clock.ts";
import type { MoneyEnd } from "../../core/tenancy/money-end.ts";
import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { CreditControlAnswer } from "../../protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest, ServiceRequest } from "../../protocol/diameter/credit-control-request.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import type { AccountCharging } from "../charging/account-charging.ts";
import type { Charging } from "../charging/charging.ts";
import type { ChargingAnswer } from "../charging/charging-request.ts";
import { passes } from "../charging/problems.ts";
import type { CreditControlHandler, RequestSender } from "../diameter/credit-control-handler.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { diameterHandle } from "./cut-over-diameter.ts";
import { answerEvent } from "./diameter-event.ts";
import { ASK_AGAIN_S, balanceOf, finalUnitOf } from "./diameter-final-unit.ts";
import { attemptOf, payerNameOf, sessionKeyOf } from "./diameter-party.ts";
import { refusal, refusalOf } from "./diameter-refusal.ts";
import { chargeServices } from "./diameter-services.ts";
import { serviceOfRequest } from "./diameter-units.ts";

/** Seconds that are granted at a time to a peer that leaves it to us. */
const SLICE_S = 300;
/** RFC 8506 §8.33: a peer asks again after so long even if it has used nothing, so that a lost one is missed. */
const VALIDITY_S = 3_600;

/** Longest talk time that one report may tell of: a month. */
const REPORTED_S_MAX = 2_678_400;

/** A source that is a peer. */
export interface DiameterCharged extends PushedSource {
  /** What its peer does when a payer's money ends, unless the account says what; left out: it ends the call. */
  readonly whenMoneyEnds?: MoneyEnd | undefined;
}

/**
 * Charges what Diameter peers ask about (Ro and Gy, RFC 8506): calls by seconds of talk time, data by octets, messages
 * one by one. Each peer is a source.
 */
export class ChargingOverDiameter implements CreditControlHandler {
  readonly #charging: Charging;
  readonly #accounts: AccountCharging;
  readonly #sourceOf: (peerHost: string) => DiameterCharged | undefined;

  constructor(
    { charging, accounts }: { readonly charging: Charging; readonly accounts: AccountCharging },
    sourceOf: (peerHost: string) => DiameterCharged | undefined,
  ) {
    this.#charging = charging;
    this.#accounts = accounts;
    this.#sourceOf = sourceOf;
  }

  async charge(request: CreditControlRequest, sender: RequestSender): Promise<CreditControlAnswer | "busy"> {
    try {
      return await this.#charge(request, sender);
    } catch (error) {
      if (passes(error)) return "busy";
      throw error;
    }
  }

  async #charge(request: CreditControlRequest, { peer }: RequestSender): Promise<CreditControlAnswer> {
    const source = this.#sourceOf(peer.host);
    if (source === undefined) return refusal(RESULT.unableToComply, "The peer is no source.");
    const { host: peerHost } = peer;
    const service = serviceOfRequest(request);
    if (request.type === "event")
      return await answerEvent({ accounts: this.#accounts, charging: this.#charging }, { request, source, peerHost });
    if (service !== "voice") return await this.#chargeServices({ request, service, source, peerHost });
    const [call, another] = request.services;
    if (another !== undefined || (call !== undefined && !countsTime(call)))
      return refusal(RESULT.ratingFailed, "A call is charged by time, and is one service.");
    return request.type === "initial"
      ? await this.#begin(request, call, { ...source, peerHost })
      : await this.#goOn(request, call, source);
  }

  /** A session that begins without asking for units is only asked whose it is. */
  async #chargeServices(asked: Parameters<typeof chargeServices>[1]): Promise<CreditControlAnswer> {
    const { request, source } = asked;
    if (request.type === "initial" && request.services.every(({ requested }) => requested === undefined)) {
      const found = await this.#accounts.balance({ source, payer: payerNameOf(request) });
      if (found.kind === "refused") return refusalOf(found.reason);
    }
    return await chargeServices(this.#charging, asked);
  }

  async #begin(
    request: CreditControlRequest,
    service: ServiceRequest | undefined,
    { tenantId, sourceId, peerHost, whenMoneyEnds }: DiameterCharged & { readonly peerHost: string },
  ): Promise<CreditControlAnswer> {
    const told = attemptOf(request);
    if (told === null) return refusal(RESULT.ratingFailed, "The request does not say which number is called.");
    const { sessionId, originHost: host, originRealm: realm } = request;
    const attempt = { ...told, handle: diameterHandle({ sessionId, host, realm }, peerHost) };
    const requestKey = requestKeyOf(request);
    const asked = { kind: "authorise", sourceId, requestKey, attempt, wantedS: wantedOf(service) } as const;
    const answer = await this.#charging.decide(tenantId, { ...asked, ...(whenMoneyEnds && { whenMoneyEnds }) });
    return answerOf(answer, request);
  }

  async #goOn(
    request: CreditControlRequest,
    service: ServiceRequest | undefined,
    { tenantId, sourceId, whenMoneyEnds }: DiameterCharged,
  ): Promise<CreditControlAnswer> {
    const usedS = (service?.used ?? []).reduce((sum, { timeS = 0 }) => sum + timeS, 0);
    if (usedS > REPORTED_S_MAX) return refusal(RESULT.invalidAvpValue, "No call has lasted so long.");
    const talkedMs = usedS * 1_000;
    const at = request.eventAt ?? fromInstant(now());
    const answeredAt: EpochMs | null = talkedMs === 0 ? null : epochMs(at - talkedMs);
    const name = { sourceId, requestKey: requestKeyOf(request), key: sessionKeyOf(request), leg: "" };
    const report = { ...name, answeredAt, talkedMs, counted: "since-last-report", recordKey: null } as const;
    if (request.type === "update") {
      const asked = { kind: "update", ...report, number: request.number, wantedS: wantedOf(service) } as const;
      const answer = await this.#charging.decide(tenantId, { ...asked, ...(whenMoneyEnds && { whenMoneyEnds }) });
      return answerOf(answer, request);
    }
    const cause = { ...NO_CAUSE, sip: sipOf(request.information.call?.causeCode) };
    const ended = { endedAt: at, reportedS: null, cause, isGivenUp: false, attempt: attemptOf(request) };
    return answerOf(await this.#charging.decide(tenantId, { kind: "stop", ...report, ...ended }), request);
  }
}

/** Whether all units of a service are of time, or of no kind, which leaves it to us. */
const countsTime = ({ requested, used }: ServiceRequest): boolean =>
  [requested ?? {}, ...used].every(
    ({ timeS, money, totalOctets, inputOctets, outputOctets, specificUnits }) =>
      timeS !== undefined ||
      [money, totalOctets, inputOctets, outputOctets, specificUnits].every((value) => value === undefined),
  );

/** Without requested units nothing is granted: the peer only reports, or asks whether it may begin. */
const wantedOf = (service: ServiceRequest | undefined): number =>
  service?.requested === undefined ? 0 : (service.requested.timeS ?? SLICE_S);

/** A repetition has the same type and number (RFC 8506 §8.2). */
const requestKeyOf = ({ type, number }: CreditControlRequest): string => `ccr/${type}/${number}`;

const SIP_FAILURE_MIN = 300;
const SIP_FAILURE_MAX = 699;
const sipOf = (causeCode: number | undefined): number | null =>
  causeCode !== undefined && causeCode >= SIP_FAILURE_MIN && causeCode <= SIP_FAILURE_MAX ? causeCode : null;

function answerOf(answer: ChargingAnswer, request: CreditControlRequest): CreditControlAnswer {
  switch (answer.kind) {
    case "granted":
      return { ...granted(answer, request.services[0]), ...balanceOf(answer, request) };
    case "refused":
      return refusalOf(answer.reason);
    case "unknown":
      return refusal(RESULT.unknownSession, "No such session.");
    case "closed":
      return { resultCode: RESULT.success, services: [] };
    default:
      return answer satisfies never;
  }
}

/**
 * A grant goes on from what is used; the last one says what the peer does after it (RFC 8506 §5.6). Where the money has
 * ended and the peer is to redirect or restrict, it does so at once, and asks again from time to time.
 */
function granted(
  answer: Extract<ChargingAnswer, { readonly kind: "granted" }>,
  service: ServiceRequest | undefined,
): CreditControlAnswer {
  if (service === undefined) return { resultCode: RESULT.success, services: [] };
  const { ratingGroup, serviceIds, requested } = service;
  const named = { ratingGroup, serviceIds, resultCode: RESULT.success };
  if (requested === undefined) return { resultCode: RESULT.success, services: [named] };
  const timeS = answer.talkS - answer.usedS;
  const finalUnit = finalUnitOf(answer);
  if (timeS > 0) {
    const units = { timeS, tariffChangeAt: answer.rateChangesAt };
    const grant = { ...named, granted: units, validityS: VALIDITY_S, finalUnit };
    return { resultCode: RESULT.success, services: [grant] };
  }
  if (answer.whenMoneyEnds === undefined) return refusal(RESULT.creditLimitReached, "The balance is used up.");
  return { resultCode: RESULT.success, services: [{ ...named, validityS: ASK_AGAIN_S, finalUnit }] };
}
