import { surchargeParts } from "../../core/allowance/charge-part.ts";
import { formatDecimal } from "../../core/money/decimal.ts";
import { convert, findConversion, type NoConversion } from "../../core/money/exchange.ts";
import { divideRounded } from "../../core/money/rounding.ts";
import { isEmergency } from "../../core/numbering/emergency.ts";
import { calledText, NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import type { RatedCharge } from "../../core/rating/charge.ts";
import { type Opening, openCall } from "../../core/rating/opening.ts";
import { rateOpened } from "../../core/rating/rate-call.ts";
import type { Reject } from "../../core/reject.ts";
import type { CompiledTariff } from "../../core/tariff/compiled-tariff.ts";
import type { CallOrigin } from "../../core/tariff/origin-zone.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import { accountAt } from "../../core/tenancy/succession.ts";
import { isoDate } from "../../core/time/civil-day.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { civilDay } from "../../core/time/zone.ts";
import { quantityOf, type Service, serviceOf } from "../../core/usage/service-units.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { originOfCall, type RoutedCall } from "../numbering/nanp-numbers.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { PricedCharge } from "../usage/priced-call.ts";
import { chainOf, type RatingContext, tariffAt } from "./rating-context.ts";
import { type LoadedTariff, tableFor } from "./tariff-set.ts";

/** A call with a payer and a price on every side that it has; or why it cannot be charged yet. */
export type Pricing =
  | {
      readonly kind: "priced";
      readonly bookId: string;
      readonly accountId: string;
      readonly vendorAccountId: string | null;
      readonly charges: readonly PricedCharge[];
    }
  | { readonly kind: "reject"; readonly reject: Reject };

/** Whose call it is, and who is paid for carrying it. */
export interface CallParties {
  readonly accountId: string;
  readonly vendorAccountId: string | null;
}

/**
 * Says whose call it is and prices every side of it: the customer, each reseller above, and the vendor that carried it.
 * A call is priced on all its sides or on none, so that no margin is ever half known.
 */
export function priceCall(context: RatingContext, sourceId: string, event: UsageEvent): Pricing {
  const parties = findParties(context, sourceId, event);
  return "code" in parties ? reject(parties) : priceSides(context, event, parties);
}

/** Who pays for a call by the account rules, and which vendor is behind the trunk it left through. */
export function findParties(context: RatingContext, sourceId: string, event: UsageEvent): CallParties | Reject {
  const payer = context.payers.payer(sourceId, event);
  if (payer.kind === "none") return noAccount(event);
  if (payer.kind === "ambiguous") return ambiguousAccount(payer.ruleIds);
  const vendor = context.vendors.vendorOf(sourceId, event.egressTrunk);
  const vendorAccount = vendor.kind === "account" ? context.accounts.get(vendor.accountId) : undefined;
  const accountId = accountAt(payer.accountId, event.answeredAt ?? event.startedAt, context.accounts);
  return { accountId, vendorAccountId: vendorAccount?.id ?? null };
}

/** The price of the sides of a call whose parties are known: of all, or of those that are `wanted`. */
export function priceSides(
  context: RatingContext,
  event: UsageEvent,
  parties: CallParties,
  wanted: (accountId: string, side: PricedCharge["side"]) => boolean = () => true,
): Pricing {
  const { accountId, vendorAccountId } = parties;
  const chain = chainOf(context, accountId);
  const bookId = chain[0]?.bookId ?? "";
  const { answeredAt } = event;
  if (answeredAt === null) return { kind: "priced", bookId, accountId, vendorAccountId, charges: [] };
  const isFree = isEmergency(event.called, context.emergencyNumbers);
  const vendor = vendorAccountId === null ? undefined : context.accounts.get(vendorAccountId);
  const charges: PricedCharge[] = [];
  // Nobody is charged for an emergency call; a vendor is owed what it has a price for.
  for (const account of isFree ? NOBODY : chain) {
    const side = account.kind === "reseller" ? "reseller" : "customer";
    if (!wanted(account.id, side)) continue;
    const priced = priceSide(context, account, side, event, answeredAt);
    if ("code" in priced) return reject(priced);
    charges.push(priced);
  }
  if (vendor !== undefined && wanted(vendor.id, "cost")) {
    const priced = priceSide(context, vendor, "cost", event, answeredAt);
    if (!("code" in priced)) charges.push(priced);
    else if (!isFree) return reject(priced);
  }
  return { kind: "priced", bookId, accountId, vendorAccountId, charges };
}

const NOBODY: readonly StoredAccount[] = [];

const reject = (why: Reject): Pricing => ({ kind: "reject", reject: why });

/** One side of a call whose rate is found. */
export interface OpenedSide {
  readonly loaded: LoadedTariff;
  readonly opening: Opening;
}

/** Finds the rate of one side of a call in the tariff that its account buys at. */
export function openSide(
  context: RatingContext,
  account: StoredAccount,
  side: PricedCharge["side"],
  event: RoutedCall,
  answeredAt: EpochMs,
): OpenedSide | Reject {
  const service = serviceOf(event);
  const loaded = tariffAt(context, account.id, { at: answeredAt, service });
  if (loaded === undefined) return noTariff(account, service);
  const { table, digits } = tableFor(loaded, event.called);
  const opening = openCall(table, digits, answeredAt, originFor(context, table, event));
  if (opening.kind === "no-rate") return noRate(event, account, loaded.tariff.name, side);
  if (opening.kind === "blocked") return blocked(event, account, opening);
  return { loaded, opening };
}

/** The price of one side of a call by its tariff alone. */
export function priceSide(
  context: RatingContext,
  account: StoredAccount,
  side: PricedCharge["side"],
  event: CallToPrice,
  answeredAt: EpochMs,
): PricedCharge | Reject {
  const opened = openSide(context, account, side, event, answeredAt);
  if ("code" in opened) return opened;
  const { opening } = opened;
  const rated = rateOpened(opening, { talkedS: quantityOf(event) });
  const paid = inAccountCurrency(context, account, rated, opening.tariff.terms, answeredAt);
  if ("code" in paid) return paid;
  const { amount, currency, converted } = paid;
  const charge: PricedCharge = {
    side,
    accountId: account.id,
    ...(event.consumed && { service: event.consumed.service }),
    amount,
    currency,
    converted,
    tariffId: rated.tariffId,
    tariffEpoch: context.tariffs.epoch,
    prefix: event.called.kind === "e164" ? rated.prefix : NOT_E164_MARK + rated.prefix,
    destination: rated.destination,
    rate: rated.ratePerMinute,
    connectFee: rated.connectFee.units === 0n ? null : formatDecimal(rated.connectFee),
    billedS: rated.billedS,
  };
  if (rated.surcharges.length === 0) return charge;
  return { ...charge, coverage: { coveredS: 0, parts: surchargeParts(rated.surcharges) } };
}

/** Where a call comes from; undefined for a tariff whose prices do not depend on it. */
export const originFor = (
  { nanp }: RatingContext,
  { zones, surcharges }: CompiledTariff,
  call: RoutedCall,
): CallOrigin | undefined => (zones === null && surcharges.length === 0 ? undefined : originOfCall(nanp, call));

/** The charge in the account's own currency, at the rate of the day of answer. */
export function inAccountCurrency(
  { exchange }: RatingContext,
  account: StoredAccount,
  { amount, currency }: RatedCharge,
  terms: TariffTerms,
  answeredAt: EpochMs,
): Pick<PricedCharge, "amount" | "currency" | "converted"> | Reject {
  if (currency === account.currency) return { amount, currency, converted: null };
  const date = isoDate(civilDay(exchange.timeZone, answeredAt));
  const found = findConversion(exchange.table, { from: currency, to: account.currency, date });
  if (found.kind === "no-conversion") return noExchangeRate(account, found);
  const { numerator, denominator } = found.rate;
  const exchangeRate = divideRounded(numerator * 10n ** BigInt(EXCHANGE_RATE_SCALE), denominator, "half-even");
  return {
    amount: convert(amount, found, terms),
    currency: account.currency,
    converted: {
      tariffAmount: amount,
      tariffCurrency: currency,
      exchangeRate: formatDecimal({ units: exchangeRate, scale: EXCHANGE_RATE_SCALE }),
    },
  };
}

/** Decimals of the exchange rate as it is stored beside a charge; the conversion itself uses the exact fraction. */
const EXCHANGE_RATE_SCALE = 18;

/** What the tariff of a side looks at. */
export type CallToPrice = RoutedCall & Pick<UsageEvent, "talkedS">;

/** What it is in a message. */
const NOUNS: Readonly<Record<Service, string>> = { voice: "call", sms: "message", data: "data session" };

const called = (event: RoutedCall): string => calledText(event.called);

const noAccount = (event: UsageEvent): Reject => ({
  code: "account-unknown",
  what: `No account rule takes this call (trunk ${shown(event.ingressTrunk)}, address ${shown(event.sourceAddress)}, account code ${shown(event.accountCode)}, SIP user ${shown(event.sipUser)}).`,
  fix: "Add an account rule for one of these, then retry the record.",
});

const ambiguousAccount = (ruleIds: readonly string[]): Reject => ({
  code: "account-ambiguous",
  what: `Account rules ${ruleIds.join(" and ")} take this call for different accounts.`,
  fix: "Give one of them the higher priority, then retry the record.",
});

const noTariff = (account: StoredAccount, service: Service): Reject => ({
  code: "tariff-missing",
  what: `Account "${account.code}" has no published tariff${service === "voice" ? "" : ` for ${service}`} for the time of the ${NOUNS[service]}.`,
  fix: "Assign a tariff from that time on, then retry the record.",
});

const noRate = (event: RoutedCall, account: StoredAccount, tariff: string, side: string): Reject => ({
  code: "rate-missing-for-call",
  what: `Tariff "${tariff}" (${side} side, account "${account.code}") has no rate for ${called(event)} at the time of the call.`,
  fix:
    event.called.kind === "e164"
      ? "Import a rate for the number with an effective time before the call, then retry the record."
      : `It is no E.164 number. If it should be one, correct the source's "numbers"; else give the tariff a rate with the prefix "=" (all such numbers) in a setup file. Then retry the record.`,
});

const noExchangeRate = (account: StoredAccount, { from, to, date }: NoConversion): Reject => ({
  code: "exchange-rate-missing",
  what: `There is no exchange rate from ${from} to ${to} on ${date}, to charge account "${account.code}".`,
  fix: "Add one dated on or before that day (`tollwright apply`, exchangeRates), then retry the record.",
});

const blocked = (
  event: RoutedCall,
  account: StoredAccount,
  found: { prefix: string; destination: string },
): Reject => ({
  code: "destination-blocked",
  what: `The call to ${called(event)} took place, but "${found.destination}" (prefix ${found.prefix}) is blocked for account "${account.code}".`,
  fix: "Publish a rate for the prefix if the call is to be charged and retry the record, or dismiss it.",
});

const shown = (value: string | null): string => (value === null ? "none" : `"${value}"`);
