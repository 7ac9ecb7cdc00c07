import type { IncomingHttpHeaders } from "node:http";
import type { RequestFacts } from "../api/authenticate.ts";
import { foreignPage } from "./problems.ts";

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const SHOWN_CHARACTERS_MAX = 100;

/** Whether a Host header names this machine itself: "localhost:8080", "127.0.0.1", "[::1]:8080". */
export const isLoopbackHost = (host: string): boolean =>
  /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i.test(host);

type Asked = Pick<RequestFacts, "method" | "headers">;

/**
 * Refuses a request that changes something and was made by a page of another site, or does not say by which: a browser
 * sends its cookie along with what strangers' pages ask for. Every browser of today says it by Origin and
 * Sec-Fetch-Site, and no page can make it lie; SameSite=Lax keeps the cookie back besides, so that no token in forms is
 * needed.
 *
 * Errors: Problem `foreign-page`. Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, Fetch Metadata.
 */
export function requireOwnPage({ method, headers }: Asked, publicUrl: string | null): void {
  if (SAFE.has(method)) return;
  if (headers.origin === undefined && headers["sec-fetch-site"] === undefined)
    throw foreignPage({ reason: "it says neither by Origin nor by Sec-Fetch-Site from where it is" });
  refuseForeignPage({ method, headers }, publicUrl);
}

/**
 * The same where nobody is logged in yet, and programs may ask: who says nothing is let in. A page of another site
 * would log its visitors in as somebody else, to see what they enter. Errors: Problem `foreign-page`.
 */
export function refuseForeignPage({ method, headers }: Asked, publicUrl: string | null): void {
  if (SAFE.has(method)) return;
  const { origin, "sec-fetch-site": site } = headers;
  if (site !== undefined && site !== "same-origin")
    throw foreignPage({ reason: `its Sec-Fetch-Site is ${String(site).slice(0, SHOWN_CHARACTERS_MAX)}` });
  if (origin !== undefined && !isOwn(origin, headers, publicUrl))
    throw foreignPage({ reason: `its Origin is ${origin.slice(0, SHOWN_CHARACTERS_MAX)}` });
}

/** An operator may have several names (a reseller's brand has one): a page of the very host that is asked is ours. */
function isOwn(origin: string, { host = "" }: IncomingHttpHeaders, publicUrl: string | null): boolean {
  if (origin === publicUrl) return true;
  const schemes = isLoopbackHost(host) ? ["http://", "https://"] : ["https://"];
  return schemes.some((scheme) => origin.toLowerCase() === `${scheme}${host.toLowerCase()}`);
}
