import type { Avp } from "./avp.ts";
import { checkGrammar, invalidValue, missingAvp } from "./check-grammar.ts";
import { COMMAND, REQUEST_GRAMMARS } from "./command.ts";
import {
  type CreditControlRequest,
  REQUEST_TYPES,
  REQUESTED_ACTIONS,
  type RequestEnvelope,
  type ServiceRequest,
  SUBSCRIPTION_KINDS,
  type SubscriptionId,
} from "./credit-control-request.ts";
import type { AvpName, ValueOf } from "./dictionary.ts";
import { type Fault, faultIn } from "./fault.ts";
import { avpValue, avpValues, findAvp } from "./find-avp.ts";
import type { DiameterMessage } from "./read-message.ts";
import { RESULT } from "./result-code.ts";
import { readServiceInformation } from "./service-information.ts";
import { faultOfUnits, readUnits, readUsedUnits } from "./service-units.ts";

/** A credit-control request, or why it is none. */
export type ReadCreditControl =
  | { readonly kind: "request"; readonly request: CreditControlRequest }
  | { readonly kind: "fault"; readonly fault: Fault };

/** Services in one request: gateways ask for a handful of rating groups. */
export const SERVICES_MAX = 64;

/** What an answer to a message repeats of it. */
export const envelopeOf = ({ header, avps }: DiameterMessage): RequestEnvelope => ({
  header,
  sessionId: avpValue(avps, "Session-Id"),
  proxyInfo: avps.filter(({ definition }) => definition?.name === "Proxy-Info"),
});

/** Reads a Credit-Control-Request (RFC 8506 §3.1). The message itself has no fault. */
export function readCreditControl(message: DiameterMessage): ReadCreditControl {
  const { avps } = message;
  const grammar = REQUEST_GRAMMARS.get(COMMAND.creditControl);
  const fault =
    (grammar && checkGrammar(avps, grammar)) ?? faultOfEnumerations(avps) ?? faultOfGroups(avps) ?? faultOfEvent(avps);
  return fault === undefined ? { kind: "request", request: requestOf(message) } : { kind: "fault", fault };
}

function requestOf(message: DiameterMessage): CreditControlRequest {
  const { avps, header } = message;
  const groups = avpValues(avps, "Multiple-Services-Credit-Control");
  const isEvent = typeOf(avps) === "event";
  return {
    sessionId: must(avps, "Session-Id"),
    subSessionId: avpValue(avps, "CC-Sub-Session-Id"),
    type: typeOf(avps),
    number: must(avps, "CC-Request-Number"),
    isRetransmission: header.isRetransmission,
    action: isEvent ? REQUESTED_ACTIONS[must(avps, "Requested-Action")] : undefined,
    originHost: must(avps, "Origin-Host"),
    originRealm: must(avps, "Origin-Realm"),
    destinationRealm: must(avps, "Destination-Realm"),
    serviceContextId: must(avps, "Service-Context-Id"),
    eventAt: avpValue(avps, "Event-Timestamp"),
    userName: avpValue(avps, "User-Name"),
    subscriptions: [
      ...avpValues(avps, "Subscription-Id").map(readSubscription),
      ...avpValues(avps, "Subscription-Id-Extension").flatMap(readSubscriptionExtension),
    ],
    equipment: readEquipment(avpValue(avps, "User-Equipment-Info")),
    correlationId: hex(avpValue(avps, "CC-Correlation-Id")),
    terminationCause: avpValue(avps, "Termination-Cause"),
    originStateId: avpValue(avps, "Origin-State-Id"),
    hasMultipleServices: groups.length > 0,
    takesMultipleServices: groups.length > 0 || avpValue(avps, "Multiple-Services-Indicator") === 1,
    services: groups.length > 0 ? groups.map(readService) : [readService(avps)],
    calledStationId: avpValue(avps, "Called-Station-Id"),
    information: readServiceInformation(avpValue(avps, "Service-Information") ?? []),
    envelope: envelopeOf(message),
  };
}

