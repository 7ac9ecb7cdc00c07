import type { OfferedTiers } from "../../core/catalog/package.ts";
import { parseDecimal, ZERO } from "../../core/money/decimal.ts";
import { NO_NANOS, nanosFromDecimal } from "../../core/money/nanos.ts";
import type { TierPrice, TierStep } from "../../core/rating/tier.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { StepSetup, TiersSetup } from "./package-setup.ts";
import { readUnits } from "./read-quantity.ts";
import { readScope } from "./read-scope.ts";

/** Goes after promotions where nothing else is said. */
const PRIORITY = 100;

/** Reads tiers; faults go to `faults`, and what comes back after one is not to be used. */
export function readTiers(setup: TiersSetup, pointer: string, faults: SetupFaults): OfferedTiers {
  const { name, mode = "graduated", by: measure = "minutes", every: cycle = "month", priority = PRIORITY } = setup;
  const by = measure === "minutes" ? "seconds" : measure;
  const steps = setup.steps.map((step, index) => readStep(step, measure, `${pointer}/steps/${index}`, faults));
  for (const [index, { upTo }] of steps.entries()) {
    const at = `${pointer}/steps/${index}`;
    const before = steps[index - 1]?.upTo ?? 0n;
    if (upTo === null && index < steps.length - 1)
      faults.add(at, "Only the last step may be without an end.", 'Give "upTo".');
    else if (upTo !== null && upTo <= before)
      faults.add(`${at}/upTo`, "The step does not end after the one before.", "Sort the steps.");
  }
  if (mode === "volume" && cycle !== "month" && cycle !== "day") {
    const what = `Volume prices are known when their total is, at the end of a day or month, not of "${cycle}".`;
    faults.add(`${pointer}/every`, what, 'Say "month" or "day", or make the tiers graduated.');
  }
  if (cycle !== "month" && steps.some(({ flatFee }) => flatFee !== NO_NANOS))
    faults.add(`${pointer}/every`, "Flat fees are billed by the month.", 'Say "month", or leave the fees out.');
  const table = { by, mode, steps } as const;
  return { name, table, cycle, priority, scope: readScope(setup), fromText: null, toText: null };
}

function readStep(setup: StepSetup, measure: NonNullable<TiersSetup["by"]>, at: string, faults: SetupFaults): TierStep {
  const { upTo, flatFee } = setup;
  if (upTo !== undefined && (typeof upTo === "string") !== (measure === "amount"))
    faults.add(
      `${at}/upTo`,
      `Is ${JSON.stringify(upTo)}, where ${measure} are counted.`,
      "An amount stands in quotes, everything else does not.",
    );
  const end = upTo === undefined ? null : (readUnits(measure, String(upTo), `${at}/upTo`, faults)?.quantity ?? null);
  const fee = flatFee === undefined ? undefined : parseDecimal(flatFee);
  const price = readTierPrice(setup, measure === "amount", at, faults);
  return { upTo: end, price, flatFee: fee === undefined ? NO_NANOS : nanosFromDecimal(fee, "down") };
}

/** A price, or what comes off the tariff's; neither is the tariff's own. */
export function readTierPrice(
  { price, percentOff }: Pick<StepSetup, "price" | "percentOff">,
  byAmount: boolean,
  at: string,
  faults: SetupFaults,
): TierPrice {
  if (price !== undefined && percentOff !== undefined)
    faults.add(at, "A price and a percentage are named together.", "Name one of them.");
  if (price !== undefined && byAmount)
    faults.add(`${at}/price`, "Where amounts are counted, there is no price a unit.", "Give percentOff.");
  const unit = price === undefined ? undefined : parseDecimal(price);
  if (unit !== undefined) return { kind: "unit", perUnit: unit };
  const percent = percentOff === undefined ? ZERO : (parseDecimal(percentOff) ?? ZERO);
  if (percent.units > 100n * 10n ** BigInt(percent.scale))
    faults.add(`${at}/percentOff`, `${percentOff} % are more than the whole price.`, "Give at most 100.");
  return { kind: "off", percent };
}
