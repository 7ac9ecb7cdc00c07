import type { HolidayCalendar } from "./holidays.ts";

/**
 * Public holidays of whole countries that follow from a rule. Regional and one-off days are the operator's. Checked
 * 2026-11-22 against the days that the Python package holidays 0.109 has for 2022 to 2035: they are the same, but for
 * Britain's proclaimed days of 2022 and 2023.
 */
export const HOLIDAY_PRESETS = {
  /** Nationwide holidays; Einigungsvertrag art. 2 and the laws of the sixteen states, as of 2026. */
  DE: {
    holidays: ["01-01", "easter-2", "easter+1", "05-01", "easter+39", "easter+50", "10-03", "12-25", "12-26"],
    observed: "none",
  },
  /** Feiertagsruhegesetz 1957, § 1, as of 2026. */
  AT: {
    holidays: "01-01 01-06 easter+1 05-01 easter+39 easter+50 easter+60 08-15 10-26 11-01 12-08 12-25 12-26".split(" "),
    observed: "none",
  },
  /** Code du travail, art. L3133-1, as of 2026. */
  FR: {
    holidays: "01-01 easter+1 05-01 05-08 easter+39 easter+50 07-14 08-15 11-01 11-11 12-25".split(" "),
    observed: "none",
  },
  /** England and Wales: Banking and Financial Dealings Act 1971, and common law days; as of 2026. */
  GB: {
    holidays: ["01-01", "easter-2", "easter+1", "05-1st-mon", "05-last-mon", "08-last-mon", "12-25", "12-26"],
    observed: "next-workday",
  },
  /** Federal holidays: 5 U.S.C. § 6103, as of 2026. */
  US: {
    holidays: "01-01 01-3rd-mon 02-3rd-mon 05-last-mon 06-19 07-04 09-1st-mon 10-2nd-mon 11-11 11-4th-thu 12-25".split(
      " ",
    ),
    observed: "weekend",
  },
} as const satisfies Record<string, Omit<HolidayCalendar, "name">>;

export type HolidayPreset = keyof typeof HOLIDAY_PRESETS;
export const HOLIDAY_PRESET_NAMES = Object.keys(HOLIDAY_PRESETS) as HolidayPreset[];
