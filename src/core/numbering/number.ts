import type { Brand } from "../brand.ts";
import { isDigits } from "./number-text.ts";

/** Digits only, no "+": 1–15 of them, the first not 0 (ITU-T E.164). */
export type E164 = Brand<string, "E164">;

/** The only door from text to E164. National formats are normalised first, by a number plan. */
export const parseE164 = (text: string): E164 | undefined =>
  text.length <= E164_DIGITS_MAX && isDigits(text) && text.charCodeAt(0) !== ZERO ? (text as E164) : undefined;

const E164_DIGITS_MAX = 15;
const ZERO = 48;

/**
 * A number that a call went to. A short code (112, 911, 116117) or a private extension is never matched as an E.164
 * prefix.
 */
export type Called =
  | { readonly kind: "e164"; readonly digits: E164 }
  | { readonly kind: "short-code"; readonly digits: string }
  | { readonly kind: "other"; readonly text: string };

/** A number that a call came from: callers may be anonymous, and spoofed or foreign text is kept as it came. */
export type Calling =
  | { readonly kind: "e164"; readonly digits: E164 }
  | { readonly kind: "anonymous" }
  | { readonly kind: "other"; readonly text: string };
