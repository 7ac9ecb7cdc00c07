import { now } from "../../clock.ts";
import type { MoneyEnd } from "../../core/tenancy/money-end.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { CreditControlAnswer, ServiceGrant } from "../../protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest, ServiceRequest } from "../../protocol/diameter/credit-control-request.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import type { Charging } from "../charging/charging.ts";
import type { CallAttempt, ChargingAnswer, ChargingRequest, Stop } from "../charging/charging-request.ts";
import { UNITS_VALID_S } from "../charging/charging-work.ts";
import type { Leg } from "../charging/find-legs.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { ASK_AGAIN_S, balanceOf, finalUnitOf } from "./diameter-final-unit.ts";
import { legAttemptOf, legNameOf, sessionKeyOf } from "./diameter-party.ts";
import { refusal, refusalOf } from "./diameter-refusal.ts";
import { countsUnits, grantedUnits, unitsUsed, unitsWanted } from "./diameter-units.ts";

/** Seconds without traffic after which a peer gives the rest of its octets back (Quota-Holding-Time, TS 32.299). */
const HOLDING_S = 900;
/** A peer asks for more while a tenth of its octets is left (Volume-Quota-Threshold). */
const THRESHOLD_PARTS = 10;

/** A request of a peer for other services than voice. */
interface Asked {
  readonly request: CreditControlRequest;
  readonly service: Exclude<Service, "voice">;
  readonly source: PushedSource & { readonly whenMoneyEnds?: MoneyEnd | undefined };
  readonly peerHost: string;
}

/**
 * Charges the services of one Diameter session, each by itself: every rating group has a session of its own (a leg),
 * with its own grant and hold, from its first units on until they are given back for good. It may be used again after
 * that, and is another leg then. Octets up and down count together.
 *
 * A repetition finds the leg that has answered it, and is answered the same. Source: RFC 8506 §5.1.2, TS 32.299 §6.
 */
export async function chargeServices(charging: Charging, asked: Asked): Promise<CreditControlAnswer> {
  const { request, source } = asked;
  const legs = await charging.legs({ sourceId: source.sourceId, key: sessionKeyOf(request) });
  const decided = await Promise.all(
    request.services.map(async (one) => ({ ...one, decided: await chargeService(charging, asked, one, legs) })),
  );
  if (request.type === "termination") await endOthers(charging, asked, legs);
  const services = decided.map(({ ratingGroup, serviceIds, decided: answer }): ServiceGrant => {
    return {
      ratingGroup,
      serviceIds,
      ...(typeof answer === "number" ? { resultCode: answer } : grantOf(answer, asked)),
    };
  });
  const [first] = services;
  const isRefused = services.every(({ resultCode }) => resultCode !== RESULT.success);
  if (request.type === "initial" && isRefused && first !== undefined)
    return { ...refusal(first.resultCode, "No service of the session can be granted."), services };
  const granted = decided.findLast(({ decided: answer }) => typeof answer === "object" && answer.kind === "granted");
  const told = granted?.decided as Extract<ChargingAnswer, { readonly kind: "granted" }> | undefined;
  return { resultCode: RESULT.success, services, ...(told && balanceOf(told, request)) };
}

type Granted = Omit<ServiceGrant, "ratingGroup" | "serviceIds">;

