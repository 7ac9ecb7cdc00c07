import { invariant } from "../../core/invariant.ts";
import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { type Decimal, parseDecimal, ZERO } from "../../core/money/decimal.ts";
import type { OriginZone } from "../../core/tariff/origin-zone.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { Derivation, TariffTerms, TimeWindow } from "../../core/tariff/tariff.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import { isZone } from "../../core/time/zone.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import { readCalendars } from "./read-calendars.ts";
import { readOrigins } from "./read-origins.ts";
import { checkServiceTerms, readRateUnits, readSteps } from "./read-service-terms.ts";
import { readSurcharges } from "./read-surcharges.ts";
import { ANY_TIME, readTime } from "./read-terms-text.ts";
import type { DeriveSetup, RateSetup, TariffSetup, WindowSetup } from "./tariff-setup.ts";

/** What a new tariff has where its setup says nothing. */
const DEFAULT_TERMS = {
  incrementBase: "after-initial",
  decimals: 6,
  rounding: "half-up",
  windowCrossing: "split",
  reprice: "at-answer",
  windows: [],
} as const satisfies Partial<TariffTerms>;

/** The terms of a tariff: what `setup` says, else what holds now, else the defaults. Faults go to `faults`. */
export function readTerms(
  { setup, pointer, present }: { readonly setup: TariffSetup; readonly pointer: string; readonly present: TariffTerms },
  faults: SetupFaults,
): TariffTerms {
  const { currency: code = present.currency, timeZone = present.timeZone } = setup;
  const currency = parseCurrency(code);
  if (currency === undefined)
    faults.add(`${pointer}/currency`, `There is no currency "${code}".`, "Use an ISO 4217 code such as EUR.");
  if (!isZone(timeZone))
    faults.add(
      `${pointer}/timeZone`,
      `There is no time zone "${timeZone}".`,
      "Use an IANA name such as Europe/Berlin.",
    );
  const zone = isZone(timeZone) ? timeZone : present.timeZone;
  const calendars = readCalendars({ setup, pointer, present }, faults);
  const windows = setup.windows === undefined ? present.windows : readWindows(setup.windows, pointer, faults);
  for (const { name, calendar } of windows)
    if (calendar !== undefined && !calendars.calendars?.some((one) => one.name === calendar))
      faults.add(
        `${pointer}/windows`,
        `Window "${name}" names no calendar of the tariff: "${calendar}".`,
        "Describe it under calendars.",
      );
  const terms: TariffTerms = {
    currency: currency ?? present.currency,
    ...(present.service !== undefined && { service: present.service }),
    timeZone: zone,
    incrementBase: setup.incrementBase ?? present.incrementBase,
    decimals: setup.decimals ?? present.decimals,
    rounding: setup.rounding ?? present.rounding,
    windowCrossing: setup.windowCrossing ?? present.windowCrossing,
    reprice: setup.reprice ?? present.reprice,
    windows,
    ...calendars,
    ...readOrigins({ setup, pointer, present: present.origins }, faults),
    ...readSurcharges({ setup, pointer, present, windows, timeZone: zone }, faults),
  };
  checkServiceTerms(setup, pointer, terms, faults);
  return terms;
}

export const defaultTerms = (currency: Currency, timeZone: string, service: Service): TariffTerms => ({
  currency,
  timeZone,
  ...DEFAULT_TERMS,
  ...(service !== "voice" && { service, windowCrossing: "at-answer" }),
});

function readWindows(setups: readonly WindowSetup[], pointer: string, faults: SetupFaults): TimeWindow[] {
  return setups.map((setup, index) => {
    const at = `${pointer}/windows/${index}`;
    const window = {
      name: setup.name,
      priority: setup.priority ?? 0,
      weekdays: setup.weekdays ?? [],
      dates: setup.dates ?? [],
      ...(setup.calendar === undefined ? {} : { calendar: setup.calendar }),
      fromS: clockS(setup.from),
      untilS: clockS(setup.until),
    };
    if (window.fromS >= 86_400 || window.untilS > 86_400 || window.untilS === 0 || window.fromS === window.untilS)
      faults.add(at, `The window from ${setup.from} until ${setup.until} has no length.`, 'End a day at "24:00".');
    if (setups.findIndex(({ name }) => name === setup.name) < index)
      faults.add(`${at}/name`, `A window "${setup.name}" stands above already.`, "Give each its own name.");
    for (const [position, date] of window.dates.entries())
      if (parseInstant(date.length === 5 ? `2024-${date}` : date, "UTC") === undefined)
        faults.add(`${at}/dates/${position}`, `There is no day ${date}.`, "Correct the date.");
    return window;
  });
}

function clockS(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  return hours * 3_600 + minutes * 60 + seconds;
}

