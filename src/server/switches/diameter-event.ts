import type { Currency } from "../../core/money/currency.ts";
import { NANOS_SCALE, type Nanos, nanosFromDecimal } from "../../core/money/nanos.ts";
import type { CreditControlAnswer } from "../../protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../protocol/diameter/credit-control-request.ts";
import { RESULT } from "../../protocol/diameter/result-code.ts";
import type { AccountMoney, UnitMoney } from "../../protocol/diameter/service-units.ts";
import type { AccountCharging, MoneyAnswer } from "../charging/account-charging.ts";
import { chargeEvent } from "../charging/charge-event.ts";
import type { Charging } from "../charging/charging.ts";
import type { CallAttempt } from "../charging/charging-request.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { attemptOf, legAttemptOf, payerNameOf, sessionKeyOf } from "./diameter-party.ts";
import { refusal, refusalOf } from "./diameter-refusal.ts";
import { countsUnits, grantedUnits, serviceOfRequest, unitsWanted } from "./diameter-units.ts";

/** Seconds of talk time that a price is asked for where the peer does not say. */
const PRICED_S = 60;

/** A one-off event, and the peer that it came by. */
interface AskedEvent {
  readonly request: CreditControlRequest;
  readonly source: PushedSource;
  readonly peerHost: string;
}

/**
 * Answers a one-off event (RFC 8506 §6): direct debit of an amount of money or of a message at its price, refund of an
 * amount, balance check, price enquiry. A refund gives back what debits of the same CC-Correlation-Id took, else those
 * of the same Session-Id.
 */
export async function answerEvent(
  { accounts, charging }: { readonly accounts: AccountCharging; readonly charging: Charging },
  asked: AskedEvent,
): Promise<CreditControlAnswer> {
  const { request, source } = asked;
  switch (request.action) {
    case "debit":
      return moneyOf(request) === undefined
        ? await debitMessages(charging, asked)
        : await book(accounts, request, source);
    case "refund":
      return await book(accounts, request, source);
    case "balance":
      return await checkBalance(accounts, asked);
    case "price":
      return await tellPrice(accounts, asked);
    default:
      return refusal(RESULT.ratingFailed, "The event does not say what is asked for.");
  }
}

/** Charges a message by its price (immediate event charging, TS 32.274): one recipient a request. */
async function debitMessages(charging: Charging, asked: AskedEvent): Promise<CreditControlAnswer> {
  const { request, source } = asked;
  const attempt = messageOf(asked);
  const [service] = request.services;
  const units = service && unitsWanted(service, "sms");
  if (attempt === null || units === null || units === undefined)
    return refusal(RESULT.ratingFailed, "Events are charged by an amount of money, or as a message to one recipient.");
  const requestKey = `ccr/event/${request.number}`;
  const used = { sourceId: source.sourceId, attempt, quantity: units, requestKey };
  const answer = await chargeEvent(charging, source.tenantId, used);
  if (answer.kind === "refused") return refusalOf(answer.reason);
  return {
    resultCode: RESULT.success,
    services: request.services.map(({ ratingGroup, serviceIds }) => ({
      ...{ ratingGroup, serviceIds, resultCode: RESULT.success },
      granted: grantedUnits(units, "sms"),
    })),
  };
}

/** The message that an event is about; null: it is about none, or about several. */
function messageOf({ request, peerHost }: AskedEvent): CallAttempt | null {
  const [service, another] = request.services;
  const isOne = service !== undefined && another === undefined;
  const recipients = request.information.message?.recipients.length ?? 1;
  if (!isOne || recipients !== 1 || serviceOfRequest(request) !== "sms" || !countsUnits(service, "sms")) return null;
  return legAttemptOf({ request, service: "sms", peerHost }, service, `event.${request.number}`);
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
async function checkBalance(accounts: AccountCharging, asked: AskedEvent): Promise<CreditControlAnswer> {
  const { request, source } = asked;
  const answer = await accounts.balance({ source, payer: payerNameOf(request) });
  if (answer.kind === "refused") return refusalOf(answer.reason);
  const { available, currency } = answer.money;
  const money = moneyOf(request);
  if (money?.currency !== undefined && money.currency !== currency)
    return refusal(RESULT.invalidAvpValue, `The account is in ${currency}.`);
  const needed = money === undefined ? await priceOf(accounts, asked) : nanosFromDecimal(money.amount, "up");
  if (typeof needed === "object") return needed;
  return {
    resultCode: RESULT.success,
    services: [],
    hasEnoughCredit: available === null || (available > 0n && available >= needed),
    ...(available !== null && { remainingBalance: paid(available, currency) }),
  };
}

async function priceOf(accounts: AccountCharging, asked: AskedEvent): Promise<bigint | CreditControlAnswer> {
  const { source } = asked;
  const priced = pricedOf(asked, 0);
  if (priced === null) return 0n;
  const price = await accounts.price({ source }, priced);
  if (price.kind === "refused") return refusalOf(price.reason);
  return price.kind === "free" ? 0n : price.amount;
}

async function tellPrice(accounts: AccountCharging, asked: AskedEvent): Promise<CreditControlAnswer> {
  const priced = pricedOf(asked, PRICED_S);
  if (priced === null) return refusal(RESULT.ratingFailed, "The request does not say which number is called.");
  const price = await accounts.price({ source: asked.source }, priced);
  if (price.kind === "refused") return refusalOf(price.reason);
  if (price.kind === "free") return { resultCode: RESULT.creditControlNotApplicable, services: [] };
  const { attempt, talkedS } = priced;
  const unit = attempt.consumed === undefined ? `${talkedS} s` : `${talkedS} messages`;
  return { resultCode: RESULT.success, services: [], cost: { ...paid(price.amount, price.currency), unit } };
}

/** What a price is asked for: a message, or a call of `seconds` where it does not say how long; null: neither. */
function pricedOf(asked: AskedEvent, seconds: number): Parameters<AccountCharging["price"]>[1] | null {
  const { request } = asked;
  const message = messageOf(asked);
  const [service] = request.services;
  if (message !== null && service !== undefined) return { attempt: message, talkedS: unitsWanted(service, "sms") ?? 1 };
  const attempt = attemptOf(request);
  return attempt && { attempt, talkedS: secondsOf(request) ?? seconds };
}

const moneyOf = ({ services }: CreditControlRequest): UnitMoney | undefined => services[0]?.requested?.money;
const secondsOf = ({ services }: CreditControlRequest): number | undefined => services[0]?.requested?.timeS;

const paid = (amount: Nanos, currency: Currency): AccountMoney => ({
  amount: { units: amount, scale: NANOS_SCALE },
  currency,
});
