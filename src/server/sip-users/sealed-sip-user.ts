import { openSecret, sealSecret } from "../secrets/sealed-secret.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";
import { type KnownSipUser, ownerOfSecret, shownSipUser } from "./sip-user.ts";
import type { StoredSipUser } from "./sip-user-store.ts";

/** A user as he is stored under a key. */
export const sealSipUser = ({ secret, ...user }: KnownSipUser, key: SecretsKey): StoredSipUser => ({
  ...user,
  secretKind: secret.kind,
  sealed: sealSecret(key, secret.kind === "ha1" ? secret.ha1 : secret.password, ownerOfSecret(user, secret.kind)),
});

/** A stored user with what he proves himself by. Errors: Problem `secret-sealed-otherwise`. */
export function openSipUser({ secretKind, sealed, ...user }: StoredSipUser, key: SecretsKey): KnownSipUser {
  const text = openSecret(key, sealed, {
    boundTo: ownerOfSecret(user, secretKind),
    what: `${secretKind === "ha1" ? "HA1" : "password"} of SIP user ${shownSipUser(user)}`,
  });
  return { ...user, secret: secretKind === "ha1" ? { kind: "ha1", ha1: text } : { kind: "password", password: text } };
}
