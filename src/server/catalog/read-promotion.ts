import type { OfferedAllowance, OfferedTiers } from "../../core/catalog/package.ts";
import { NO_NANOS } from "../../core/money/nanos.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { PromotionSetup } from "./package-setup.ts";
import { type Quantity, readQuantity } from "./read-quantity.ts";
import { readScope } from "./read-scope.ts";
import { readTierPrice } from "./read-tiers.ts";

/** Goes before ordinary allowances and tiers where nothing else is said. */
const PRIORITY = 10;

/**
 * A promotion is an allowance that is granted once, or tiers of one step that count once, between its dates. Undefined
 * after a fault.
 */
export function readPromotion(
  setup: PromotionSetup,
  pointer: string,
  faults: SetupFaults,
): { readonly allowance: OfferedAllowance } | { readonly tiers: OfferedTiers } | undefined {
  const { name, free, cap, price, percentOff, priority = PRIORITY, from = null, to = null } = setup;
  const gives = [price, percentOff, free].filter((one) => one !== undefined);
  if (gives.length !== 1) {
    faults.add(
      pointer,
      `The promotion gives ${gives.length === 0 ? "nothing" : "several things"}.`,
      "Give one of price, percentOff, free.",
    );
    return undefined;
  }
  const part = { name, priority, cycle: "once", scope: readScope(setup), fromText: from, toText: to } as const;
  if (free !== undefined) {
    if (cap !== undefined) faults.add(`${pointer}/cap`, "What is free ends by itself.", "Leave the cap out.");
    const quantity = readQuantity(free, `${pointer}/free`, faults);
    return quantity && { allowance: { ...part, ...quantity, rollover: null, paysConnectFee: false, validDays: null } };
  }
  const capped = cap && readQuantity(cap, `${pointer}/cap`, faults);
  const by = measureOf(capped, price !== undefined);
  if (by === "messages" || by === "octets") {
    faults.add(
      `${pointer}/cap`,
      `Prices by what was used before are for calls, not for ${by}.`,
      "Give something free.",
    );
    return undefined;
  }
  const tierPrice = readTierPrice({ price, percentOff } as typeof setup, by === "amount", pointer, faults);
  const steps = [{ upTo: capped?.quantity ?? null, price: tierPrice, flatFee: NO_NANOS }];
  return { tiers: { ...part, table: { by, mode: "graduated", steps } } };
}

/** Without a cap, a price is one a minute, and a percentage comes off the whole charge. */
const measureOf = (cap: Quantity | undefined, hasPrice: boolean): Quantity["unit"] =>
  cap?.unit ?? (hasPrice ? "seconds" : "amount");
