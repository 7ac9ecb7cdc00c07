import { type Static, Type } from "typebox";
import { ROUNDING_MODES } from "../../core/money/rounding.ts";
import { JURISDICTIONS } from "../../core/numbering/jurisdiction.ts";
import { HOLIDAY_PRESET_NAMES } from "../../core/tariff/holiday-presets.ts";
import { SERVICES } from "../../core/usage/service-units.ts";

const decimal = Type.String({
  pattern: "^\\d{1,30}(\\.\\d{1,18})?$",
  description: 'a decimal in quotes, such as "0.0125"',
});
const signedDecimal = Type.String({
  pattern: "^-?\\d{1,30}(\\.\\d{1,18})?$",
  description: 'a decimal in quotes, such as "12.5" or "-3"',
});
const seconds = (minimum: number) =>
  Type.Integer({ minimum, maximum: 86_400, description: `whole seconds from ${minimum} to 86400` });
const instant = Type.String({
  description: 'a date "2026-03-01", or a time with its offset "2026-03-01T08:00:00Z"',
});
const size = "\\d{1,10}(\\.\\d{1,9})?( ?([kMG]i?B|KiB|B))?";
const increments = Type.String({
  pattern: `^${size}/${size}$`,
  description: 'minimum and step in seconds, such as "30/6"; of data in octets, or as sizes such as "100 kB/10 kB"',
});
const decimals = Type.Integer({ minimum: 0, maximum: 9, description: "a number of decimals from 0 to 9" });
const rounding = Type.Enum([...ROUNDING_MODES], { description: `one of ${ROUNDING_MODES.join(", ")}` });
const closed = { additionalProperties: false } as const;
const optional = Type.Optional;

/** A price, as a person writes it. */
export const RateSetup = Type.Object(
  {
    prefix: Type.String({
      pattern: "^=?\\d{0,15}$",
      description: 'the first digits of E.164 numbers, "" for all, "=112" for a short code; of data a rating group',
    }),
    destination: Type.String({ minLength: 1, maxLength: 200, description: "the name of the destination" }),
    rate: optional(decimal),
    unitS: optional(seconds(1)),
    unit: optional(
      Type.String({ minLength: 1, maxLength: 30, description: 'a unit such as "message", "MB" or "GiB"' }),
    ),
    increments: optional(increments),
    blocked: optional(Type.Boolean({ description: "true or false" })),
    connectFee: optional(decimal),
    minimumS: optional(seconds(0)),
    freeS: optional(seconds(0)),
    minimumCost: optional(decimal),
    maximumCost: optional(decimal),
    atMaximumCost: optional(Type.Enum(["free", "disconnect"], { description: "one of free, disconnect" })),
    slots: optional(
      Type.Array(
        Type.Object({ fromS: seconds(1), rate: decimal, unitS: optional(seconds(1)), stepS: seconds(1) }, closed),
        { maxItems: 20, description: "a list of at most 20 slots" },
      ),
    ),
    window: optional(Type.String({ minLength: 1, description: "the name of one of the tariff's windows" })),
    origin: optional(Type.String({ minLength: 1, description: "the name of one of the tariff's origins" })),
    from: optional(instant),
    to: optional(instant),
  },
  { ...closed, description: "a rate" },
);
export type RateSetup = Static<typeof RateSetup>;

const clock = Type.String({
  pattern: "^([01]\\d|2[0-4]):[0-5]\\d(:[0-5]\\d)?$",
  description: 'a time of day from "00:00" to "24:00"',
});

export const WindowSetup = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, description: "the window's name" }),
    priority: optional(Type.Integer({ description: "a whole number; the highest that covers a time wins" })),
    weekdays: optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
        description: "a list of weekdays from 1 (Monday) to 7 (Sunday)",
      }),
    ),
    dates: optional(
      Type.Array(Type.String({ pattern: "^(\\d{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$" }), {
        description: 'a list of dates such as "2026-12-25", or "12-25" for every year',
      }),
    ),
    calendar: optional(Type.String({ minLength: 1, description: "the name of one of the tariff's calendars" })),
    from: clock,
    until: clock,
  },
  { ...closed, description: "a window" },
);
export type WindowSetup = Static<typeof WindowSetup>;

/** Holidays: a country's, with or without others; or just those that are listed. */
export const CalendarSetup = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, description: "the calendar's name" }),
    preset: optional(
      Type.Enum([...HOLIDAY_PRESET_NAMES], { description: `one of ${HOLIDAY_PRESET_NAMES.join(", ")}` }),
    ),
    holidays: optional(
      Type.Array(Type.String(), {
        maxItems: 1_000,
        description: 'a list of days: "2026-12-25", "12-25", "easter-2", "11-4th-thu", "05-last-mon"',
      }),
    ),
    observed: optional(
      Type.Enum(["none", "weekend", "next-workday"], { description: "one of none, weekend, next-workday" }),
    ),
  },
  { ...closed, description: "a calendar" },
);
export type CalendarSetup = Static<typeof CalendarSetup>;

