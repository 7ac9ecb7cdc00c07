import { Reply } from "../api/api-route.ts";
import type { RequestFacts } from "../api/authenticate.ts";
import { setCookie } from "./browser-cookies.ts";
import type { OpenedSession, Whereabouts } from "./open-session.ts";
import type { People } from "./people.ts";

/** From where a request comes. */
export const whereaboutsOf = ({ address, headers }: RequestFacts): Whereabouts => ({
  address,
  userAgent: headers["user-agent"] ?? null,
});

/** An answer that gives the browser its cookies: the session's, and that by which it is known (null: none yet). */
export function replyWithCookies<Body>(
  body: Body,
  { publicUrl }: Pick<People, "publicUrl">,
  { headers }: RequestFacts,
  { session, deviceToken = null }: { readonly session: OpenedSession | null; readonly deviceToken?: string | null },
): Reply<Body> {
  const at = { headers, publicUrl };
  const cookies = [setCookie("session", session?.token ?? null, { ...at, ...(session && { lifeS: session.lifeS }) })];
  if (deviceToken !== null) cookies.push(setCookie("device", deviceToken, at));
  return new Reply(body, { "set-cookie": cookies });
}
