import type { SipSecret } from "../../protocol/radius/sip-digest.ts";

/** Someone who proves by a password that he calls for an account. */
export interface SipUser {
  readonly id: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly name: string;
  /** Of which realm alone; "": of any. */
  readonly realm: string;
}

/** A user with what he proves himself by. */
export interface KnownSipUser extends SipUser {
  readonly secret: SipSecret;
}

/** The user as records of calls name him, where his name may stand in several realms: "ada", "ada@example.com". */
export const shownSipUser = ({ name, realm }: Pick<SipUser, "name" | "realm">): string =>
  realm === "" ? name : `${name}@${realm}`;

/** What a user's secret is sealed for. */
export const ownerOfSecret = (
  { tenantId, name, realm }: Pick<SipUser, "tenantId" | "name" | "realm">,
  kind: SipSecret["kind"],
): readonly string[] => ["sip-user", tenantId, name, realm, kind];

/** RFC 2617 §3.2.2 joins name and realm by colons, headers quote them, and an "@" parts the two. */
const NAME = /^[^\s:@"\\\p{C}]{1,128}$/u;
const REALM = /^[^"\\\p{C}]{1,128}$/u;
/** RFC 2865 §5.2. */
const PASSWORD_OCTETS_MAX = 128;

/** Whether a name can be a user's: what comes from a network and cannot need not be looked up. */
export const isSipUserName = (name: string): boolean => NAME.test(name);
export const isRealm = (realm: string): boolean => realm === "" || REALM.test(realm);

/** Why a user cannot be stored so, as a sentence that shows no secret; null: it can. */
export function sipUserFault({ name, realm, secret }: Pick<KnownSipUser, "name" | "realm" | "secret">): string | null {
  if (!isSipUserName(name))
    return `"${name}" is no name of 1 to 128 characters without spaces, colons, quotes and "@".`;
  if (!isRealm(realm)) return `"${realm}" is no realm of 1 to 128 characters without quotes.`;
  if (secret.kind === "ha1") {
    if (realm === "") return "An HA1 is of one realm, and none is named.";
    return /^[\da-f]{32}$/i.test(secret.ha1) ? null : "An HA1 has 32 hexadecimal digits.";
  }
  const octets = new TextEncoder().encode(secret.password).length;
  if (octets === 0 || octets > PASSWORD_OCTETS_MAX) return "A password has 1 to 128 octets.";
  return secret.password.includes("\0") ? "A password has no NUL." : null;
}
