import { type Currency, currencyDigits } from "../../core/money/currency.ts";
import { type Decimal, formatDecimal } from "../../core/money/decimal.ts";
import { NANOS_SCALE, type Nanos, nanosToSql } from "../../core/money/nanos.ts";

/** Writes figures and dates as one locale does. Amounts go in as decimal text, so no figure passes through a float. */
export interface LocaleFormat {
  /** "1,234.50": digits of the currency, no currency sign. */
  readonly amount: (value: Nanos, currency: Currency) => string;
  /** "EUR 1,234.50": the ISO code, which no two currencies share. */
  readonly money: (value: Nanos, currency: Currency) => string;
  /** The amount to its last nano, at least in the currency's digits: "1,234.5678". */
  readonly exactAmount: (value: Nanos, currency: Currency) => string;
  /** The same with the code: "EUR 1,234.5678". */
  readonly exactMoney: (value: Nanos, currency: Currency) => string;
  /** A rate with all its decimals, two at least: "0.05", "0.01875". */
  readonly rate: (value: Decimal) => string;
  readonly count: (value: number) => string;
  /** The ten digits from zero on. */
  readonly digits: readonly string[];
  /** Two decimals, from a value in nanos: minutes of talk time. */
  readonly hundredths: (value: Nanos) => string;
  readonly date: (date: Temporal.PlainDate) => string;
  /** First and last day of a half-open span: "1 – 31 March 2026". */
  readonly dates: (startDate: Temporal.PlainDate, endDate: Temporal.PlainDate) => string;
}

/** Whether `text` is a BCP 47 locale that this runtime can write. */
export function isLocale(text: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(text).length === 1;
  } catch {
    return false;
  }
}

const DATE = { dateStyle: "long", timeZone: "UTC", calendar: "gregory" } as const;

/** Formats for a locale ({@link isLocale}); kept, because making an Intl formatter costs a thousand uses of it. */
export function localeFormat(locale: string): LocaleFormat {
  const kept = formats.get(locale);
  if (kept !== undefined) return kept;
  const made = makeFormat(locale);
  formats.set(locale, made);
  return made;
}

const formats = new Map<string, LocaleFormat>();

function makeFormat(locale: string): LocaleFormat {
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const date = new Intl.DateTimeFormat(locale, DATE);
  const rate = decimals(locale, 2, 18);
  const hundredths = decimals(locale, 2, 2);
  const exactAmount = (value: Nanos, currency: Currency) =>
    write(decimals(locale, currencyDigits(currency), NANOS_SCALE), value);
  return {
    amount: (value, currency) => write(decimals(locale, currencyDigits(currency), currencyDigits(currency)), value),
    money: (value, currency) => {
      const digits = currencyDigits(currency);
      return withCode(locale, currency, write(decimals(locale, digits, digits), value));
    },
    exactAmount,
    exactMoney: (value, currency) => withCode(locale, currency, exactAmount(value, currency)),
    rate: (value) => rate.format(formatDecimal(value) as Intl.StringNumericLiteral),
    count: (value) => count.format(value),
    digits: Array.from({ length: 10 }, (_, digit) => count.format(digit)),
    hundredths: (value) => write(hundredths, value),
    date: (day) => date.format(noon(day)),
    dates: (startDate, endDate) => date.formatRange(noon(startDate), noon(endDate.subtract({ days: 1 }))),
  };
}

const write = (format: Intl.NumberFormat, value: Nanos): string =>
  format.format(nanosToSql(value) as Intl.StringNumericLiteral);

const numberFormats = new Map<string, Intl.NumberFormat>();

function decimals(locale: string, digitsMin: number, digitsMax: number): Intl.NumberFormat {
  return numberFormat(locale, { minimumFractionDigits: digitsMin, maximumFractionDigits: digitsMax });
}

/** Puts the code where the locale has it: "EUR 1.50", "1,50 EUR". One figure is so written one way all over a page. */
function withCode(locale: string, currency: Currency, figure: string): string {
  const options = { style: "currency", currency, currencyDisplay: "code" } as const;
  const parts = numberFormat(locale, options)
    .formatToParts(1)
    .map(({ type }) => type);
  return parts.indexOf("integer") < parts.indexOf("currency")
    ? `${figure}\u00a0${currency}`
    : `${currency}\u00a0${figure}`;
}

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify([locale, options]);
  const kept = numberFormats.get(key);
  if (kept !== undefined) return kept;
  const made = new Intl.NumberFormat(locale, options);
  numberFormats.set(key, made);
  return made;
}

/** Noon UTC of a civil date; formatted in UTC it is that date. */
const noon = (date: Temporal.PlainDate): number =>
  date.toZonedDateTime({ timeZone: "UTC", plainTime: "12:00" }).epochMilliseconds;
