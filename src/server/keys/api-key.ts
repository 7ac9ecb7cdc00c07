import type { Permission } from "../../core/access/permission.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

/** A key with which a program acts, without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The last characters of the secret, by which people tell their keys apart. */
  readonly hint: string;
  /** The reseller or customer that it acts for; null: the operator. */
  readonly accountId: string | null;
  readonly permissions: readonly Permission[];
  /** Ranges of addresses that it may come from; none: any. */
  readonly addresses: readonly string[];
  readonly createdBy: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** null: it never was. */
  readonly revokedAt: EpochMs | null;
  readonly revokedBy: string | null;
  /** To the minute; null: never. */
  readonly lastUsedAt: EpochMs | null;
  readonly lastUsedFrom: string | null;
}
