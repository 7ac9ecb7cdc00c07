const URI = /(?:^|<)\s*(sips?|tel):([^>]*)/i;
/** What people put between the digits of a number; nothing else is a number in a display name. */
const SEPARATORS = /[\s().-]/g;

/**
 * The number, or other user, that a SIP From or To header names: `"Alice" <sip:+14155550123@192.0.2.1>;tag=1` is
 * "+14155550123". Where the URI has only a host, a display name that is a number counts. Text that is no header comes
 * back as it is. Source: RFC 3261 §20, RFC 3966.
 */
export function sipUser(header: string): string {
  const text = header.trim();
  const [, scheme = "", rest = ""] = URI.exec(text) ?? [];
  if (scheme === "") return text;
  if (scheme.toLowerCase() === "tel") return decoded(rest.split(";")[0] as string).replace(SEPARATORS, "");
  const at = rest.indexOf("@");
  if (at < 0) return numberIn(text.slice(0, text.indexOf("<")));
  return decoded(rest.slice(0, at).split(/[;:]/)[0] as string);
}

/** A display name without its quotes, when it is a number. */
function numberIn(displayName: string): string {
  const digits = displayName.replace(/["']/g, "").replace(SEPARATORS, "");
  return /^\+?\d{3,}$/.test(digits) ? digits : "";
}

/** `%23` is a "#"; what is no such escape stays as it is. */
const decoded = (user: string): string =>
  user.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