/** What becomes of one service; a result code where nothing had to be decided. */
async function chargeService(
  charging: Charging,
  asked: Asked,
  one: ServiceRequest,
  legs: readonly Leg[],
): Promise<ChargingAnswer | number> {
  const { request, service, source } = asked;
  if (!countsUnits(one, service)) return RESULT.ratingFailed;
  const used = unitsUsed(one, service);
  const wanted = request.type === "termination" ? null : unitsWanted(one, service);
  if (used === null) return RESULT.invalidAvpValue;
  const name = legNameOf(one);
  const requestKey = requestKeyOf(request);
  const ofService = legs.filter(({ leg }) => leg.startsWith(`${name}.`));
  const known = ofService.find(({ requestKeys }) => requestKeys.includes(requestKey)) ?? ofService.find(isOpen);
  const leg = known?.leg ?? `${name}.${request.number}`;
  const decide = (decided: ChargingRequest) => charging.decide(source.tenantId, decided);
  if (known === undefined) {
    if (used === 0 && wanted === null) return RESULT.success;
    const attempt = legAttemptOf(asked, one, leg);
    if (attempt === null) return RESULT.ratingFailed;
    if (wanted === null) return await decide(stopOf(asked, { leg, used, attempt }));
    const isReport = used > 0;
    const key = isReport ? `${requestKey}/opened` : requestKey;
    const begun = await decide(authoriseOf(asked, { attempt, requestKey: key, wanted: isReport ? 0 : wanted }));
    if (!isReport || begun.kind !== "granted") return begun;
  }
  if (wanted === null) return await decide(stopOf(asked, { leg, used, attempt: null }));
  const { sourceId } = source;
  const report = { sourceId, requestKey, key: sessionKeyOf(request), leg, recordKey: null, talkedMs: 0, used } as const;
  const update = { kind: "update", ...report, answeredAt: null, counted: "since-last-report" } as const;
  return await decide({ ...update, wantedS: wanted, ...moneyEnd(asked) });
}

const isOpen = (leg: Leg): boolean => leg.isOpen;

/** What the end of a Diameter session does not speak of ends as it was last reported. */
async function endOthers(charging: Charging, asked: Asked, legs: readonly Leg[]): Promise<void> {
  const named = new Set(asked.request.services.map(legNameOf));
  const others = legs.filter(({ leg, isOpen: open }) => open && !named.has(leg.slice(0, leg.lastIndexOf("."))));
  await Promise.all(
    others.map(({ leg }) => charging.decide(asked.source.tenantId, stopOf(asked, { leg, used: 0, attempt: null }))),
  );
}

/** A repetition has the same type and number (RFC 8506 §8.2). */
const requestKeyOf = ({ type, number }: CreditControlRequest): string => `ccr/${type}/${number}`;

const authoriseOf = (
  asked: Asked,
  {
    attempt,
    requestKey,
    wanted,
  }: { readonly attempt: CallAttempt; readonly requestKey: string; readonly wanted: number },
): ChargingRequest => ({
  ...{ kind: "authorise", sourceId: asked.source.sourceId, requestKey, attempt, wantedS: wanted },
  ...moneyEnd(asked),
});

const moneyEnd = ({ source: { whenMoneyEnds } }: Asked): { readonly whenMoneyEnds?: MoneyEnd } =>
  whenMoneyEnds === undefined ? {} : { whenMoneyEnds };

const stopOf = (
  { request, source: { sourceId } }: Asked,
  { leg, used, attempt }: { readonly leg: string; readonly used: number; readonly attempt: CallAttempt | null },
): Stop => ({
  ...{ kind: "stop", sourceId, requestKey: requestKeyOf(request), key: sessionKeyOf(request), leg, attempt },
  ...{ used, counted: "since-last-report", talkedMs: null, reportedS: null, cause: NO_CAUSE },
  ...{ answeredAt: null, endedAt: request.eventAt ?? fromInstant(now()), recordKey: null, isGivenUp: false },
});

function grantOf(answer: ChargingAnswer, { service }: Asked): Granted {
  switch (answer.kind) {
    case "granted": {
      const left = answer.talkS - answer.usedS;
      const isData = service === "data";
      const finalUnit = finalUnitOf(answer);
      if (left === 0 && answer.whenMoneyEnds === undefined) return { resultCode: RESULT.creditLimitReached };
      if (left === 0) return { resultCode: RESULT.success, validityS: ASK_AGAIN_S, finalUnit };
      return {
        resultCode: RESULT.success,
        granted: grantedUnits(left, service),
        validityS: UNITS_VALID_S,
        finalUnit,
        volumeThresholdOctets: isData && !answer.isLast ? Math.floor(left / THRESHOLD_PARTS) : undefined,
        holdingTimeS: isData ? HOLDING_S : undefined,
      };
    }
    case "refused":
      return { resultCode: refusalOf(answer.reason).resultCode };
    case "unknown":
      return { resultCode: RESULT.unknownSession };
    case "closed":
      return { resultCode: RESULT.success };
    default:
      return answer satisfies never;
  }
}
