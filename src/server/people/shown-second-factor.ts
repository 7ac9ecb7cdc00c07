import type { EpochMs } from "../../core/time/epoch.ts";

/** A second factor, as its owner sees it. */
export interface SecondFactor {
  readonly id: string;
  readonly kind: "totp" | "webauthn";
  readonly name: string;
  readonly createdAt: EpochMs;
  /** Null: it was never shown to work, and counts for nothing. */
  readonly confirmedAt: EpochMs | null;
  readonly lastUsedAt: EpochMs | null;
}
