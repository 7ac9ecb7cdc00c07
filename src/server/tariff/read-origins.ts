import { EEA_COUNTRY_CODES } from "../../core/tariff/eea-country-codes.ts";
import type { OriginTerms, OriginZone } from "../../core/tariff/origin-zone.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { OriginSetup, TariffSetup } from "./tariff-setup.ts";

interface OriginSources {
  readonly setup: TariffSetup;
  readonly pointer: string;
  readonly present: OriginTerms | undefined;
}

/**
 * The terms of a tariff about where calls come from: what `setup` says, else what holds now. Nothing for a tariff
 * without origins. Callers who are not known count as the rest of the world, unless the setup says otherwise.
 */
export function readOrigins(
  { setup, pointer, present }: OriginSources,
  faults: SetupFaults,
): Pick<TariffTerms, "origins"> {
  const zones = setup.origins === undefined ? (present?.zones ?? []) : readZones(setup.origins, pointer, faults);
  const { unknownCallers: wanted } = setup;
  if (typeof wanted === "string" && !zones.some(({ name }) => name === wanted))
    faults.add(`${pointer}/unknownCallers`, `The tariff has no origin "${wanted}".`, "Describe it under origins.");
  if (zones.length === 0 && setup.rateOn === undefined && present === undefined) return {};
  if (zones.length === 0 && (setup.rateOn ?? present?.rateOn) === "dialled") return {};
  const rest = zones.find((zone) => "others" in zone)?.name ?? null;
  const before = present?.unknownCallers;
  const kept = before === undefined || (before !== null && !zones.some(({ name }) => name === before)) ? rest : before;
  const unknownCallers = wanted === undefined ? kept : wanted;
  return { origins: { zones, unknownCallers, rateOn: setup.rateOn ?? present?.rateOn ?? "dialled" } };
}

function readZones(setups: readonly OriginSetup[], pointer: string, faults: SetupFaults): OriginZone[] {
  return setups.flatMap((setup, index) => {
    const at = `${pointer}/origins/${index}`;
    if (setups.findIndex(({ name }) => name === setup.name) < index)
      faults.add(`${at}/name`, `An origin "${setup.name}" stands above already.`, "Give each its own name.");
    const [zone, ...others] = zonesSaid(setup);
    if (zone !== undefined && others.length === 0) return [zone];
    const fix = "Give one of preset, prefixes, others and jurisdiction.";
    faults.add(at, zone ? "The origin is described twice." : "The origin does not say who its callers are.", fix);
    return [];
  });
}

function zonesSaid({ name, preset, prefixes, others, jurisdiction }: OriginSetup): OriginZone[] {
  return [
    ...(preset === undefined ? [] : [{ name, prefixes: EEA_COUNTRY_CODES }]),
    ...(prefixes === undefined ? [] : [{ name, prefixes }]),
    ...(others === undefined ? [] : [{ name, others }]),
    ...(jurisdiction === undefined ? [] : [{ name, jurisdiction }]),
  ];
}
