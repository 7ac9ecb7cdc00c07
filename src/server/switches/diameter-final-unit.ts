import { NANOS_SCALE, nanosFromSql } from "../../core/money/nanos.ts";
import type { CreditControlAnswer, FinalUnitAction } from "../../protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../protocol/diameter/credit-control-request.ts";
import type { ChargingAnswer } from "../charging/charging-request.ts";

type Granted = Extract<ChargingAnswer, { readonly kind: "granted" }>;

/** Seconds after which a peer asks again whether money has come in, meanwhile redirected or restricted. */
export const ASK_AGAIN_S = 60;

/** What a peer does once it has used the last units (RFC 8506 §5.6); undefined: they are not the last. */
export function finalUnitOf({
  isLast,
  whenMoneyEnds,
}: Pick<Granted, "isLast" | "whenMoneyEnds">): FinalUnitAction | undefined {
  if (!isLast) return undefined;
  switch (whenMoneyEnds?.action) {
    case undefined:
      return { kind: "terminate" };
    case "redirect":
      return { kind: "redirect", to: whenMoneyEnds.to, address: whenMoneyEnds.address };
    case "restrict":
      return { kind: "restrict", rules: whenMoneyEnds.rules, filterIds: whenMoneyEnds.filterIds };
    default:
      return whenMoneyEnds satisfies never;
  }
}

/**
 * What 3GPP has of the payer's balance (Remaining-Balance, Low-Balance-Indication); a peer whose requests have nothing
 * of 3GPP may have to refuse AVPs that it does not know.
 */
export function balanceOf(
  { left, isLow }: Pick<Granted, "left" | "isLow">,
  { information: { call, data, message } }: Pick<CreditControlRequest, "information">,
): Pick<CreditControlAnswer, "remainingBalance" | "isBalanceLow"> {
  if (left === undefined || [call, data, message].every((part) => part === undefined)) return {};
  const { amount, currency } = left;
  return {
    remainingBalance: { amount: { units: nanosFromSql(amount), scale: NANOS_SCALE }, currency },
    ...(isLow && { isBalanceLow: true }),
  };
}
