import type { Service } from "../../core/usage/service-units.ts";
import type { CreditControlRequest, ServiceRequest } from "../../protocol/diameter/credit-control-request.ts";
import type { GrantedUnits, ServiceUnits } from "../../protocol/diameter/service-units.ts";

/** Octets that are granted at a time to a peer that leaves it to us, and the most to one that does not. */
const SLICE_OCTETS = 10_000_000;
const GRANT_OCTETS_MAX = 1_000_000_000;
/** Most that one report may tell of: ten terabytes. */
const REPORTED_MAX = 10_000_000_000_000n;

/** 3GPP's charging specifications of each service, which Service-Context-Id ends with: "32251@3gpp.org". */
const SERVICES: Readonly<Record<string, Service>> = { 32251: "data", 32255: "data", 32260: "voice", 32274: "sms" };

/** What a request is for: as its context says, else by the information about it, else by what it counts. */
export function serviceOfRequest({ serviceContextId, information, services }: CreditControlRequest): Service {
  const [, specification = ""] = /(?:^|\D)(\d{5})@/.exec(serviceContextId) ?? [];
  const named = SERVICES[specification];
  if (named !== undefined) return named;
  if (information.call !== undefined) return "voice";
  if (information.message !== undefined) return "sms";
  if (information.data !== undefined) return "data";
  return services.some(({ requested, used }) => [requested ?? {}, ...used].some(hasOctets)) ? "data" : "voice";
}

const hasOctets = ({ totalOctets, inputOctets, outputOctets }: ServiceUnits): boolean =>
  [totalOctets, inputOctets, outputOctets].some((octets) => octets !== undefined);

/** Whether all units of a service are those that it is charged by, or of no kind, which leaves it to us. */
export function countsUnits({ requested, used }: ServiceRequest, service: Service): boolean {
  const counts = (units: ServiceUnits) => (service === "sms" ? units.specificUnits !== undefined : hasOctets(units));
  const isSilent = (units: ServiceUnits) =>
    !hasOctets(units) && [units.timeS, units.money, units.specificUnits].every((value) => value === undefined);
  // Gateways that count volume may tell of the time as well.
  return [requested ?? {}, ...used].every((units) => counts(units) || isSilent(units));
}

/** What is asked for; null: nothing. */
export function unitsWanted({ requested }: ServiceRequest, service: Service): number | null {
  if (requested === undefined) return null;
  const units = unitsOf(requested, service);
  if (service === "sms") return units === undefined ? 1 : Number(smaller(units, REPORTED_MAX));
  return units === undefined || units === 0n ? SLICE_OCTETS : Number(smaller(units, BigInt(GRANT_OCTETS_MAX)));
}

/** What is reported as used since the last report; null: more than can be. */
export function unitsUsed({ used }: ServiceRequest, service: Service): number | null {
  const sum = used.reduce((all, units) => all + (unitsOf(units, service) ?? 0n), 0n);
  return sum > REPORTED_MAX ? null : Number(sum);
}

/** Octets both ways, whichever way they are told; undefined: none are. */
function unitsOf(units: ServiceUnits, service: Service): bigint | undefined {
  if (service === "sms") return units.specificUnits;
  if (units.totalOctets !== undefined) return units.totalOctets;
  return hasOctets(units) ? (units.inputOctets ?? 0n) + (units.outputOctets ?? 0n) : undefined;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export const grantedUnits = (units: number, service: Service): GrantedUnits =>
  service === "sms" ? { specificUnits: BigInt(units) } : { totalOctets: BigInt(units) };
