import type { Currency } from "../money/currency.ts";
import type { Nanos } from "../money/nanos.ts";

/** One side's charge of a call, as far as it says who pays how much. */
export interface SideCharge {
  readonly side: "cost" | "reseller" | "customer";
  readonly accountId: string;
  readonly amount: Nanos;
  readonly currency: Currency;
  /** Set where the tariff's currency is another: the price there. */
  readonly converted: { readonly tariffAmount: Nanos; readonly tariffCurrency: Currency } | null;
}

/** {@link SideCharge} with how its amount came about: what an invoice prints beside the money. */
export interface DescribedCharge extends SideCharge {
  readonly prefix: string;
  readonly destination: string;
  readonly rate: string | null;
  readonly connectFee: string | null;
  readonly billedS: number;
}

/** What has to be done so that what is charged is what should be. */
export interface ChargeDifference<InForce, Due> {
  /** To be taken back, in the order of what is charged. */
  readonly reversed: readonly InForce[];
  /** To be charged, in the order of what should be. */
  readonly charged: readonly Due[];
}

/**
 * What is charged for a call against what should be: equal charges stay, each against one; the rest is taken back and
 * charged anew. Both empty when nothing has to be done, so doing it twice is doing it once.
 *
 * Law, tested: in force − reversed + charged = due, for every account, side and currency.
 */
export function chargeDifference<InForce extends { readonly charge: SideCharge }, Due extends SideCharge>(
  inForce: readonly InForce[],
  due: readonly Due[],
  same: (a: InForce["charge"], b: Due) => boolean,
): ChargeDifference<InForce, Due> {
  const charged = [...due];
  const reversed = inForce.filter(({ charge }) => {
    const stays = charged.findIndex((one) => same(charge, one));
    if (stays >= 0) charged.splice(stays, 1);
    return stays < 0;
  });
  return { reversed, charged };
}

/** Whether two charges move the same money: what re-rating goes by unless it is asked to renew descriptions too. */
export const sameMoney = (a: SideCharge, b: SideCharge): boolean =>
  a.accountId === b.accountId &&
  a.side === b.side &&
  a.amount === b.amount &&
  a.currency === b.currency &&
  a.converted?.tariffAmount === b.converted?.tariffAmount &&
  a.converted?.tariffCurrency === b.converted?.tariffCurrency;

/** Whether two charges move the same money for the same stated reasons. */
export const sameDescription = (a: DescribedCharge, b: DescribedCharge): boolean =>
  sameMoney(a, b) &&
  a.prefix === b.prefix &&
  a.destination === b.destination &&
  a.rate === b.rate &&
  a.connectFee === b.connectFee &&
  a.billedS === b.billedS;
