import type { Currency } from "../money/currency.ts";
import type { Decimal } from "../money/decimal.ts";
import type { RoundingMode } from "../money/rounding.ts";
import type { EpochMs } from "../time/epoch.ts";
import type { Service } from "../usage/service-units.ts";
import type { HolidayCalendar } from "./holidays.ts";
import type { OriginTerms } from "./origin-zone.ts";
import type { Increments, Rate } from "./rate.ts";

/** How prices of one tariff are applied; the same for all its rates. Source: docs/concepts/rating.md. */
export interface TariffTerms {
  readonly currency: Currency;
  /**
   * What its rates price; left out: voice. Whatever else of a tariff is in seconds counts the units of the service: of
   * data octets, of sms messages. Other services than voice are priced as at their answer, whole.
   */
  readonly service?: Service;
  /** IANA zone in which the tariff's windows are read. */
  readonly timeZone: string;
  /**
   * `after-initial`: next steps count from the end of the first; `total`: the whole duration is a multiple of the next
   * step.
   */
  readonly incrementBase: "after-initial" | "total";
  /** A charge is rounded once, to this many decimals (at most 9). */
  readonly decimals: number;
  readonly rounding: RoundingMode;
  /** A call that crosses a window's edge is split there, or priced where it was answered. */
  readonly windowCrossing: "split" | "at-answer";
  /** A rate that changes during a call: keep the one at answer, or take the new one from its effective time on. */
  readonly reprice: "at-answer" | "at-next-slice";
  readonly windows: readonly TimeWindow[];
  /** Holidays that windows name; left out: none. */
  readonly calendars?: readonly HolidayCalendar[];
  /** Left out: prices do not depend on where calls come from. Of a derived tariff those of its base hold. */
  readonly origins?: OriginTerms;
  /** On top of the rates; left out: none. A derived tariff has those of its base beside its own. */
  readonly surcharges?: readonly Surcharge[];
}

/**
 * A span of the week, or of given dates (holidays), in the tariff's zone. The highest priority that covers an instant
 * wins.
 */
export interface TimeWindow {
  readonly name: string;
  readonly priority: number;
  /** ISO weekdays 1 (Monday) to 7; empty: every day. */
  readonly weekdays: readonly number[];
  /** Civil dates "2026-12-25", or "12-25" for every year; empty: every date. With weekdays too, both must hold. */
  readonly dates: readonly string[];
  /** Name of one of the tariff's calendars: its holidays count as dates too. */
  readonly calendar?: string;
  /**
   * Seconds that the clock shows, half-open; from 0 to 86_400 is the whole day. `fromS` above `untilS` spans midnight,
   * and what follows midnight belongs to the day before: Friday 22:00–06:00 ends on Saturday morning.
   */
  readonly fromS: number;
  readonly untilS: number;
}

/**
 * What some calls cost on top of the price of their destination. Surcharges of different names add up; of those of one
 * name at most one is due: `surchargesDue`. Everything that is given must hold, by the moment of answer.
 */
export interface Surcharge {
  readonly name: string;
  /** Of an answered call, and of each of its minutes: plain decimals in the tariff's currency. */
  readonly perCall: string;
  readonly perMinute: string;
  /** Steps of its own, counted over the whole talk time; null: the seconds that the call is billed. */
  readonly increments: Increments | null;
  /** First digits of the called number as it is priced, "=" before those of short codes; empty: any number. */
  readonly called: readonly string[];
  /** Names of the tariff's zones of callers; empty: any caller. */
  readonly origins: readonly string[];
  /** Names of trunks, as records have them; empty: any, or none. */
  readonly ingressTrunks: readonly string[];
  readonly egressTrunks: readonly string[];
  /** Name of one of the tariff's windows; null: at any time. */
  readonly window: string | null;
  /** Half-open, by the time the call was answered. */
  readonly effectiveFrom: EpochMs;
  readonly effectiveTo: EpochMs | null;
}

/** One immutable published version. `number` counts from 1 within the tariff. */
export interface TariffVersion {
  readonly tariffId: string;
  readonly number: number;
  readonly terms: TariffTerms;
  readonly rates: Iterable<Rate>;
  readonly derivation: Derivation | null;
}

/**
 * A derived tariff sells what another tariff prices: base × (1 + markupPercent/100) + addPerUnit, rounded to
 * `decimals`; its own `rates` are overrides that replace the base rate of the same prefix. Resolved at look-up, never
 * copied.
 */
export interface Derivation {
  readonly baseTariffId: string;
  readonly markupPercent: Decimal;
  readonly addPerUnit: Decimal;
  readonly decimals: number;
  readonly rounding: RoundingMode;
  /** null: the base rate's own increments. */
  readonly increments: { readonly firstS: number; readonly nextS: number } | null;
}
