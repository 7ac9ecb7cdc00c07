import type { Called, Calling, E164 } from "./number.ts";

/** Stands before every number that is not E.164, in stored events and in rate prefixes: "=112", "=1001". */
export const NOT_E164_MARK = "=";

/**
 * A called number as one text: E.164 digits, or "=" and the short code or extension. The mark keeps 112 from ever being
 * taken for +1 12…, and is how a tariff prices such numbers: rate prefix "=112" for one, "=" for all of them.
 */
export function calledText(called: Called): string {
  switch (called.kind) {
    case "e164":
      return called.digits;
    case "short-code":
      return NOT_E164_MARK + called.digits;
    case "other":
      return NOT_E164_MARK + called.text;
    default:
      return called satisfies never;
  }
}

/** The calling number that {@link callingText} wrote. */
export function callingOf(text: string): Calling {
  if (text === "") return { kind: "anonymous" };
  return text.startsWith(NOT_E164_MARK)
    ? { kind: "other", text: text.slice(NOT_E164_MARK.length) }
    : { kind: "e164", digits: text as E164 };
}

/** A calling number as one text: E.164 digits, "=" and whatever else the caller sent, or "" for an anonymous call. */
export function callingText(calling: Calling): string {
  switch (calling.kind) {
    case "e164":
      return calling.digits;
    case "anonymous":
      return "";
    case "other":
      return NOT_E164_MARK + calling.text;
    default:
      return calling satisfies never;
  }
}
