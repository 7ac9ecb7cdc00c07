import type { CallAttempt } from "../charging/charging-request.ts";

/**
 * What the Call-ID of a call may be, the likeliest first. Sessions are named by it, by it with tags behind semicolons
 * (which no Call-ID has, RFC 3261 §25.1), or with the NAS and a slash before it (RADIUS).
 */
export function sipCallIds({ callId, key, recordKey = "" }: CallAttempt): readonly string[] {
  const named = [callId ?? "", key, recordKey].map((name) => name.split(/[;|]/, 1)[0] ?? "");
  const behindNas = named.map((name) => name.slice(name.indexOf("/") + 1));
  return [...new Set([...named, ...behindNas])].filter((name) => name !== "");
}
