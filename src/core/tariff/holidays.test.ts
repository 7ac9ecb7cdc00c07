import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPriceTerms, anyTariffVersion } from "../../../test/support/any-rating.ts";
import { parseDecimal, ZERO } from "../money/decimal.ts";
import type { E164 } from "../numbering/number.ts";
import { rateCall } from "../rating/rate-call.ts";
import { daysFromCivil, isoDate, isoWeekday } from "../time/civil-day.ts";
import { epochMs } from "../time/epoch.ts";
import { compileTariff } from "./compiled-tariff.ts";
import { HOLIDAY_PRESETS, type HolidayPreset } from "./holiday-presets.ts";
import { type HolidayCalendar, holidayDays, parseHoliday } from "./holidays.ts";
import type { Rate } from "./rate.ts";

fc.configureGlobal({ seed: 42 });

/** The holidays of one year, "01-01 04-03 …". */
function daysOf(calendar: Omit<HolidayCalendar, "name">, year: number): string {
  const days = [...holidayDays({ ...calendar, name: "test" })].map(isoDate).sort();
  return days
    .filter((day) => day.startsWith(`${year}-`))
    .map((day) => day.slice(5))
    .join(" ");
}

test.each<[HolidayPreset, number, string, string]>([
  ["DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26", "Saturday 3 October stays where it is"],
  ["DE", 2024, "01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26", "an early Easter, on the day clocks go on"],
  ["AT", 2026, "01-01 01-06 04-06 05-01 05-14 05-25 06-04 08-15 10-26 11-01 12-08 12-25 12-26", "Corpus Christi"],
  ["FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25", "eleven days"],
  ["GB", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28", "Christmas on Saturday, both are moved"],
  [
    "GB",
    2022,
    "01-01 01-03 04-15 04-18 05-02 05-30 08-29 12-25 12-26 12-27",
    "Sunday's goes on Tuesday: Monday is taken",
  ],
  ["US", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25", "4 July on Friday the 3rd"],
  ["US", 2027, "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31", "2028 too"],
])("holidays of %s in %i are %s (%s)", (preset, year, expected) => {
  expect(daysOf(HOLIDAY_PRESETS[preset], year)).toBe(expected);
});

test.each(["", "13-01", "02-30", "2026-02-29", "easter+", "easter+1000", "11-5th-thu", "11-4th-day", "xmas"])(
  '"%s" is no holiday',
  (text) => {
    expect(parseHoliday(text)).toBeUndefined();
  },
);

test("a leap day is a holiday in leap years alone", () => {
  const calendar = { holidays: ["02-29"], observed: "none" } as const;
  expect([2023, 2024, 2100].map((year) => daysOf(calendar, year))).toEqual(["", "02-29", ""]);
});

test("the n-th and the last weekday of a month are those of a count through the month", () => {
  const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const places = ["1st", "2nd", "3rd", "4th", "last"];
  fc.assert(
    fc.property(
      ...[fc.integer({ min: 2000, max: 2100 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 7 })],
      fc.constantFrom(...places),
      (year, month, weekday, place) => {
        const first = daysFromCivil(year, month, 1);
        const inMonth = Array.from({ length: 31 }, (_, day) => first + day).filter((day) => {
          return isoDate(day).startsWith(isoDate(first).slice(0, 7)) && isoWeekday(day) === weekday;
        });
        const text = `${String(month).padStart(2, "0")}-${place}-${names[weekday - 1]}`;
        expect(parseHoliday(text)?.(year)).toBe(inMonth.at(place === "last" ? -1 : places.indexOf(place)));
      },
    ),
  );
});

const TERMS = fc.sample(anyTariffVersion, { numRuns: 1, seed: 1 })[0]!.terms;
const PRICE = fc.sample(anyPriceTerms, { numRuns: 1, seed: 1 })[0]!;

test.each<[string, number, string, string]>([
  ["2026-12-24T22:59:30Z", 60, "0.45", "midnight in Berlin: 30 s at .60 and 30 s of Christmas at .30"],
  ["2026-12-24T23:00:00Z", 60, "0.3", "wholly on the holiday"],
  ["2026-12-26T22:59:30Z", 60, "0.45", "and out of it again"],
  ["2026-04-05T12:00:00Z", 60, "0.6", "Easter Sunday is no public holiday in Germany"],
  ["2026-04-06T12:00:00Z", 60, "0.3", "Easter Monday is"],
  ["2024-03-31T21:59:30Z", 60, "0.45", "Easter Monday begins at 22:00 UTC: clocks went on the night before"],
  ["2024-03-29T22:59:30Z", 60, "0.45", "Good Friday ended at 23:00 UTC: they had not yet"],
])("a call from %s of %i s costs %s (%s)", (answeredAt, talkedS, expected) => {
  const calendars: HolidayCalendar[] = [{ name: "public", ...HOLIDAY_PRESETS.DE }];
  const windows = [
    { name: "holiday", priority: 9, weekdays: [], dates: [], calendar: "public", fromS: 0, untilS: 86_400 },
    { name: "always", priority: 1, weekdays: [], dates: [], fromS: 0, untilS: 86_400 },
  ];
  const rate = (window: string, price: string): Rate => ({
    ...{
      ...PRICE,
      prefix: "49",
      destination: "Germany",
      blocked: false,
      window,
      unitS: 60,
      slots: [],
      connectFee: ZERO,
    },
    ...{ ratePerUnit: parseDecimal(price)!, increments: { firstS: 1, nextS: 1 }, minimumS: 0, freeS: 0 },
    ...{ minimumCost: null, maximumCost: null, effectiveFrom: epochMs(0), effectiveTo: null },
  });
  const split = { windowCrossing: "split", incrementBase: "after-initial", decimals: 9, rounding: "half-up" } as const;
  const terms = { ...TERMS, ...split, timeZone: "Europe/Berlin", windows, calendars };
  const rates = [rate("holiday", "0.3"), rate("always", "0.6")];
  const tariff = compileTariff({ tariffId: "t", number: 1, terms, rates, derivation: null });
  const at = epochMs(Temporal.Instant.from(answeredAt).epochMilliseconds);
  const rating = rateCall(tariff, { called: "493090182" as E164, answeredAt: at, talkedS });
  expect(rating.kind === "rated" && Number(rating.charge.amount) / 1e9).toBe(Number(expected));
});
