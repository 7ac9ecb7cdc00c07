import { HOLIDAY_PRESETS } from "../../core/tariff/holiday-presets.ts";
import { type HolidayCalendar, parseHoliday } from "../../core/tariff/holidays.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { CalendarSetup, TariffSetup } from "./tariff-setup.ts";

/**
 * The holidays of a tariff: what `setup` says, else what holds now. Those of a country are written out into the terms, so
 * that a published version keeps them.
 */
export function readCalendars(
  { setup, pointer, present }: { readonly setup: TariffSetup; readonly pointer: string; readonly present: TariffTerms },
  faults: SetupFaults,
): Pick<TariffTerms, "calendars"> {
  if (setup.calendars === undefined) return present.calendars === undefined ? {} : { calendars: present.calendars };
  const { calendars } = setup;
  return {
    calendars: calendars.map((calendar, index) => readCalendar(calendar, { index, pointer, calendars }, faults)),
  };
}

interface CalendarPlace {
  readonly index: number;
  readonly pointer: string;
  readonly calendars: readonly CalendarSetup[];
}

function readCalendar(
  { name, preset, holidays = [], observed }: CalendarSetup,
  { index, pointer, calendars }: CalendarPlace,
  faults: SetupFaults,
): HolidayCalendar {
  const at = `${pointer}/calendars/${index}`;
  if (calendars.findIndex((one) => one.name === name) < index)
    faults.add(`${at}/name`, `A calendar "${name}" stands above already.`, "Give each its own name.");
  if (preset === undefined && holidays.length === 0)
    faults.add(at, "The calendar has no holidays.", "Give a preset, holidays, or both.");
  const sound = holidays.filter((text, position) => {
    const isDay = parseHoliday(text) !== undefined;
    if (!isDay)
      faults.add(`${at}/holidays/${position}`, `"${text}" is no day.`, 'Write "12-25", "easter+1" or "05-last-mon".');
    return isDay;
  });
  const country = preset && HOLIDAY_PRESETS[preset];
  return {
    name,
    holidays: [...(country?.holidays ?? []), ...sound],
    observed: observed ?? country?.observed ?? "none",
  };
}
