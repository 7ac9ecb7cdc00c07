import { uuidv7 } from "../../clock.ts";
import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { EMERGENCY_NUMBERS } from "../../core/numbering/emergency.ts";
import { isZone } from "../../core/time/zone.ts";
import { requireUsable } from "../invoicing/letterhead.ts";
import type { StoredTenant } from "./party.ts";
import { readDestinationGroups, readLowBalance } from "./read-limits.ts";
import type { SetupFaults } from "./setup-faults.ts";
import type { TenantSetup } from "./setup-schema.ts";
import { noteChange, type SetupWork } from "./setup-work.ts";
import { saveTenant } from "./store.ts";

/** Creates the tenant of that name, letter case aside, or brings it up to date. */
export async function applyTenant(
  work: Pick<SetupWork, "tx" | "dryRun" | "changes" | "entries" | "faults">,
  setup: TenantSetup,
  present: StoredTenant | undefined,
): Promise<StoredTenant> {
  const { letterhead } = setup;
  if (letterhead !== undefined) work.faults.attempt("/tenant/letterhead", () => requireUsable(letterhead));
  const tenant = {
    id: present?.id ?? uuidv7(),
    name: setup.name,
    currency: readCurrency(setup, present, work.faults),
    timeZone: readZone({ setup: setup.timeZone, pointer: "/tenant", present: present?.timeZone ?? "UTC" }, work.faults),
    letterhead: letterhead ?? present?.letterhead ?? {},
    emergencyNumbers: setup.emergencyNumbers ?? present?.emergencyNumbers ?? EMERGENCY_NUMBERS,
    destinationGroups:
      setup.destinationGroups === undefined
        ? (present?.destinationGroups ?? [])
        : readDestinationGroups(setup.destinationGroups, "/tenant/destinationGroups", work.faults),
    lowBalance:
      setup.lowBalance === undefined
        ? (present?.lowBalance ?? [])
        : readLowBalance(setup.lowBalance, "/tenant/lowBalance", work.faults),
  };
  if (noteChange(work, { kind: "tenant", name: setup.name }, present, tenant)) await saveTenant(work.tx, tenant);
  return tenant;
}

const SOME_CURRENCY = "EUR" as Currency; // stands in after a fault, so that the rest can be checked

function readCurrency(setup: TenantSetup, present: StoredTenant | undefined, faults: SetupFaults): Currency {
  const currency = setup.currency === undefined ? present?.currency : parseCurrency(setup.currency);
  if (currency !== undefined) return currency;
  const what =
    setup.currency === undefined ? "A new tenant has no currency." : `There is no currency "${setup.currency}".`;
  faults.add("/tenant/currency", what, "Give an ISO 4217 code such as EUR.");
  return SOME_CURRENCY;
}

/** The zone that a setup names, or the present one. */
export function readZone(
  {
    setup,
    pointer,
    present,
  }: { readonly setup: string | undefined; readonly pointer: string; readonly present: string },
  faults: SetupFaults,
): string {
  const zone = setup ?? present;
  if (isZone(zone)) return zone;
  faults.add(`${pointer}/timeZone`, `There is no time zone "${zone}".`, "Use an IANA name such as Europe/Berlin.");
  return present;
}
