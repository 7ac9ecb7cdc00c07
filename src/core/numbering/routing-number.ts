import type { E164 } from "./number.ts";

/**
 * The routing number (LRN) of a call to a number of North America, as its record has it: in a field of its own, else in
 * the called URI as `;rn=` (RFC 4694 §5.2). null: there is none, or it is no number of North America.
 *
 * A number that was looked up and is not ported often comes with itself as its routing number, and keeps it: nobody
 * need look further.
 */
export function routingNumberOf(
  { called, routingNumber }: { readonly called: string; readonly routingNumber?: string | null },
  digits: E164,
): E164 | null {
  if (digits.charCodeAt(0) !== ONE) return null;
  const text = routingNumber || parameterOf(called);
  return text === undefined ? null : nanpNumber(text);
}

const ONE = 49;

function parameterOf(called: string): string | undefined {
  if (!called.includes(";")) return undefined;
  return /;rn=([^;@>?\s]*)/i.exec(called)?.[1];
}

/** Ten digits, with or without the country code and what people put between them. */
function nanpNumber(text: string): E164 | null {
  const [, national] = /^(?:\+?1)?([2-9]\d{2}[2-9]\d{6})$/.exec(text.replace(/[\s().-]/g, "")) ?? [];
  return national === undefined ? null : (`1${national}` as E164);
}
