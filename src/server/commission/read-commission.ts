import type { CommissionRule, CommissionStep } from "../../core/commission/commission-rule.ts";
import { parseDecimal, ZERO } from "../../core/money/decimal.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { CommissionSetup } from "./commission-setup.ts";

type RuleSetup = CommissionSetup["rules"][number];

/** The rules of an agent; a group that is no more has no destinations, and its rule earns nothing by it. */
export const readCommission = (
  { rules }: CommissionSetup,
  groups: ReadonlyMap<string, DestinationGroup>,
): readonly CommissionRule[] => rules.map((rule) => readRule(rule, groups));

function readRule(setup: RuleSetup, known: ReadonlyMap<string, DestinationGroup>): CommissionRule {
  const { name, of = "revenue", on = "invoiced", service = null, groups = [], prefixes = [] } = setup;
  const { steps = [{ percent: setup.percent ?? "0" }] } = setup;
  return {
    ...{ name, of, on, service, steps: steps.map(readStep) },
    groups: [
      ...groups.map((group) => known.get(group) ?? { name: group, prefixes: [], except: [], destinations: [] }),
      ...(prefixes.length === 0 ? [] : [{ name: "", prefixes, except: [], destinations: [] }]),
    ],
  };
}

const readStep = (step: NonNullable<RuleSetup["steps"]>[number]): CommissionStep => ({
  percent: parseDecimal(step.percent) ?? ZERO,
  from: step.from === undefined ? null : Temporal.PlainDate.from(step.from),
  afterMonths: step.afterMonths ?? 0,
});

/** Notes what the schema cannot see: names that are used twice, unknown groups, dates that are none. */
export function checkCommission(
  { rules }: CommissionSetup,
  pointer: string,
  { faults, groups }: { readonly faults: SetupFaults; readonly groups: readonly DestinationGroup[] },
): void {
  for (const [index, { name, groups: named = [], percent, steps }] of rules.entries()) {
    const at = `${pointer}/rules/${index}`;
    if (rules.findIndex((other) => other.name === name) < index)
      faults.add(`${at}/name`, `A rule above is called "${name}".`, "Give each rule a name of its own.");
    if ((percent === undefined) === (steps === undefined))
      faults.add(at, 'A rule has "percent", or "steps" with several.', "Give exactly one of them.");
    for (const group of named)
      if (!groups.some((one) => one.name === group))
        faults.add(
          `${at}/groups`,
          `There is no destination group "${group}".`,
          "Describe it in tenant.destinationGroups.",
        );
    for (const [number, { from }] of (steps ?? []).entries())
      if (from !== undefined && !isDate(from))
        faults.add(`${at}/steps/${number}/from`, `"${from}" is no day of the calendar.`, "Give a date that there is.");
  }
}

/** Whether a text of the form of a date is one. */
export function isDate(text: string): boolean {
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false; // such as 2026-02-30
  }
}
