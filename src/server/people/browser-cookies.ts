import type { IncomingHttpHeaders } from "node:http";
import { isLoopbackHost } from "./own-page.ts";

/** `session`: who is logged in. `device`: that somebody was, in this browser. */
export type CookieKind = "session" | "device";

const NAMES: Readonly<Record<CookieKind, string>> = { session: "tollwright", device: "tollwright-device" };
const DEVICE_KEPT_S = 400 * 86_400; // as long as browsers keep any

/** Where cookies are for: an origin, or null for whatever host was asked. */
export type PublicUrl = string | null;

/**
 * The token in a request's cookie; undefined: there is none. Only the name that a cookie would get here counts, so that
 * a page of another host of the domain can't slip one in: browsers take `__Host-` from this very host over TLS alone.
 */
export function cookieOf(kind: CookieKind, headers: IncomingHttpHeaders, publicUrl: PublicUrl): string | undefined {
  const name = nameOf(kind, headers, publicUrl);
  for (const part of (headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** The header that stores a token in the browser; null takes it away. Scripts of a page never see it. */
export function setCookie(
  kind: CookieKind,
  token: string | null,
  { headers, publicUrl, lifeS = DEVICE_KEPT_S }: { headers: IncomingHttpHeaders; publicUrl: PublicUrl; lifeS?: number },
): string {
  const secure = isSecure(headers, publicUrl) ? "; Secure" : "";
  const life = `Max-Age=${token === null ? 0 : lifeS}`;
  return `${nameOf(kind, headers, publicUrl)}=${token ?? ""}; Path=/; HttpOnly; SameSite=Lax; ${life}${secure}`;
}

const nameOf = (kind: CookieKind, headers: IncomingHttpHeaders, publicUrl: PublicUrl): string =>
  isSecure(headers, publicUrl) ? `__Host-${NAMES[kind]}` : NAMES[kind];

/** Everywhere but on this machine: there nothing listens in between, and not every browser takes such cookies. */
const isSecure = ({ host = "" }: IncomingHttpHeaders, publicUrl: PublicUrl): boolean =>
  publicUrl === null ? !isLoopbackHost(host) : publicUrl.startsWith("https:");
