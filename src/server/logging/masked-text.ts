/** Fewer digits than this are a port, a count or a short code. */
const DIGITS_MIN = 7;
/** Of each number: enough that nobody is told apart, little enough that a carrier and a place are seen. */
const DIGITS_HIDDEN = 4;

/**
 * What has as many digits as a telephone number and is none: UUIDs, identifiers in hexadecimal digits (four letters at
 * least), dates as files are named by (8 or 14 digits), seconds since 1970 with a fraction, amounts.
 */
const NO_NUMBER = [
  "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
  "(?<![0-9a-z-])(?=(?:[0-9-]{0,30}[a-f]){4})[0-9a-f][0-9a-f-]{19,}(?![0-9a-z])",
  String.raw`(?<=[-_./])20[2-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=[-_.T])`,
  String.raw`(?<!\d)20[2-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])(?:[0-5]\d){2}(?!\d)`,
  String.raw`(?<!\d)(?:1[5-9]\d{8}|\d{1,9})\.\d+`,
].join("|");
/** Digits in a row; after a plus also with what people write between them. */
const NUMBER = String.raw`\+\d(?:[ ().\/-]{0,2}\d){6,}|\d{${DIGITS_MIN},}`;
const FINDS = new RegExp(`(${NO_NUMBER})|(${NUMBER})`, "gi");

/**
 * A text in which the last four digits of every telephone number are asterisks: "4930123****". It rather hides too much
 * than too little: whatever has seven digits in a row, and is not plainly something else, counts as a number.
 */
export const maskedText = (text: string): string =>
  text.replace(FINDS, (found: string, kept: string | undefined) => (kept === undefined ? masked(found) : found));

function masked(number: string): string {
  let hidden = 0;
  return [...number]
    .toReversed()
    .map((sign) => (/\d/.test(sign) && hidden++ < DIGITS_HIDDEN ? "*" : sign))
    .toReversed()
    .join("");
}
