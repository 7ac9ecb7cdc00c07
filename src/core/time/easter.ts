/**
 * Easter Sunday of a year of the Gregorian calendar: month (1–12) and day.
 * Source: the anonymous Gregorian algorithm (Nature, 1876), as in J. Meeus, "Astronomical Algorithms", chapter 8.
 */
export function easterSunday(year: number): { readonly month: number; readonly day: number } {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const leapCenturies = Math.floor(century / 4);
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - leapCenturies - moonShift + 15) % 30;
  const yearOfCentury = year % 100;
  const weekdayShift = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * weekdayShift) / 451);
  const count = epact + weekdayShift - 7 * correction + 114;
  return { month: Math.floor(count / 31), day: (count % 31) + 1 };
}
