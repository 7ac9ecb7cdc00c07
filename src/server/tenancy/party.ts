import type { Currency } from "../../core/money/currency.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { Account } from "../../core/tenancy/account.ts";
import type { SessionLimits } from "../../core/tenancy/session-limits.ts";
import type { Tenant } from "../../core/tenancy/tenant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Letterhead } from "../invoicing/letterhead.ts";

export interface StoredTenant extends Tenant {
  /** The currency the operator reports in. */
  readonly currency: Currency;
  readonly letterhead: Letterhead;
  /** Numbers that always pass and are never charged, as callers dial them. */
  readonly emergencyNumbers: readonly string[];
}

export interface StoredAccount extends Account {
  /** The short name people and files use; unique in the tenant. */
  readonly code: string;
  readonly creditLimit: Nanos;
  readonly limits: SessionLimits;
  readonly letterhead: Letterhead;
}

/** From when on an account buys at which tariff. */
export interface TariffAssignment {
  readonly accountId: string;
  readonly tariffId: string;
  readonly effectiveFrom: EpochMs;
}
