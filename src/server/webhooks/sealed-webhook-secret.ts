import { openSecret, type SealedSecret, sealSecret } from "../secrets/sealed-secret.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";

/** Whose a secret is: it opens for no other webhook, and in the place of no other of the same one. */
export interface SecretOwner {
  readonly tenantId: string;
  readonly webhookId: string;
  /** Of the secret itself. */
  readonly id: string;
}

const ownerOf = ({ tenantId, webhookId, id }: SecretOwner): readonly string[] => ["webhook", tenantId, webhookId, id];

export const sealWebhookSecret = (key: SecretsKey, text: string, owner: SecretOwner): SealedSecret =>
  sealSecret(key, text, ownerOf(owner));

/** Errors: Problem `secret-sealed-otherwise`. */
export const openWebhookSecret = (key: SecretsKey, sealed: SealedSecret, owner: SecretOwner): string =>
  openSecret(key, sealed, { boundTo: ownerOf(owner), what: `secret of webhook ${owner.webhookId}` });
