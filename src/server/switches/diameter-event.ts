import type { Currency } from "../../core/money/currency.ts";
import { NANOS_SCALE, type Nanos, nanosFromDecimal } from "../../core/money/nanos.ts";
import type { CreditControlAnswer } from "../../protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../protocol/diameter/credit-control-request.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import type { AccountMoney, UnitMoney } from "../../protocol/diameter/service-units.ts";
import type { AccountCharging, MoneyAnswer } from "../charging/account-charging.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { attemptOf, payerNameOf, sessionKeyOf } from "./diameter-party.ts";
import { refusal, refusalOf } from "./diameter-refusal.ts";

/** Seconds of talk time that a price is asked for where the peer does not say. */
const PRICED_S = 60;

/**
 * Answers a one-off event (RFC 8506 §6): direct debit and refund of an amount of money, balance check, price enquiry. A
 * refund gives back what debits of the same CC-Correlation-Id took, else those of the same Session-Id. Other units than
 * money have no price yet.
 */
export async function answerEvent(
  accounts: AccountCharging,
  request: CreditControlRequest,
  source: PushedSource,
): Promise<CreditControlAnswer> {
  switch (request.action) {
    case "debit":
    case "refund":
      return await book(accounts, request, source);
    case "balance":
      return await checkBalance(accounts, request, source);
    case "price":
      return await tellPrice(accounts, request, source);
    default:
      return refusal(RESULT.ratingFailed, "The event does not say what is asked for.");
  }
}

async function book(
  accounts: AccountCharging,
  request: CreditControlRequest,
  source: PushedSource,
): Promise<CreditControlAnswer> {
  const money = moneyOf(request);
  if (money === undefined) return refusal(RESULT.ratingFailed, "Events are charged by an amount of money alone.");
  const { amount, currency = null } = money;
  const exact = nanosFromDecimal(amount, "half-up");
  if (exact <= 0n) return refusal(RESULT.invalidAvpValue, "The amount is not above zero.");
  const payer = payerNameOf(request);
  const key = sessionKeyOf(request);
  const group = request.correlationId ?? key;
  const asked = { source, payer, amount: exact, currency, group, reference: `${key}/${request.number}` };
  const answer: MoneyAnswer =
    request.action === "debit"
      ? await accounts.debit({ ...asked, memo: `Event of ${request.serviceContextId}` })
      : await accounts.refund(asked);
  if (answer.kind === "refused") return refusalOf(answer.reason);
  const { money: left } = answer;
  return {
    resultCode: RESULT.success,
    services: request.services.map(({ ratingGroup, serviceIds }) => ({
      ...{ ratingGroup, serviceIds, resultCode: RESULT.success },
      granted: { money: paid(answer.amount, left.currency) },
    })),
    ...(left.available !== null && { remainingBalance: paid(left.available, left.currency) }),
  };
}

/** Whether there is enough for an amount of money, or for the call that is asked about, or anything at all. */
async function checkBalance(
  accounts: AccountCharging,
  request: CreditControlRequest,
  source: PushedSource,
): Promise<CreditControlAnswer> {
  const answer = await accounts.balance({ source, payer: payerNameOf(request) });
  if (answer.kind === "refused") return refusalOf(answer.reason);
  const { available, currency } = answer.money;
  const money = moneyOf(request);
  if (money?.currency !== undefined && money.currency !== currency)
    return refusal(RESULT.invalidAvpValue, `The account is in ${currency}.`);
  const needed = money === undefined ? await priceOf(accounts, request, source) : nanosFromDecimal(money.amount, "up");
  if (typeof needed === "object") return needed;
  return {
    resultCode: RESULT.success,
    services: [],
    hasEnoughCredit: available === null || (available > 0n && available >= needed),
    ...(available !== null && { remainingBalance: paid(available, currency) }),
  };
}

async function priceOf(
  accounts: AccountCharging,
  request: CreditControlRequest,
  source: PushedSource,
): Promise<bigint | CreditControlAnswer> {
  const attempt = attemptOf(request);
  if (attempt === null) return 0n;
  const price = await accounts.price({ source }, { attempt, talkedS: secondsOf(request) ?? 0 });
  if (price.kind === "refused") return refusalOf(price.reason);
  return price.kind === "free" ? 0n : price.amount;
}

async function tellPrice(
  accounts: AccountCharging,
  request: CreditControlRequest,
  source: PushedSource,
): Promise<CreditControlAnswer> {
  const attempt = attemptOf(request);
  if (attempt === null) return refusal(RESULT.ratingFailed, "The request does not say which number is called.");
  const talkedS = secondsOf(request) ?? PRICED_S;
  const price = await accounts.price({ source }, { attempt, talkedS });
  if (price.kind === "refused") return refusalOf(price.reason);
  if (price.kind === "free") return { resultCode: RESULT.creditControlNotApplicable, services: [] };
  const cost = { ...paid(price.amount, price.currency), unit: `${talkedS} s` };
  return { resultCode: RESULT.success, services: [], cost };
}

const moneyOf = ({ services }: CreditControlRequest): UnitMoney | undefined => services[0]?.requested?.money;
const secondsOf = ({ services }: CreditControlRequest): number | undefined => services[0]?.requested?.timeS;

const paid = (amount: Nanos, currency: Currency): AccountMoney => ({
  amount: { units: amount, scale: NANOS_SCALE },
  currency,
});
