const NAME_LENGTH_MAX = 100;
const HOURS_MAX = 10 * 366 * 24;

/** What is wrong with a key's name, as a sentence; null: nothing. */
export const nameFault = (name: string): string | null =>
  /^[^\p{Cc}\p{Cs}]+$/u.test(name) && name === name.trim() && name.length <= NAME_LENGTH_MAX
    ? null
    : `A key's name has 1 to ${NAME_LENGTH_MAX} characters, none of them a control character, and no space at its ends.`;

/** What is wrong with the time at which a key ends; null: nothing. */
export function expiryFault(expiresAt: Temporal.Instant, now: Temporal.Instant): string | null {
  const isLater = Temporal.Instant.compare(expiresAt, now) > 0;
  const isSoonEnough = Temporal.Instant.compare(expiresAt, now.add({ hours: HOURS_MAX })) <= 0;
  return isLater && isSoonEnough ? null : "A key ends at a time to come, within ten years.";
}
