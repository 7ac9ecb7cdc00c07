/** Digits of the largest rating group, which is an unsigned number of 32 bits (RFC 8506 §8.29). */
const DIGITS = 10;
const RATING_GROUP_MAX = 4_294_967_295;

/**
 * A rating group as it stands where calls have a number: all groups have as many digits, so that a tariff's prefix is
 * one group, and "" all of them. Undefined: the text is none.
 */
export const ratingGroupDigits = (text: string): string | undefined =>
  /^\d{1,10}$/.test(text) && Number(text) <= RATING_GROUP_MAX ? text.padStart(DIGITS, "0") : undefined;

/** The number that {@link ratingGroupDigits} has written. */
export const ratingGroupOf = (digits: string): string => digits.replace(/^0+(?=\d)/, "");