/** One service, from its group or from the command. */
function readService(avps: readonly Avp[]): ServiceRequest {
  const requested = avpValue(avps, "Requested-Service-Unit");
  return {
    ratingGroup: avpValue(avps, "Rating-Group"),
    serviceIds: avpValues(avps, "Service-Identifier"),
    requested: requested && readUnits(requested),
    used: avpValues(avps, "Used-Service-Unit").map(readUsedUnits),
    reportingReason: avpValue(avps, "Reporting-Reason"),
    poolIds: avpValues(avps, "G-S-U-Pool-Reference").flatMap((pool) => avpValue(pool, "G-S-U-Pool-Identifier") ?? []),
  };
}

const typeOf = (avps: readonly Avp[]): CreditControlRequest["type"] =>
  REQUEST_TYPES[must(avps, "CC-Request-Type") - 1] ?? "event";

/** A value that was checked to be there. */
const must = <Name extends AvpName>(avps: readonly Avp[], name: Name): ValueOf<Name> =>
  avpValue(avps, name) as ValueOf<Name>;

const readSubscription = (group: readonly Avp[]): SubscriptionId => ({
  kind: SUBSCRIPTION_KINDS[must(group, "Subscription-Id-Type")] ?? "private",
  data: must(group, "Subscription-Id-Data"),
});

const EXTENSION_KINDS = [
  ["Subscription-Id-E164", "e164"],
  ["Subscription-Id-IMSI", "imsi"],
  ["Subscription-Id-SIP-URI", "sip-uri"],
  ["Subscription-Id-NAI", "nai"],
  ["Subscription-Id-Private", "private"],
] as const;

const readSubscriptionExtension = (group: readonly Avp[]): readonly SubscriptionId[] =>
  EXTENSION_KINDS.flatMap(([name, kind]) => avpValues(group, name).map((data) => ({ kind, data })));

function readEquipment(group: readonly Avp[] | undefined): CreditControlRequest["equipment"] {
  const type = avpValue(group ?? [], "User-Equipment-Info-Type");
  const octets = hex(avpValue(group ?? [], "User-Equipment-Info-Value"));
  return type === undefined || octets === undefined ? undefined : { type, hex: octets };
}

const hex = (octets: Uint8Array | undefined): string | undefined => octets && Buffer.from(octets).toString("hex");

function faultOfEnumerations(avps: readonly Avp[]): Fault | undefined {
  const type = findAvp(avps, "CC-Request-Type");
  if (type !== undefined && REQUEST_TYPES[Number(type.value) - 1] === undefined)
    return invalidValue(type, `CC-Request-Type ${type.value} is none`);
  const action = findAvp(avps, "Requested-Action");
  if (action !== undefined && REQUESTED_ACTIONS[Number(action.value)] === undefined)
    return invalidValue(action, `Requested-Action ${action.value} is none`);
  return undefined;
}

/** An event says what it wants (RFC 8506 §8.41). */
const faultOfEvent = (avps: readonly Avp[]): Fault | undefined =>
  typeOf(avps) === "event" && findAvp(avps, "Requested-Action") === undefined
    ? missingAvp("Requested-Action")
    : undefined;

/** What groups that matter here have to have in them. */
function faultOfGroups(avps: readonly Avp[]): Fault | undefined {
  const services = avps.filter(({ definition }) => definition?.name === "Multiple-Services-Credit-Control");
  const extra = services[SERVICES_MAX];
  if (extra !== undefined) {
    const what = `More than ${SERVICES_MAX} services`;
    return { resultCode: RESULT.avpOccursTooManyTimes, what, failed: { ...extra, value: [] } };
  }
  for (const avp of avps) {
    const fault = faultOfGroup(avp);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfGroup(avp: Avp): Fault | undefined {
  switch (avp.definition?.name) {
    case "Subscription-Id":
      return faultOfSubscription(avp);
    case "Multiple-Services-Credit-Control":
      return faultOfService(avp);
    case "Requested-Service-Unit":
    case "Used-Service-Unit":
      return faultOfUnits(avp);
    default:
      return undefined;
  }
}

function faultOfSubscription(group: Avp): Fault | undefined {
  const parts = group.value as readonly Avp[];
  const missing = (["Subscription-Id-Type", "Subscription-Id-Data"] as const).find((name) => !findAvp(parts, name));
  return missing && faultIn(group, missingAvp(missing));
}

function faultOfService(group: Avp): Fault | undefined {
  for (const part of group.value as readonly Avp[]) {
    const fault = faultOfGroup(part);
    if (fault !== undefined) return faultIn(group, fault);
  }
  return undefined;
}
