import { invariant } from "../invariant.ts";
import type { Currency } from "./currency.ts";
import type { Decimal } from "./decimal.ts";
import { type Fraction, fractionOf, inverseFraction, multiplyFraction } from "./fraction.ts";
import { NANOS_SCALE, type Nanos, nanos } from "./nanos.ts";
import { divideRounded, type RoundingMode } from "./rounding.ts";

/** One unit of `base` is `rate` units of `quote`, from a civil date on until the next rate of the pair. */
export interface ExchangeRate {
  readonly base: Currency;
  readonly quote: Currency;
  readonly rate: Decimal;
  /** "2026-03-02": a civil date in the zone that the operator names for its books. */
  readonly effectiveDate: string;
}

/** Exchange rates ready for look-ups. */
export interface ExchangeTable {
  readonly pivot: Currency;
  readonly ageDaysMax: number;
  /** "USD/EUR" → rates by rising date. */
  readonly rates: ReadonlyMap<string, readonly ExchangeRate[]>;
  /** Answers given before, by "USD/EUR 2026-03-02": a batch asks for the same few thousands of times. */
  readonly answers: Map<string, Conversion | NoConversion>;
}

/** A rate that was found, with the published rates it was made of: store it on the charge. */
export interface Conversion {
  readonly kind: "conversion";
  readonly from: Currency;
  readonly to: Currency;
  /** Units of `to` for one of `from`, exact: an inverse or a cross rate is never rounded by itself. */
  readonly rate: Fraction;
  /** None for one currency, one for a direct or inverse rate, two for a cross rate. */
  readonly legs: readonly ConversionLeg[];
}

export interface ConversionLeg {
  readonly published: ExchangeRate;
  /** The published rate was turned round. */
  readonly inverse: boolean;
}

/** No rate of the pair, in either direction or over the pivot, is in force and young enough. */
export interface NoConversion {
  readonly kind: "no-conversion";
  readonly from: Currency;
  readonly to: Currency;
  readonly date: string;
}

/**
 * Makes published rates ready. `pivot` is the currency over which pairs are crossed that have no rate of their own
 * (where a central bank quotes everything against its own). A rate older than `ageDaysMax` days on the day asked is not
 * used: a feed that stopped must not price calls for ever.
 *
 * Two rates of one pair and date: the later in the list wins. Errors: a rate that is not above zero is a bug and
 * throws.
 */
export function exchangeTable(
  published: Iterable<ExchangeRate>,
  { pivot, ageDaysMax }: { readonly pivot: Currency; readonly ageDaysMax: number },
): ExchangeTable {
  const byPair = new Map<string, Map<string, ExchangeRate>>();
  for (const rate of published) {
    invariant(rate.rate.units > 0n, `an exchange rate is above zero: ${rate.base}/${rate.quote}`);
    const pair = `${rate.base}/${rate.quote}`;
    const byDate = byPair.get(pair) ?? new Map<string, ExchangeRate>();
    byPair.set(pair, byDate.set(rate.effectiveDate, rate));
  }
  const byRisingDate = (a: ExchangeRate, b: ExchangeRate) => (a.effectiveDate < b.effectiveDate ? -1 : 1);
  const rates = new Map([...byPair].map(([pair, byDate]) => [pair, [...byDate.values()].sort(byRisingDate)]));
  return { pivot, ageDaysMax, rates, answers: new Map() };
}

/**
 * The rate of a day: the day on which the usage was answered, in the operator's zone, so that re-rating finds it again.
 * A published rate of the pair comes first, then the inverse of its opposite, then the cross rate over the pivot.
 */
export function findConversion(table: ExchangeTable, asked: ConversionAsked): Conversion | NoConversion {
  const key = `${asked.from}/${asked.to} ${asked.date}`;
  const known = table.answers.get(key);
  if (known) return known;
  const answer = lookUpConversion(table, asked);
  table.answers.set(key, answer);
  return answer;
}

/** A pair, and the civil date ("2026-03-02") whose rate is wanted. */
export interface ConversionAsked {
  readonly from: Currency;
  readonly to: Currency;
  readonly date: string;
}

function lookUpConversion(table: ExchangeTable, { from, to, date }: ConversionAsked): Conversion | NoConversion {
  if (from === to) return conversion(from, to, []);
  const single = findLeg(table, from, to, date);
  if (single) return conversion(from, to, [single]);
  const first = findLeg(table, from, table.pivot, date);
  const second = findLeg(table, table.pivot, to, date);
  return first && second ? conversion(from, to, [first, second]) : { kind: "no-conversion", from, to, date };
}

/** An amount in the other currency, rounded once by the named mode to `decimals` (0–9). */
export function convert(
  amount: Nanos,
  { rate }: Conversion,
  { rounding, decimals }: { readonly rounding: RoundingMode; readonly decimals: number },
): Nanos {
  const unit = 10n ** BigInt(NANOS_SCALE - decimals);
  return nanos(divideRounded(amount * rate.numerator, rate.denominator * unit, rounding) * unit);
}

function conversion(from: Currency, to: Currency, legs: readonly ConversionLeg[]): Conversion {
  let rate: Fraction = { numerator: 1n, denominator: 1n };
  for (const { published, inverse } of legs) {
    const exact = fractionOf(published.rate);
    rate = multiplyFraction(rate, inverse ? inverseFraction(exact) : exact);
  }
  return { kind: "conversion", from, to, rate, legs };
}

function findLeg(table: ExchangeTable, from: Currency, to: Currency, date: string): ConversionLeg | undefined {
  const direct = rateOn(table, `${from}/${to}`, date);
  if (direct) return { published: direct, inverse: false };
  const opposite = rateOn(table, `${to}/${from}`, date);
  return opposite && { published: opposite, inverse: true };
}

/** The latest rate of a pair on or before a date, unless it is too old by then. ISO dates sort as text. */
function rateOn({ rates, ageDaysMax }: ExchangeTable, pair: string, date: string): ExchangeRate | undefined {
  const latest = rates.get(pair)?.findLast(({ effectiveDate }) => effectiveDate <= date);
  if (!latest) return undefined;
  const ageDays = Temporal.PlainDate.from(latest.effectiveDate).until(date, { largestUnit: "days" }).days;
  return ageDays <= ageDaysMax ? latest : undefined;
}
