/** ITU-T E.164 list of assigned country codes: all others have three digits. */
const SHORT_CODES = new Set(
  (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
    "60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
  ).split(" "),
);

/** Whether `digits` are exactly a country code: 84 is one, 847 is Vietnam and the start of a number there. */
export function isCountryCode(digits: string): boolean {
  if (SHORT_CODES.has(digits)) return true;
  return /^[1-9]\d\d$/.test(digits) && !SHORT_CODES.has(digits[0] as string) && !SHORT_CODES.has(digits.slice(0, 2));
}

/**
 * The digits of a country code cell: "+93", "0093", "93.0" as exported from a table of numbers, "1-242". "" for a blank
 * one or a dash; undefined for what is no country code.
 */
export function readCountryCode(text: string): string | undefined {
  if (/^-*$/.test(text)) return "";
  const match = /^'?(?:\+|00)?([1-9]\d{0,5})(?:[- ](\d{1,3}))?(?:\.0+)?$/.exec(text);
  return match === null ? undefined : `${match[1]}${match[2] ?? ""}`;
}
