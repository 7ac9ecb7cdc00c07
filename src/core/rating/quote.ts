import type { Currency } from "../money/currency.ts";
import { formatDecimal } from "../money/decimal.ts";
import type { E164 } from "../numbering/number.ts";
import { type CompiledTariff, destinationOf, windowOf } from "../tariff/compiled-tariff.ts";
import type { EpochMs } from "../time/epoch.ts";
import type { RatedCharge, Unrated } from "./charge.ts";
import { openCall } from "./opening.ts";
import { rateOpened } from "./rate-call.ts";

/** What a call would cost: its rate in the words of a price list, and the charge for each length asked. */
export interface Quote {
  readonly kind: "quoted";
  readonly currency: Currency;
  readonly prefix: string;
  readonly destination: string;
  /** The window that holds at the moment asked; null outside all of them. */
  readonly window: string | null;
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
  { called, answeredAt, lengthsS }: { called: E164; answeredAt: EpochMs; lengthsS: readonly number[] },
): Quote | Unrated {
  const opening = openCall(tariff, called, answeredAt);
  if (opening.kind !== "open") return opening;
  const { found, price } = opening;
  const { connectFee, freeS, minimumS, increments } = price.terms;
  return {
    kind: "quoted",
    currency: tariff.terms.currency,
    prefix: called.slice(0, found.prefixLength),
    destination: destinationOf(found),
    window: windowOf(found.layer, found.row),
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
