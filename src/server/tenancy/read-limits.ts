import { parseDecimal } from "../../core/money/decimal.ts";
import { type Nanos, NO_NANOS, nanosFromDecimal } from "../../core/money/nanos.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import type { AccountLimits, SessionLimits } from "../../core/tenancy/session-limits.ts";
import type { DestinationGroupsSetup, LimitsSetup, LowBalanceSetup } from "./limits-setup.ts";
import type { SetupFaults } from "./setup-faults.ts";

/** The schema allows at most nine decimals, so nothing is rounded. */
export function readAmount(text: string): Nanos {
  const amount = parseDecimal(text);
  return amount === undefined ? NO_NANOS : nanosFromDecimal(amount, "down");
}

/** The limits that a setup gives an account; a group that the tenant does not have, or twice, is a fault. */
export function readAccountLimits(
  { groups = [], ...own }: LimitsSetup,
  pointer: string,
  { faults, groups: known }: { readonly faults: SetupFaults; readonly groups: readonly DestinationGroup[] },
): AccountLimits {
  for (const [index, { group }] of groups.entries()) {
    const at = `${pointer}/groups/${index}`;
    if (!known.some(({ name }) => name === group))
      faults.add(
        `${at}/group`,
        `There is no destination group "${group}".`,
        "Describe it in tenant.destinationGroups.",
      );
    if (groups.findIndex((other) => other.group === group) < index)
      faults.add(`${at}/group`, `The group "${group}" has limits above.`, "Give each group its limits once.");
  }
  return {
    ...readSessionLimits(own, pointer, faults),
    groups: groups.map(({ group, blocked = false, ...limits }, index) => ({
      ...{ group, isBlocked: blocked },
      ...readSessionLimits(limits, `${pointer}/groups/${index}`, faults),
    })),
  };
}

/** Limits of an account, a group or a trunk. */
export function readSessionLimits(
  { openSessions, callSeconds, callsPerSecond, burst, daySpend, monthSpend }: Omit<LimitsSetup, "groups">,
  pointer: string,
  faults: SetupFaults,
): SessionLimits {
  if (burst !== undefined && callsPerSecond === undefined)
    faults.add(`${pointer}/burst`, "There is a burst without calls per second.", "Give callsPerSecond, too.");
  return {
    openSessions: openSessions ?? null,
    callS: callSeconds ?? null,
    pace: callsPerSecond === undefined ? null : { perSecond: callsPerSecond, burst: burst ?? callsPerSecond },
    daySpend: daySpend === undefined ? null : readAmount(daySpend),
    monthSpend: monthSpend === undefined ? null : readAmount(monthSpend),
  };
}

/** The tenant's groups; a name that is used again, or a group of nothing, is a fault. */
export function readDestinationGroups(
  setups: DestinationGroupsSetup,
  pointer: string,
  faults: SetupFaults,
): readonly DestinationGroup[] {
  return setups.map(({ name, prefixes = [], except = [], destinations = [] }, index) => {
    if (setups.findIndex((other) => other.name === name) < index)
      faults.add(
        `${pointer}/${index}/name`,
        `The group "${name}" is described above.`,
        "Give each group its own name.",
      );
    if (prefixes.length === 0 && destinations.length === 0)
      faults.add(`${pointer}/${index}`, `The group "${name}" is of nothing.`, "Give it prefixes or destinations.");
    return { name, prefixes, except, destinations };
  });
}

/** Thresholds of warnings, the highest first; one that is no amount above zero, or there twice, is a fault. */
export function readLowBalance(setup: LowBalanceSetup, pointer: string, faults: SetupFaults): readonly Nanos[] {
  const thresholds = setup.map(readAmount);
  for (const [index, threshold] of thresholds.entries()) {
    if (threshold === 0n)
      faults.add(`${pointer}/${index}`, "A threshold is 0.", "Give amounts above 0: calls end when the money does.");
    if (thresholds.indexOf(threshold) < index)
      faults.add(`${pointer}/${index}`, `The threshold "${setup[index]}" is there twice.`, "Give each once.");
  }
  return thresholds.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
}
