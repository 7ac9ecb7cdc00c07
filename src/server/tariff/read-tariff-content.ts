import type { Currency } from "../../core/money/currency.ts";
import type { OriginTerms } from "../../core/tariff/origin-zone.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { Derivation, TariffTerms } from "../../core/tariff/tariff.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { SetupWork } from "../tenancy/setup-work.ts";
import type { TariffContent } from "./plan-publication.ts";
import { defaultTerms, readDerivation, readRates, readTerms } from "./read-tariff-setup.ts";
import type { Tariff } from "./store.ts";
import type { TariffSetup } from "./tariff-setup.ts";

/** A tariff as it will be once the setup is applied. */
export interface PlannedTariff {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly service: Service;
  readonly derivation: Derivation | null;
  /** Of a derived tariff those of its base. */
  readonly origins: OriginTerms | undefined;
}

interface ContentSources {
  readonly setup: TariffSetup;
  /** Where the setup stands in its file. */
  readonly pointer: string;
  readonly present: Tariff | undefined;
  /** The rates of the newest version. */
  readonly held: readonly Rate[];
  /** All tariffs by name: those before this one in the setup as they will be. */
  readonly planned: ReadonlyMap<string, PlannedTariff>;
}

/** What the tariff's next version should hold; null after a fault that leaves nothing to compare. */
export function readTariffContent(work: SetupWork, sources: ContentSources): TariffContent | null {
  const { faults } = work;
  const { setup, pointer, present, held, planned } = sources;
  const before = present?.derivation ?? null;
  const heldBase = before && [...planned.values()].find(({ id }) => id === before.baseTariffId);
  const base = setup.derive ? planned.get(setup.derive.base) : (heldBase ?? undefined);
  if (setup.derive && base === undefined) {
    const fix = "Check the name, or describe that tariff in this file.";
    faults.add(`${pointer}/derive/base`, `There is no tariff "${setup.derive.base}".`, fix);
    return null;
  }
  const service = setup.service ?? base?.service ?? "voice";
  const initial = defaultTerms((base?.currency ?? work.currency) as Currency, work.timeZone, service);
  const terms = readTerms({ setup, pointer, present: present?.terms ?? initial }, faults);
  checkCurrency(faults, { pointer, terms, present, base });
  checkService(faults, { setup, pointer, terms, base });
  if (base && present && isMadeFrom(planned, base, present.id))
    faults.add(`${pointer}/derive/base`, `"${base.name}" is derived from this tariff.`, "Derive it from another one.");
  const derivation =
    setup.derive && base
      ? readDerivation(setup.derive, { pointer: `${pointer}/derive`, base, present: before }, faults)
      : before;
  const [wanted, misplaced] = derivation ? (["overrides", "rates"] as const) : (["rates", "overrides"] as const);
  if (setup[misplaced] !== undefined) {
    const kind = derivation ? "derived" : "plain";
    faults.add(`${pointer}/${misplaced}`, `A ${kind} tariff has no ${misplaced}.`, `Name them "${wanted}".`);
  }
  const setups = setup[wanted];
  if (base !== undefined && setup.origins !== undefined)
    faults.add(`${pointer}/origins`, "A derived tariff has the origins of its base.", "Give them to the base.");
  const origins = (base === undefined ? terms.origins : base.origins)?.zones ?? [];
  for (const { name, origins: named } of terms.surcharges ?? [])
    for (const origin of named)
      if (!origins.some((one) => one.name === origin))
        faults.add(
          `${pointer}/surcharges`,
          `Surcharge "${name}" names no origin of the tariff: "${origin}".`,
          base === undefined ? "Describe it under origins." : "Describe it under the origins of the base.",
        );
  if (setups !== undefined)
    return { terms, derivation, rates: readRates({ setups, pointer: `${pointer}/${wanted}`, terms, origins }, faults) };
  for (const origin of new Set(held.map((rate) => rate.origin ?? null)))
    if (origin !== null && !origins.some(({ name }) => name === origin))
      faults.add(`${pointer}/origins`, `The tariff has rates for the origin "${origin}".`, "Keep the origin.");
  for (const window of new Set(held.map((rate) => rate.window)))
    if (window !== null && !terms.windows.some(({ name }) => name === window))
      faults.add(`${pointer}/windows`, `The tariff has rates for the window "${window}".`, "Keep the window.");
  return { terms, derivation, rates: held };
}

function checkCurrency(
  faults: SetupFaults,
  args: {
    readonly pointer: string;
    readonly terms: TariffTerms;
    readonly present: Tariff | undefined;
    readonly base: PlannedTariff | undefined;
  },
): void {
  const { pointer, terms, present, base } = args;
  if (present?.terms && present.terms.currency !== terms.currency) {
    const what = `The tariff is in ${present.terms.currency} and cannot become ${terms.currency}.`;
    faults.add(`${pointer}/currency`, what, "Describe a tariff of another name for the other currency.");
  }
  if (base && base.currency !== terms.currency) {
    const what = `A tariff in ${terms.currency} cannot be derived from "${base.name}", which is in ${base.currency}.`;
    faults.add(`${pointer}/currency`, what, "Give both the same currency; accounts in another one are converted.");
  }
}

/** A tariff keeps its service, and has that of its base. */
function checkService(
  faults: SetupFaults,
  args: Pick<ContentSources, "setup" | "pointer"> & {
    readonly terms: TariffTerms;
    readonly base: PlannedTariff | undefined;
  },
): void {
  const { setup, pointer, terms, base } = args;
  const { service = "voice" } = terms;
  const other = [setup.service, base?.service].find((one) => one !== undefined && one !== service);
  if (other === undefined) return;
  const what = `The tariff is one for ${service}, not for ${other}.`;
  faults.add(`${pointer}/service`, what, "Describe a tariff of another name for the other service.");
}

/** Whether `tariff` is, or is in the end derived from, the tariff of that id. */
function isMadeFrom(planned: ReadonlyMap<string, PlannedTariff>, tariff: PlannedTariff, id: string): boolean {
  const byId = new Map([...planned.values()].map((one) => [one.id, one]));
  const met = new Set<PlannedTariff>();
  for (let one: PlannedTariff | undefined = tariff; one && !met.has(one); ) {
    if (one.id === id) return true;
    met.add(one);
    one = one.derivation ? byId.get(one.derivation.baseTariffId) : undefined;
  }
  return false;
}
