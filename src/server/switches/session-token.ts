import type { SessionName } from "../charging/charging-request.ts";

/** Marks a token as ours; what follows is the leg and the key of the session that was authorised. */
const TOKEN = /^tw1:([^:]*):(.+)$/s;
/** Octets of a Class attribute (RFC 2865 §5.25). */
const OCTETS_MAX = 253;

/**
 * The text that a switch gives back with every packet of a session. null where it would be too long: such a session has
 * to be found by its key.
 */
export function sessionToken({ key, leg }: SessionName): string | null {
  const token = `tw1:${leg.replaceAll("%", "%25").replaceAll(":", "%3A")}:${key}`;
  return Buffer.byteLength(token) > OCTETS_MAX ? null : token;
}

/** The session that a token is of; undefined: it is none of ours. */
export function readSessionToken(token: string): SessionName | undefined {
  const [, leg, key] = TOKEN.exec(token) ?? [];
  if (leg === undefined || key === undefined) return undefined;
  return { key, leg: leg.replaceAll("%3A", ":").replaceAll("%25", "%") };
}
