import type { Avp } from "./avp.ts";
import { avp, optionalAvp } from "./build-avp.ts";
import { APPLICATION } from "./command.ts";
import {
  type CreditControlAnswer,
  FAILURE_HANDLINGS,
  type FinalUnitAction,
  POOL_UNITS,
  type ServiceGrant,
} from "./credit-control-answer.ts";
import { type CreditControlRequest, REQUEST_TYPES } from "./credit-control-request.ts";
import { answerHeader } from "./header.ts";
import { type NodeIdentity, originOf, writeErrorAnswer } from "./node-messages.ts";
import { isProtocolError } from "./result-code.ts";
import { type GrantedUnits, writeMoney, writeUnits, writeUnitValue } from "./service-units.ts";
import { writeMessage } from "./write-message.ts";

const REDIRECT_TYPES = ["ipv4", "ipv6", "url", "sip-uri"] as const;
const FAILOVER_NOT_SUPPORTED = 0;
const FAILOVER_SUPPORTED = 1;

/**
 * The octets of a Credit-Control-Answer (RFC 8506 §3.2). Session-Id stands first, and what the command's grammar
 * requires is always there; units stand where the request's stood.
 */
export function writeCreditControlAnswer(
  request: CreditControlRequest,
  answer: CreditControlAnswer,
  node: NodeIdentity,
): Buffer {
  const { resultCode, errorMessage } = answer;
  if (isProtocolError(resultCode))
    return writeErrorAnswer(request.envelope, node, { resultCode, what: errorMessage ?? "", failed: undefined });
  return writeMessage(answerHeader(request.envelope.header), [
    avp("Session-Id", request.sessionId),
    avp("Result-Code", resultCode),
    ...originOf(node),
    avp("Auth-Application-Id", APPLICATION.creditControl),
    avp("CC-Request-Type", REQUEST_TYPES.indexOf(request.type) + 1),
    avp("CC-Request-Number", request.number),
    ...optionalAvp("CC-Sub-Session-Id", request.subSessionId),
    ...failoverOf(answer),
    ...(request.hasMultipleServices
      ? answer.services.map((service) => avp("Multiple-Services-Credit-Control", serviceAvps(service)))
      : answer.services.slice(0, 1).flatMap(commandAvps)),
    ...accountAvps(answer),
    ...optionalAvp("Error-Message", errorMessage),
    ...request.envelope.proxyInfo,
  ]);
}

const failoverOf = ({ mayFailOver, failureHandling }: CreditControlAnswer): readonly Avp[] => [
  ...(mayFailOver === undefined
    ? []
    : [avp("CC-Session-Failover", mayFailOver ? FAILOVER_SUPPORTED : FAILOVER_NOT_SUPPORTED)]),
  ...(failureHandling === undefined
    ? []
    : [avp("Credit-Control-Failure-Handling", FAILURE_HANDLINGS.indexOf(failureHandling))]),
];

/** What the answer says of the account. */
const accountAvps = ({
  cost,
  hasEnoughCredit,
  remainingBalance,
  isBalanceLow,
}: CreditControlAnswer): readonly Avp[] => [
  ...optionalAvp("Cost-Information", cost && [...writeMoney(cost), ...optionalAvp("Cost-Unit", cost.unit)]),
  ...(hasEnoughCredit === undefined ? [] : [avp("Check-Balance-Result", hasEnoughCredit ? 0 : 1)]),
  ...optionalAvp("Remaining-Balance", remainingBalance && writeMoney(remainingBalance)),
  ...(isBalanceLow === undefined ? [] : [avp("Low-Balance-Indication", isBalanceLow ? 1 : 0)]),
];

/** A service at the command itself: it has no group of its own, and no room for 3GPP's thresholds. */
const commandAvps = ({ granted, validityS, finalUnit }: ServiceGrant): readonly Avp[] => [
  ...optionalAvp("Granted-Service-Unit", granted && grantedAvps(granted)),
  ...optionalAvp("Final-Unit-Indication", finalUnit && finalUnitAvps(finalUnit)),
  ...optionalAvp("Validity-Time", validityS),
];

const serviceAvps = (service: ServiceGrant): readonly Avp[] => [
  ...optionalAvp("Granted-Service-Unit", service.granted && grantedAvps(service.granted)),
  ...(service.serviceIds ?? []).map((id) => avp("Service-Identifier", id)),
  ...optionalAvp("Rating-Group", service.ratingGroup),
  ...(service.pool === undefined ? [] : [poolAvp(service.pool)]),
  ...optionalAvp("Validity-Time", service.validityS),
  avp("Result-Code", service.resultCode),
  ...optionalAvp("Final-Unit-Indication", service.finalUnit && finalUnitAvps(service.finalUnit)),
  ...optionalAvp("Time-Quota-Threshold", service.timeThresholdS),
  ...optionalAvp("Volume-Quota-Threshold", service.volumeThresholdOctets),
  ...optionalAvp("Unit-Quota-Threshold", service.unitThreshold),
  ...optionalAvp("Quota-Holding-Time", service.holdingTimeS),
  ...optionalAvp("Quota-Consumption-Time", service.consumptionTimeS),
];

const grantedAvps = (granted: GrantedUnits): readonly Avp[] => [
  ...optionalAvp("Tariff-Time-Change", granted.tariffChangeAt),
  ...writeUnits(granted),
];

const poolAvp = ({ id, unitType, multiplier }: NonNullable<ServiceGrant["pool"]>): Avp =>
  avp("G-S-U-Pool-Reference", [
    avp("G-S-U-Pool-Identifier", id),
    avp("CC-Unit-Type", POOL_UNITS.indexOf(unitType)),
    writeUnitValue(multiplier),
  ]);

function finalUnitAvps(action: FinalUnitAction): readonly Avp[] {
  switch (action.kind) {
    case "terminate":
      return [avp("Final-Unit-Action", 0)];
    case "redirect": {
      const server = [
        avp("Redirect-Address-Type", REDIRECT_TYPES.indexOf(action.to)),
        avp("Redirect-Server-Address", action.address),
      ];
      return [avp("Final-Unit-Action", 1), avp("Redirect-Server", server)];
    }
    case "restrict":
      return [
        avp("Final-Unit-Action", 2),
        ...action.rules.map((rule) => avp("Restriction-Filter-Rule", rule)),
        ...action.filterIds.map((id) => avp("Filter-Id", id)),
      ];
    default:
      return action satisfies never;
  }
}
