import type { Currency } from "../money/currency.ts";
import { type Conversion, convert, type ExchangeTable, findConversion, type NoConversion } from "../money/exchange.ts";
import type { Nanos } from "../money/nanos.ts";
import type { CompiledTariff } from "../tariff/compiled-tariff.ts";
import { isoDate } from "../time/civil-day.ts";
import { civilDay } from "../time/zone.ts";
import type { RatedCharge, Unrated } from "./charge.ts";
import { type AllowanceShare, type CallToRate, openCall } from "./opening.ts";
import { rateOpened } from "./rate-call.ts";

/**
 * Somebody who is charged for a call, or owed for it: the vendor's cost, each reseller's price, the customer's price.
 */
export interface Side {
  readonly kind: "cost" | "reseller" | "customer";
  readonly accountId: string;
  readonly tariff: CompiledTariff;
  /** The currency of the account. */
  readonly currency: Currency;
  readonly allowance?: AllowanceShare;
}

/** Where amounts meet other currencies. */
export interface ExchangeTerms {
  readonly table: ExchangeTable;
  /** Zone whose calendar says which day a call was answered on. */
  readonly timeZone: string;
}

/** One side's charge, in the tariff's currency and in the account's. */
export interface RatedSide {
  readonly side: Side;
  readonly outcome:
    | {
        readonly kind: "rated";
        readonly charge: RatedCharge;
        /** The charge in the account's currency, with as many decimals as the tariff's charges. */
        readonly amount: Nanos;
        /** null: tariff and account have one currency. */
        readonly conversion: Conversion | null;
      }
    | Unrated
    | NoConversion;
}

/** A call before it is known who pays: an allowance is a side's, not the call's. */
export type CallOfSides = Omit<CallToRate, "allowance">;

/** Rates one call for all its sides, in the order given. Each stands by itself: one without a rate stops no other. */
export function rateSides(call: CallOfSides, sides: readonly Side[], exchange: ExchangeTerms | null): RatedSide[] {
  return sides.map((side) => ({ side, outcome: rateSide(call, side, exchange) }));
}

function rateSide(call: CallOfSides, side: Side, exchange: ExchangeTerms | null): RatedSide["outcome"] {
  const { tariff, currency, allowance } = side;
  const opening = openCall(tariff, call.called, call.answeredAt, call.origin);
  if (opening.kind !== "open") return opening;
  const charge = rateOpened(opening, allowance ? { talkedS: call.talkedS, allowance } : call);
  if (charge.currency === currency) return { kind: "rated", charge, amount: charge.amount, conversion: null };
  const { answeredAt } = call;
  const pair = { from: charge.currency, to: currency };
  if (exchange === null) return { kind: "no-conversion", ...pair, date: isoDate(civilDay("UTC", answeredAt)) };
  const conversion = findConversion(exchange.table, {
    ...pair,
    date: isoDate(civilDay(exchange.timeZone, answeredAt)),
  });
  if (conversion.kind !== "conversion") return conversion;
  return { kind: "rated", charge, amount: convert(charge.amount, conversion, tariff.terms), conversion };
}
