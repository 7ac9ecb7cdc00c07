import type { Increments, Rate } from "../../core/tariff/rate.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import { parseOctets } from "../../core/usage/octets.ts";
import { ratingGroupDigits } from "../../core/usage/rating-group.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import { readIncrements } from "./read-terms-text.ts";
import type { RateSetup, TariffSetup } from "./tariff-setup.ts";

/** What a rate of each service is for where it names no unit. */
const DEFAULT_UNITS: Readonly<Record<Service, number>> = { voice: 60, sms: 1, data: 1_000_000 };

/** Units and steps are stored in 32 bits: the largest size for them is 1 GiB, and the next ones beyond 2. */
const UNIT_MAX = 2_147_483_647;

const ONE_EACH: Increments = { firstS: 1, nextS: 1 };

/** What a tariff of another service than voice cannot have: time passes for calls alone. Faults go to `faults`. */
export function checkServiceTerms(setup: TariffSetup, pointer: string, terms: TariffTerms, faults: SetupFaults): void {
  const { service } = terms;
  if (service === undefined) return;
  const refuse = (field: string, what: string, fix: string) => faults.add(`${pointer}/${field}`, what, fix);
  for (const field of ["windowCrossing", "reprice"] as const)
    if (terms[field] !== "at-answer")
      refuse(field, `A tariff for ${service} is priced as at its answer.`, 'Leave it out, or say "at-answer".');
  for (const [index, { perMinute, increments }] of (setup.surcharges ?? []).entries())
    if (perMinute !== undefined || increments !== undefined)
      refuse(`surcharges/${index}`, `A surcharge a minute is for calls, not for ${service}.`, 'Give "perCall".');
  for (const [index, { jurisdiction, preset }] of (setup.origins ?? []).entries())
    if (service === "data" && (jurisdiction !== undefined || preset !== undefined))
      refuse(
        `origins/${index}`,
        "Data comes from a network, which is in no zone of telephone numbers.",
        'Give "prefixes": the first digits of mobile country and network codes, such as ["262", "26201"].',
      );
}

/** Which numbers a rate is for, and how many units it prices and steps by; undefined after a fault. */
export function readRateUnits(
  setup: RateSetup,
  at: string,
  service: Service,
  faults: SetupFaults,
): Pick<Rate, "prefix" | "unitS" | "increments"> | undefined {
  const prefix = readPrefix(setup.prefix, `${at}/prefix`, service, faults);
  const increments =
    setup.increments === undefined ? ONE_EACH : readSteps(setup.increments, `${at}/increments`, service, faults);
  if (service !== "voice")
    for (const field of ["unitS", "minimumS", "freeS", "slots"] as const)
      if (setup[field] !== undefined) faults.add(`${at}/${field}`, `${field} is for calls.`, 'Give "unit".');
  const unit = readUnit(setup, `${at}/unit`, service, faults);
  return prefix === undefined || increments === undefined || unit === undefined
    ? undefined
    : { prefix, unitS: unit, increments };
}

function readUnit({ unit, unitS }: RateSetup, at: string, service: Service, faults: SetupFaults): number | undefined {
  if (unit === undefined) return unitS ?? DEFAULT_UNITS[service];
  if (service === "sms" && unit === "message") return 1;
  const octets = service === "data" ? parseOctets(/^\d/.test(unit) ? unit : `1 ${unit}`) : undefined;
  if (octets !== undefined && octets > 0 && octets <= UNIT_MAX) return octets;
  faults.add(at, `"${unit}" is no unit of ${service} that a rate can be for.`, FIXES[service]);
  return undefined;
}

const FIXES: Readonly<Record<Service, string>> = {
  voice: 'Give "unitS", a number of seconds.',
  sms: 'Write "message", or leave it out.',
  data: 'Write "MB" or "GB" (of 1000s), "MiB" or "GiB" (of 1024s), or a size of up to 2 GB.',
};

/** "30/6" in seconds or messages; of data "100 kB/10 kB" too. */
export function readSteps(text: string, at: string, service: Service, faults: SetupFaults): Increments | undefined {
  if (service !== "data" && /^\d{1,5}\/[1-9]\d{0,4}$/.test(text)) return readIncrements(text);
  const [first, next] = service === "data" ? text.split("/").map(parseOctets) : [];
  const fits = (octets: number | undefined): octets is number => octets !== undefined && octets <= UNIT_MAX;
  if (fits(first) && fits(next) && next > 0) return { firstS: first, nextS: next };
  faults.add(at, `"${text}" are no increments of ${service}.`, STEPS[service]);
  return undefined;
}

const STEPS: Readonly<Record<Service, string>> = {
  voice: 'Write minimum and step in seconds, such as "30/6".',
  sms: 'Write minimum and step in messages, such as "1/1".',
  data: 'Write minimum and step in octets or as sizes, such as "100 kB/10 kB".',
};

function readPrefix(prefix: string, at: string, service: Service, faults: SetupFaults): string | undefined {
  if (service !== "data" || prefix === "") return prefix;
  const group = ratingGroupDigits(prefix);
  if (group === undefined)
    faults.add(at, `"${prefix}" is no rating group.`, 'Write its whole number, or "" for all rating groups.');
  return group;
}
