/**
 * The fixed zone of a clock that is so many minutes west of Greenwich: "480" is "-08:00", "-60" is "+01:00". Text that
 * is no whole number of minutes within a day comes back as it is: no zone has such a name.
 */
export function offsetWest(minutes: string): string {
  const west = Number(minutes);
  if (minutes === "" || !Number.isInteger(west) || Math.abs(west) >= 1_440) return minutes;
  const size = Math.abs(west);
  const [hours, rest] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, "0"));
  return `${west > 0 ? "-" : "+"}${hours}:${rest}`;
}
