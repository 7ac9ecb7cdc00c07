import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { ApiKey } from "./api-key.ts";

const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : toInstant(at).toString());

/** A key as answers show it. */
export const keyJson = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  hint: key.hint,
  accountId: key.accountId,
  permissions: [...key.permissions],
  addresses: [...key.addresses],
  createdBy: key.createdBy,
  createdAt: toInstant(key.createdAt).toString(),
  expiresAt: toInstant(key.expiresAt).toString(),
  revokedAt: timeOrNull(key.revokedAt),
  revokedBy: key.revokedBy,
  lastUsedAt: timeOrNull(key.lastUsedAt),
  lastUsedFrom: key.lastUsedFrom,
});
