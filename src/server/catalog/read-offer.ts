import type { OfferedAllowance, PackageVersion } from "../../core/catalog/package.ts";
import { parseDecimal } from "../../core/money/decimal.ts";
import { type Nanos, nanosFromDecimal } from "../../core/money/nanos.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { AllowanceSetup, OfferSetup } from "./package-setup.ts";
import { readPromotion } from "./read-promotion.ts";
import { readQuantity } from "./read-quantity.ts";
import { readScope } from "./read-scope.ts";
import { readTiers } from "./read-tiers.ts";

const PRIORITY = 100;

/** What a package gives, as its setup says it. Faults go to `faults`; what has one is left out. */
export function readOffer(
  setup: OfferSetup,
  pointer: string,
  faults: SetupFaults,
): Omit<PackageVersion, "number" | "effectiveFrom"> {
  const allowances: OfferedAllowance[] = [];
  const tiers = (setup.tiers ?? []).map((one, index) => readTiers(one, `${pointer}/tiers/${index}`, faults));
  for (const [index, one] of (setup.allowances ?? []).entries()) {
    const allowance = readAllowance(one, `${pointer}/allowances/${index}`, faults);
    if (allowance !== undefined) allowances.push(allowance);
  }
  for (const [index, one] of (setup.promotions ?? []).entries()) {
    const promotion = readPromotion(one, `${pointer}/promotions/${index}`, faults);
    if (promotion === undefined) continue;
    if ("tiers" in promotion) tiers.push(promotion.tiers);
    else allowances.push(promotion.allowance);
  }
  requireDistinct(allowances, pointer, faults);
  requireDistinct(tiers, pointer, faults);
  const [minimumSpend, maximumSpend] = [amountOf(setup.minimumSpend), amountOf(setup.maximumSpend)];
  if (minimumSpend !== null && maximumSpend !== null && minimumSpend > maximumSpend)
    faults.add(`${pointer}/maximumSpend`, "The most is less than the least.", "Correct one of the two.");
  return { allowances, tiers, minimumSpend, maximumSpend };
}

function readAllowance(setup: AllowanceSetup, pointer: string, faults: SetupFaults): OfferedAllowance | undefined {
  const { name, every: cycle = "month", validDays = null, priority = PRIORITY, paysConnectFee = false } = setup;
  if (validDays !== null && cycle !== "once")
    faults.add(`${pointer}/validDays`, "Only what is granted once expires after days.", 'Say "every": "once".');
  if (setup.rollover !== undefined && cycle === "once")
    faults.add(`${pointer}/rollover`, "What is granted once has no next cycle.", "Leave it out.");
  const quantity = readQuantity(setup, pointer, faults);
  if (quantity === undefined) return undefined;
  const cap = setup.rollover?.cap && readQuantity(setup.rollover.cap, `${pointer}/rollover/cap`, faults);
  if (cap !== undefined && cap.unit !== quantity.unit)
    faults.add(
      `${pointer}/rollover/cap`,
      `The allowance is of ${quantity.unit}, its cap of ${cap.unit}.`,
      "Give both in the same.",
    );
  const rollover = setup.rollover === undefined ? null : { cycles: setup.rollover.cycles, cap: cap?.quantity ?? null };
  const part = { name, scope: readScope(setup), cycle, priority, fromText: null, toText: null };
  const waiver = setup.waivesSurcharges === true ? { waivesSurcharges: true as const } : {};
  return { ...part, ...quantity, rollover, paysConnectFee, ...waiver, validDays };
}

function requireDistinct(parts: readonly { readonly name: string }[], pointer: string, faults: SetupFaults): void {
  const seen = new Set<string>();
  for (const { name } of parts) {
    if (seen.has(name)) faults.add(pointer, `Two of its parts are named "${name}".`, "Give each its own name.");
    seen.add(name);
  }
}

function amountOf(text: string | undefined): Nanos | null {
  const amount = text === undefined ? undefined : parseDecimal(text);
  return amount === undefined ? null : nanosFromDecimal(amount, "down");
}