/** A zone of callers; exactly one of the last four says who they are. */
export const OriginSetup = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: "the origin's name" }),
    preset: optional(Type.Enum(["EEA"], { description: "EEA" })),
    prefixes: optional(
      Type.Array(Type.String({ pattern: "^[1-9]\\d{0,14}$" }), {
        minItems: 1,
        maxItems: 10_000,
        description: 'a list of the first digits of callers, such as ["44", "353"]',
      }),
    ),
    others: optional(Type.Literal(true, { description: "true" })),
    jurisdiction: optional(Type.Enum([...JURISDICTIONS], { description: `one of ${JURISDICTIONS.join(", ")}` })),
  },
  { ...closed, description: "an origin" },
);
export type OriginSetup = Static<typeof OriginSetup>;

const names = (of: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 1_000, description: of });

/** An amount on top of the rates, for calls that meet everything that is given. */
export const SurchargeSetup = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: "the surcharge's name" }),
    perCall: optional(decimal),
    perMinute: optional(decimal),
    increments: optional(increments),
    called: optional(
      Type.Array(Type.String({ pattern: "^=?\\d{0,15}$" }), {
        ...{ minItems: 1, maxItems: 100_000 },
        description: 'a list of the first digits of called numbers, such as ["33", "=112"]',
      }),
    ),
    origins: optional(names("a list of names of the tariff's origins")),
    ingressTrunks: optional(names("a list of names of trunks")),
    egressTrunks: optional(names("a list of names of trunks")),
    window: optional(Type.String({ minLength: 1, description: "the name of one of the tariff's windows" })),
    from: optional(instant),
    to: optional(instant),
  },
  { ...closed, description: "a surcharge" },
);
export type SurchargeSetup = Static<typeof SurchargeSetup>;

/** What a derived tariff makes of its base's prices. */
export const DeriveSetup = Type.Object(
  {
    base: Type.String({ minLength: 1, description: "the name of the tariff to derive from" }),
    markupPercent: optional(signedDecimal),
    addPerUnit: optional(signedDecimal),
    decimals: optional(decimals),
    rounding: optional(rounding),
    increments: optional(Type.Union([increments, Type.Null()], { description: 'increments such as "60/60", or null' })),
  },
  { ...closed, description: "how to derive the prices" },
);
export type DeriveSetup = Static<typeof DeriveSetup>;

/** A tariff as a setup file describes it. A field that is left out keeps its value, or takes its default. */
export const TariffSetup = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: "the tariff's name" }),
    service: optional(Type.Enum([...SERVICES], { description: `one of ${SERVICES.join(", ")}` })),
    account: optional(Type.String({ description: "the code of the one account whose own prices these are" })),
    currency: optional(Type.String({ pattern: "^[A-Z]{3}$", description: "an ISO 4217 code such as EUR" })),
    timeZone: optional(Type.String({ description: "an IANA time zone such as Europe/Berlin" })),
    incrementBase: optional(Type.Enum(["after-initial", "total"], { description: "one of after-initial, total" })),
    decimals: optional(decimals),
    rounding: optional(rounding),
    windowCrossing: optional(Type.Enum(["split", "at-answer"], { description: "one of split, at-answer" })),
    reprice: optional(Type.Enum(["at-answer", "at-next-slice"], { description: "one of at-answer, at-next-slice" })),
    windows: optional(Type.Array(WindowSetup, { maxItems: 100, description: "a list of windows" })),
    calendars: optional(Type.Array(CalendarSetup, { maxItems: 100, description: "a list of calendars" })),
    origins: optional(Type.Array(OriginSetup, { maxItems: 1_000, description: "a list of origins" })),
    unknownCallers: optional(
      Type.Union([Type.String(), Type.Null()], { description: "the name of one of the tariff's origins, or null" }),
    ),
    rateOn: optional(Type.Enum(["dialled", "routing-number"], { description: "one of dialled, routing-number" })),
    surcharges: optional(Type.Array(SurchargeSetup, { maxItems: 1_000, description: "a list of surcharges" })),
    rates: optional(Type.Array(RateSetup, { maxItems: 100_000, description: "a list of rates" })),
    derive: optional(DeriveSetup),
    overrides: optional(Type.Array(RateSetup, { maxItems: 100_000, description: "a list of rates" })),
  },
  { ...closed, description: "a tariff" },
);
export type TariffSetup = Static<typeof TariffSetup>;
