import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { TariffSetup } from "./tariff-setup.ts";

/** The setups with their places in the file, each after the tariff it is derived from; none when they form a ring. */
export function basesFirst(setups: readonly TariffSetup[], faults: SetupFaults): [TariffSetup, number][] {
  const ordered: [TariffSetup, number][] = [];
  let ring = false;
  const state = new Map<number, "open" | "done">();
  const visit = (index: number): void => {
    const setup = setups[index];
    if (setup === undefined || state.get(index) === "done") return;
    if (state.get(index) === "open") {
      ring = true;
      const what = `Tariff "${setup.name}" is derived from itself, directly or through others.`;
      faults.add(`/tariffs/${index}/derive/base`, what, "Derive one of them from another tariff.");
      return;
    }
    state.set(index, "open");
    const base = setup.derive?.base;
    if (base !== undefined) visit(setups.findIndex(({ name }) => name === base));
    state.set(index, "done");
    ordered.push([setup, index]);
  };
  for (const [index, setup] of setups.entries()) {
    if (setups.findIndex(({ name }) => name === setup.name) < index)
      faults.add(`/tariffs/${index}/name`, `A tariff "${setup.name}" stands above already.`, "Describe it once.");
    visit(index);
  }
  return ring ? [] : ordered;
}
