import type { Currency } from "../../core/money/currency.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { Account } from "../../core/tenancy/account.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import type { CreditEnd, MoneyEnd } from "../../core/tenancy/money-end.ts";
import type { AccountLimits } from "../../core/tenancy/session-limits.ts";
import type { Tenant } from "../../core/tenancy/tenant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { CommissionSetup } from "../commission/commission-setup.ts";
import type { Brand, Letterhead } from "../invoicing/letterhead.ts";

export interface StoredTenant extends Tenant {
  /** The currency the operator reports in. */
  readonly currency: Currency;
  readonly letterhead: Letterhead;
  /** Numbers that always pass and are never charged, as callers dial them. */
  readonly emergencyNumbers: readonly string[];
  /** Destinations that limits of accounts name. */
  readonly destinationGroups: readonly DestinationGroup[];
  /** Thresholds of accounts that have none of their own and are in the tenant's currency, the highest first. */
  readonly lowBalance: readonly Nanos[];
}

export interface StoredAccount extends Account {
  /** The short name people and files use; unique in the tenant. */
  readonly code: string;
  readonly creditLimit: Nanos;
  readonly limits: AccountLimits;
  /** A balance that falls below one of these is warned of; null: the tenant's. The highest first. */
  readonly lowBalance: readonly Nanos[] | null;
  /** null: as the session's source has it. */
  readonly whenMoneyEnds: MoneyEnd | null;
  readonly whenCreditEnds: CreditEnd;
  /** Who its invoices go to. */
  readonly letterhead: Letterhead;
  /** What those see to whom it sells. */
  readonly brand: Brand;
  /** From when on months count in which somebody earns on it ("2026-03-01"); null: since it was made. */
  readonly customerSince: string | null;
  /** What an agent earns; null: nothing. */
  readonly commission: CommissionSetup | null;
}

/** From when on an account buys a service at which tariff, which is one for that service. */
export interface TariffAssignment {
  readonly accountId: string;
  readonly service: Service;
  readonly tariffId: string;
  readonly effectiveFrom: EpochMs;
}
