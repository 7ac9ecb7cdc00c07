import type { Currency } from "../money/currency.ts";
import { formatDecimal } from "../money/decimal.ts";
import { type CompiledTariff, destinationOf, originOf, windowOf } from "../tariff/compiled-tariff.ts";
import type { RatedCharge, Unrated } from "./charge.ts";
import { type CallToRate, openCall } from "./opening.ts";
import { rateOpened } from "./rate-call.ts";

/** What a call would cost: its rate in the words of a price list, and the charge for each length asked. */
export interface Quote {
  readonly kind: "quoted";
  readonly currency: Currency;
  readonly prefix: string;
  readonly destination: string;
  /** The window that holds at the moment asked; null outside all of them. */
  readonly window: string | null;
  /** The zone whose rate it is; null: one for calls from anywhere. */
  readonly origin: string | null;
  readonly connectFee: string;
  readonly freeS: number;
  readonly minimumS: number;
  readonly increments: string;
  /** The chain of prices from second 0 on, as exact decimals per `unitS` seconds. */
  readonly slots: readonly QuotedSlot[];
  /** One for each length asked, in that order: what {@link rateCall} charges for the CDR of such a call. */
  readonly charges: readonly RatedCharge[];
}

export interface QuotedSlot {
  readonly fromS: number;
  readonly ratePerUnit: string;
  readonly unitS: number;
  readonly stepS: number;
}

/** The price of calls to a number that are answered at `answeredAt` and last `lengthsS` seconds each. */
export function quoteCall(
  tariff: CompiledTariff,
  { called, answeredAt, origin, lengthsS }: Omit<CallToRate, "talkedS" | "allowance"> & { lengthsS: readonly number[] },
): Quote | Unrated {
  const opening = openCall(tariff, called, answeredAt, origin);
  if (opening.kind !== "open") return opening;
  const { found, price, called: rated } = opening;
  const { connectFee, freeS, minimumS, increments } = price.terms;
  return {
    kind: "quoted",
    currency: tariff.terms.currency,
    prefix: rated.slice(0, found.prefixLength),
    destination: destinationOf(found),
    window: windowOf(found.layer, found.row),
    origin: originOf(found.layer, found.row),
    connectFee: formatDecimal(connectFee),
    freeS,
    minimumS,
    increments: `${increments.firstS}/${increments.nextS}`,
    slots: price.slots.map(({ fromS, ratePerUnit, unitS, stepS }) => {
      return { fromS, ratePerUnit: formatDecimal(ratePerUnit), unitS, stepS };
    }),
    charges: lengthsS.map((talkedS) => rateOpened(opening, { talkedS })),
  };
}
