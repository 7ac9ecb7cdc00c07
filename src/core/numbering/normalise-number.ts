import { type Called, type Calling, type E164, parseE164 } from "./number.ts";
import type { NumberPlan } from "./number-plan.ts";
import { isDigits, numberText, withoutSeparators } from "./number-text.ts";

/** The shortest number that any country has, country code included (Niue: 683 and 4 digits). Shorter is never E.164. */
const E164_DIGITS_MIN = 7;

/**
 * The number a call went to, from whatever a switch wrote: E.164, a short code, or else the text as it is (an
 * extension, a SIP user, digits that fit no plan). Never guesses: what could be read in two ways stays `other`.
 *
 * Order: short code as dialled, tech prefix, "+", international prefix, national number, private.
 * Source: docs/concepts/numbering.md; vectors: test/vectors/numbering/called.txt.
 */
export function normaliseCalled(raw: string, plan: NumberPlan): Called {
  const text = numberText(raw);
  if (plan.shortCodes.has(text)) return { kind: "short-code", digits: text };
  const untagged = text.slice(techPrefixLength(text, plan));
  const number = withoutSeparators(untagged);
  const digits = number.charCodeAt(0) === PLUS ? number.slice(1) : number;
  if (!isDigits(digits)) return { kind: "other", text: untagged };
  if (plan.shortCodes.has(number)) return { kind: "short-code", digits };
  const e164 = toE164(number, plan);
  if (e164 !== undefined) return { kind: "e164", digits: e164 };
  const code = internationalShortCode(number, plan);
  return code === undefined ? { kind: "other", text: number } : { kind: "short-code", digits: code };
}

/** The number a call came from. Tech prefixes are not looked for: callers send them before the called number. */
export function normaliseCalling(raw: string, plan: NumberPlan): Calling {
  const text = numberText(raw);
  const number = withoutSeparators(text);
  if (isDigits(number.charCodeAt(0) === PLUS ? number.slice(1) : number)) {
    const digits = plan.shortCodes.has(number) ? undefined : toE164(number, plan);
    return digits === undefined ? { kind: "other", text: number } : { kind: "e164", digits };
  }
  return ANONYMOUS.has(text.toLowerCase()) ? { kind: "anonymous" } : { kind: "other", text };
}

/** The tech prefix of a called number ("1234#"), the longest that the plan has; null for none. */
export function techPrefixOf(raw: string, plan: NumberPlan): string | null {
  if (plan.techPrefixes.length === 0) return null;
  const text = numberText(raw);
  if (plan.shortCodes.has(text)) return null;
  return text.slice(0, techPrefixLength(text, plan)) || null;
}

const PLUS = 43;
const ZERO = 48;

/** What switches write for a caller who hides the number (RFC 3323 "anonymous", and vendors' own words). */
const ANONYMOUS: ReadonlySet<string> = new Set(
  "|-|anonymous|restricted|private|unavailable|unknown|withheld|blocked|no number|nonumber|null|undefined".split("|"),
);

function techPrefixLength(text: string, { techPrefixes }: NumberPlan): number {
  for (const prefix of techPrefixes) if (text.length > prefix.length && text.startsWith(prefix)) return prefix.length;
  return 0;
}

/** Digits, with "+" or without, as E.164; undefined when they can't be, or could be something else as well. */
function toE164(number: string, plan: NumberPlan): E164 | undefined {
  if (number.charCodeAt(0) === PLUS) return e164Of(number.slice(1));
  const startsWithZero = number.charCodeAt(0) === ZERO;
  for (const prefix of plan.internationalPrefixes) {
    if (!number.startsWith(prefix)) continue;
    // "810…" or "119…" before digits that are said to be international already may be a country code: +81, +1.
    if (plan.alreadyInternational && prefix.charCodeAt(0) !== ZERO) continue;
    const digits = e164Of(number.slice(prefix.length));
    if (digits !== undefined) return digits;
  }
  if (plan.alreadyInternational && !startsWithZero) return e164Of(number);
  return nationalToE164(number, plan);
}

function nationalToE164(number: string, plan: NumberPlan): E164 | undefined {
  const { callingCode, nationalPrefix, bareIsNational } = plan;
  if (callingCode === "") return undefined;
  if (nationalPrefix !== "" && number.startsWith(nationalPrefix)) {
    const digits = nationalDigits(number.slice(nationalPrefix.length), plan);
    if (digits !== undefined) return digits;
  }
  return bareIsNational ? nationalDigits(number, plan) : undefined;
}

function nationalDigits(digits: string, plan: NumberPlan): E164 | undefined {
  if (digits.length < plan.digitsMin || digits.length > plan.digitsMax) return undefined;
  if (!plan.zeroMayLead && digits.charCodeAt(0) === ZERO) return undefined;
  return e164Of(plan.callingCode + digits);
}

/** Complete E.164 digits: 7 to 15; under +1 exactly 11, and no area code starts with 0 or 1. */
function e164Of(digits: string): E164 | undefined {
  if (digits.length < E164_DIGITS_MIN) return undefined;
  if (digits.charCodeAt(0) === ZERO + 1 && (digits.length !== 11 || digits.charCodeAt(1) < ZERO + 2)) return undefined;
  return parseE164(digits);
}

/** A short code that a switch wrote in international form: "+112", "+44999". Exactly that, nothing after it. */
function internationalShortCode(number: string, { shortCodes, callingCode }: NumberPlan): string | undefined {
  if (number.charCodeAt(0) !== PLUS) return undefined;
  const digits = number.slice(1);
  if (shortCodes.has(digits)) return digits;
  const national = callingCode !== "" && digits.startsWith(callingCode) ? digits.slice(callingCode.length) : "";
  return shortCodes.has(national) ? national : undefined;
}
