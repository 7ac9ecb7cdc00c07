import type { Database } from "../db/database.ts";
import { accountRulesOf, type NamedRule, type NamedTariff, tariffsOf } from "./account-terms-store.ts";

/** What calls an account takes as its own, and what it pays for them. */
export interface AccountTerms {
  readonly rules: readonly NamedRule[];
  /** By service, the oldest first; each is in force until the next one of its service is. */
  readonly tariffs: readonly NamedTariff[];
}

/** The rules and tariffs of one account. */
export const accountTerms = (db: Database, tenantId: string, accountId: string): Promise<AccountTerms> =>
  db.transaction("app", { tenantId }, async (tx) => ({
    rules: await accountRulesOf(tx, accountId),
    tariffs: await tariffsOf(tx, accountId),
  }));
