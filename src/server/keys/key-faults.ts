import { parseAddressRange } from "../../core/tenancy/address-range.ts";

const NAME_LENGTH_MAX = 100;
const RANGES_MAX = 100;
const HOURS_MAX = 10 * 366 * 24;

/** What is wrong with a key's name, as a sentence; null: nothing. */
export const nameFault = (name: string): string | null =>
  /^[^\p{Cc}\p{Cs}]+$/u.test(name) && name === name.trim() && name.length <= NAME_LENGTH_MAX
    ? null
    : `A key's name has 1 to ${NAME_LENGTH_MAX} characters, none of them a control character, and no space at its ends.`;

/** What is wrong with ranges of addresses; null: nothing. */
export function rangesFault(ranges: readonly string[]): string | null {
  if (ranges.length > RANGES_MAX) return `There may be ${RANGES_MAX} address ranges, not ${ranges.length}.`;
  const wrong = ranges.find((range) => parseAddressRange(range) === undefined);
  return wrong === undefined ? null : `"${wrong}" is no address range such as 192.0.2.0/24 or 2001:db8::/32.`;
}

/** What is wrong with the time at which a key ends; null: nothing. */
export function expiryFault(expiresAt: Temporal.Instant, now: Temporal.Instant): string | null {
  const isLater = Temporal.Instant.compare(expiresAt, now) > 0;
  const isSoonEnough = Temporal.Instant.compare(expiresAt, now.add({ hours: HOURS_MAX })) <= 0;
  return isLater && isSoonEnough ? null : "A key ends at a time to come, within ten years.";
}
