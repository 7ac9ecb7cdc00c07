import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { accountRulesOf, tariffsOf } from "./account-terms-store.ts";

/** What calls an account takes as its own, and what it pays for them. */
export interface AccountTerms {
  readonly rules: readonly NamedRule[];
  /** The oldest first; each is in force until the next one is. */
  readonly tariffs: readonly NamedTariff[];
}

/** An account rule in its operator's words; null: whatever it is. */
export interface NamedRule {
  readonly source: string | null;
  /** What has to hold of a call, by the names that a setup file has for it: `{ "sipUser": "anna" }`. */
  readonly match: Readonly<Record<string, string>>;
  readonly priority: number;
  /** The trunk whose settings apply to the call; null: those of the source. */
  readonly trunk: string | null;
}

export interface NamedTariff {
  readonly tariff: string;
  readonly effectiveFrom: EpochMs;
}

/** The rules and tariffs of one account. */
export const accountTerms = (db: Database, tenantId: string, accountId: string): Promise<AccountTerms> =>
  db.transaction("app", { tenantId }, async (tx) => ({
    rules: await accountRulesOf(tx, accountId),
    tariffs: await tariffsOf(tx, accountId),
  }));
