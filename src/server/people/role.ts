import type { Permission } from "../../core/access/permission.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

/** A role beside the built-in ones. */
export interface Role {
  readonly id: string;
  /** Whose people may have it; null: the operator's. */
  readonly accountId: string | null;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly changedBy: string;
  readonly changedAt: EpochMs;
}