/** Reads a list of rates under `terms`; faults go to `faults`, and only what is sound comes back. */
export function readRates(
  {
    setups,
    pointer,
    terms,
    origins,
  }: {
    readonly setups: readonly RateSetup[];
    readonly pointer: string;
    readonly terms: TariffTerms;
    readonly origins: readonly OriginZone[];
  },
  faults: SetupFaults,
): Rate[] {
  const seen = new Set<string>();
  return setups.flatMap((setup, index) => {
    const at = `${pointer}/${index}`;
    const rate = readRate(setup, at, { terms, origins }, faults);
    if (rate === undefined) return [];
    const key = JSON.stringify([rate.prefix, rate.window, rate.origin, rate.effectiveFrom]);
    if (seen.has(key))
      faults.add(at, `Prefix "${rate.prefix}" has a rate from the same time above already.`, "Remove one of them.");
    seen.add(key);
    return [rate];
  });
}

interface RateSurroundings {
  readonly terms: TariffTerms;
  /** Of the tariff; of a derived one its base's. */
  readonly origins: readonly OriginZone[];
}

function readRate(
  setup: RateSetup,
  at: string,
  { terms, origins }: RateSurroundings,
  faults: SetupFaults,
): Rate | undefined {
  const blocked = setup.blocked ?? false;
  if (setup.rate === undefined && !blocked) {
    faults.add(at, 'The rate lacks "rate".', 'Give a price such as "0.0125", or set "blocked" to true.');
    return undefined;
  }
  const { window = null } = setup;
  if (window !== null && !terms.windows.some(({ name }) => name === window))
    faults.add(`${at}/window`, `The tariff has no window "${window}".`, "Describe it under windows.");
  const { origin = null } = setup;
  if (origin !== null && !origins.some(({ name }) => name === origin))
    faults.add(`${at}/origin`, `The tariff has no origin "${origin}".`, "Describe it under origins.");
  const effectiveFrom = readTime(setup.from, `${at}/from`, terms, faults) ?? ANY_TIME;
  const effectiveTo = readTime(setup.to, `${at}/to`, terms, faults);
  if (effectiveTo !== null && effectiveTo <= effectiveFrom)
    faults.add(`${at}/to`, "The rate ends before it begins.", "Give a later time, or leave it out.");
  const units = readRateUnits(setup, at, terms.service ?? "voice", faults);
  if (units === undefined) return undefined;
  const slots = (setup.slots ?? []).map(({ fromS, rate, unitS = 60, stepS }) => {
    return { fromS, ratePerUnit: exact(rate), unitS, stepS };
  });
  if (slots.some(({ fromS }, index) => fromS <= (slots[index - 1]?.fromS ?? 0)))
    faults.add(`${at}/slots`, "The slots do not stand in the order of fromS.", "Sort them, each second once.");
  return {
    ...units,
    destination: setup.destination,
    blocked,
    ratePerUnit: setup.rate === undefined ? ZERO : exact(setup.rate),
    slots,
    connectFee: setup.connectFee === undefined ? ZERO : exact(setup.connectFee),
    minimumS: setup.minimumS ?? 0,
    freeS: setup.freeS ?? 0,
    minimumCost: setup.minimumCost === undefined ? null : exact(setup.minimumCost),
    maximumCost: setup.maximumCost === undefined ? null : exact(setup.maximumCost),
    ...(setup.atMaximumCost === undefined ? {} : { atMaximumCost: setup.atMaximumCost }),
    window,
    ...(origin === null ? {} : { origin }),
    effectiveFrom,
    effectiveTo,
  };
}

/** How a derived tariff is made; fields that are left out keep what holds now. Faults go to `faults`. */
export function readDerivation(
  setup: DeriveSetup,
  {
    pointer,
    base,
    present,
  }: {
    readonly pointer: string;
    readonly base: { readonly id: string; readonly service: Service };
    readonly present: Derivation | null;
  },
  faults: SetupFaults,
): Derivation {
  const { markupPercent, addPerUnit, increments } = setup;
  const own =
    typeof increments === "string"
      ? (readSteps(increments, `${pointer}/increments`, base.service, faults) ?? null)
      : increments;
  return {
    baseTariffId: base.id,
    markupPercent: markupPercent === undefined ? (present?.markupPercent ?? ZERO) : exact(markupPercent),
    addPerUnit: addPerUnit === undefined ? (present?.addPerUnit ?? ZERO) : exact(addPerUnit),
    decimals: setup.decimals ?? present?.decimals ?? DEFAULT_TERMS.decimals,
    rounding: setup.rounding ?? present?.rounding ?? DEFAULT_TERMS.rounding,
    increments: own === undefined ? (present?.increments ?? null) : own,
  };
}

/** A decimal whose form the schema has checked. */
function exact(text: string): Decimal {
  const value = parseDecimal(text);
  invariant(value, `the schema lets only decimals through, got "${text}"`);
  return value;
}
