import { formatDecimal, parseDecimal } from "../../core/money/decimal.ts";
import type { Surcharge, TariffTerms, TimeWindow } from "../../core/tariff/tariff.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import { ANY_TIME, readIncrements, readTime } from "./read-terms-text.ts";
import type { SurchargeSetup, TariffSetup } from "./tariff-setup.ts";

interface SurchargeSources {
  readonly setup: TariffSetup;
  readonly pointer: string;
  readonly present: TariffTerms;
  /** Of the tariff as it will be. */
  readonly windows: readonly TimeWindow[];
  readonly timeZone: string;
}

/** The surcharges of a tariff: what `setup` says, else what holds now. Whether its origins are there is seen later. */
export function readSurcharges(sources: SurchargeSources, faults: SetupFaults): Pick<TariffTerms, "surcharges"> {
  const { setup, pointer, present } = sources;
  const surcharges =
    setup.surcharges?.map((one, index) => readSurcharge(one, `${pointer}/surcharges/${index}`, sources, faults)) ??
    present.surcharges;
  if (surcharges === undefined || (surcharges.length === 0 && present.surcharges === undefined)) return {};
  for (const { name, window } of surcharges)
    if (window !== null && !sources.windows.some((one) => one.name === window))
      faults.add(
        `${pointer}/surcharges`,
        `Surcharge "${name}" names no window of the tariff: "${window}".`,
        "Describe it under windows.",
      );
  return { surcharges };
}

function readSurcharge(
  setup: SurchargeSetup,
  at: string,
  { timeZone }: SurchargeSources,
  faults: SetupFaults,
): Surcharge {
  const { name, perCall, perMinute, increments, called = [], origins = [], window = null } = setup;
  if (perCall === undefined && perMinute === undefined)
    faults.add(at, `Surcharge "${name}" has no amount.`, "Give perCall, perMinute, or both.");
  if (increments !== undefined && perMinute === undefined)
    faults.add(`${at}/increments`, "Increments are for an amount a minute.", "Give perMinute, or leave them out.");
  const effectiveFrom = readTime(setup.from, `${at}/from`, { timeZone }, faults) ?? ANY_TIME;
  const effectiveTo = readTime(setup.to, `${at}/to`, { timeZone }, faults);
  if (effectiveTo !== null && effectiveTo <= effectiveFrom)
    faults.add(`${at}/to`, "The surcharge ends before it begins.", "Give a later time, or leave it out.");
  return {
    name,
    perCall: plain(perCall),
    perMinute: plain(perMinute),
    increments: increments === undefined ? null : readIncrements(increments),
    called,
    origins,
    ingressTrunks: setup.ingressTrunks ?? [],
    egressTrunks: setup.egressTrunks ?? [],
    window,
    effectiveFrom,
    effectiveTo,
  };
}

/** Equal amounts are equal texts, so that a tariff differs only where its prices do. */
function plain(text: string | undefined): string {
  const value = text === undefined ? undefined : parseDecimal(text);
  return value === undefined ? "0" : formatDecimal(value);
}
