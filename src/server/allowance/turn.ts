import { hash } from "node:crypto";
import type { PoolRules } from "../../core/allowance/pool-rules.ts";
import type { CallInTurn, ChargeInTurn } from "../../core/allowance/price-in-turn.ts";
import { rulesText } from "../../core/catalog/pool-month.ts";
import { invariant } from "../../core/invariant.ts";
import { formatDecimal } from "../../core/money/decimal.ts";
import { type Nanos, nanos } from "../../core/money/nanos.ts";
import { divideRounded } from "../../core/money/rounding.ts";
import { calledText } from "../../core/numbering/stored-number.ts";
import type { RatedCharge } from "../../core/rating/charge.ts";
import { openCall } from "../../core/rating/opening.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { quantityOf } from "../../core/usage/service-units.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { type CallToPrice, inAccountCurrency, originFor } from "../rating/price-call.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import { type LoadedTariff, tableFor } from "../rating/tariff-set.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { PricedCharge } from "../usage/priced-call.ts";

/** One side of a call whose price depends on the calls before it. */
export interface Turn {
  readonly account: StoredAccount;
  readonly loaded: LoadedTariff;
  readonly event: CallToPrice & Pick<UsageEvent, "direction">;
  readonly answeredAt: EpochMs;
}

/** The call as the fold takes it; null where its tariff has no rate for it, or no exchange rate is there. */
export function callInTurn(context: RatingContext, { account, loaded, event, answeredAt }: Turn): CallInTurn | null {
  const { called, direction } = event;
  const { table, digits } = tableFor(loaded, called);
  const opening = openCall(table, digits, answeredAt, originFor(context, table, event));
  if (opening.kind !== "open") return null;
  const paid = (amount: Nanos) => {
    const priced = { amount, currency: table.terms.currency } as RatedCharge;
    return inAccountCurrency(context, account, priced, table.terms, answeredAt);
  };
  if ("code" in paid(nanos(0n))) return null;
  const toAccount = (amount: Nanos) => {
    const answer = paid(amount);
    return "code" in answer ? amount : answer.amount;
  };
  return {
    ...{ accountId: account.id, opening, talkedS: quantityOf(event), direction },
    calledText: calledText(called),
    inAccountCurrency: toAccount,
  };
}

/** What is stored of a charge that was priced in its turn, in place of the tariff's own. */
export function chargeFields(
  context: RatingContext,
  { account, loaded, event, answeredAt }: Turn,
  charge: ChargeInTurn,
): Pick<PricedCharge, "amount" | "currency" | "converted" | "rate" | "connectFee" | "billedS" | "coverage"> {
  const { terms } = tableFor(loaded, event.called).table;
  const paid = inAccountCurrency(context, account, charge, terms, answeredAt);
  invariant(!("code" in paid), "a call in its turn has an exchange rate");
  const { connectFee, ratePerMinute: rate, billedS, coveredS, parts, credited } = charge;
  return {
    ...lessCredit(paid, credited),
    ...{ rate, billedS, connectFee: connectFee.units === 0n ? null : formatDecimal(connectFee) },
    ...(parts.length === 0 ? {} : { coverage: { coveredS, parts } }),
  };
}

type Paid = Pick<PricedCharge, "amount" | "currency" | "converted">;

/** What an allowance of money paid was not earned in the tariff's currency either: in proportion. */
function lessCredit({ amount, currency, converted }: Paid, credited: Nanos): Paid {
  const left = nanos(amount - credited);
  if (converted === null || credited === 0n) return { amount: left, currency, converted };
  const tariffAmount = nanos(divideRounded(converted.tariffAmount * left, amount, "half-even"));
  return { amount: left, currency, converted: { ...converted, tariffAmount } };
}

/** Tells whether a month was priced by other rules than those in force now. */
export const rulesHash = (rules: PoolRules): string => hash("sha256", rulesText(rules), "hex");
