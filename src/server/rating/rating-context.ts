import type { Pool } from "../../core/catalog/pools.ts";
import { exchangeTable } from "../../core/money/exchange.ts";
import type { ExchangeTerms } from "../../core/rating/rate-sides.ts";
import { compileAccountRules, type PayerResolver } from "../../core/tenancy/payer.ts";
import { sellingChain } from "../../core/tenancy/selling-chain.ts";
import type { Trunk } from "../../core/tenancy/trunk.ts";
import { compileVendors, type VendorResolver } from "../../core/tenancy/vendor.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { loadPools } from "../catalog/load-pools.ts";
import type { Tx } from "../db/tx.ts";
import { loadNanpNumbers, type NanpNumbers } from "../numbering/nanp-numbers.ts";
import { loadParties } from "../tenancy/load-parties.ts";
import type { StoredAccount, TariffAssignment } from "../tenancy/party.ts";
import { listExchangeRates } from "./exchange-store.ts";
import { type LoadedTariff, loadTariffSet, type TariffSet } from "./tariff-set.ts";

/**
 * Everything that pricing a tenant's calls needs, in memory and immutable: nothing is read row by row on a call. A
 * process keeps one per tenant and replaces it whole when it is stale.
 */
export interface RatingContext {
  readonly tenantId: string;
  readonly accounts: ReadonlyMap<string, StoredAccount>;
  readonly trunks: readonly Trunk[];
  readonly payers: PayerResolver;
  readonly vendors: VendorResolver;
  readonly tariffs: TariffSet;
  /** By account, newest first. */
  readonly assignments: ReadonlyMap<string, readonly TariffAssignment[]>;
  /** Whose prices depend on the calls before: by account. Empty for most tenants. */
  readonly pools: ReadonlyMap<string, Pool>;
  /** Rates between currencies, and the zone whose calendar says which day a call was answered on. */
  readonly exchange: ExchangeTerms;
  /** Numbers that always pass and are never charged. */
  readonly emergencyNumbers: ReadonlySet<string>;
  /** States of exchanges and ported numbers, for prices by origin. */
  readonly nanp: NanpNumbers;
  /** Who sells to whom, by paying account; filled as accounts are met. */
  readonly chains: Map<string, readonly StoredAccount[]>;
}

/**
 * A published rate holds until the next one of its pair, but not for ever: a feed that stopped must not price calls
 * unnoticed.
 */
const EXCHANGE_AGE_DAYS_MAX = 366;

/** Reads the context of a tenant; tariffs that `previous` holds at the same version are not read again. */
export async function loadRatingContext(
  tx: Tx,
  tenantId: string,
  previous: RatingContext | null,
): Promise<RatingContext> {
  const epoch = await readTariffEpoch(tx, tenantId);
  const { tenant, accounts, trunks, rules, assignments } = await loadParties(tx, tenantId);
  const exchangeRates = await listExchangeRates(tx, tenantId);
  return {
    tenantId,
    accounts: new Map(accounts.map((account) => [account.id, account])),
    trunks,
    payers: compileAccountRules(rules),
    vendors: compileVendors(trunks),
    tariffs: await loadTariffSet(tx, tenantId, { epoch, previous: previous?.tariffs ?? null }),
    assignments: Map.groupBy(assignments.toReversed(), (assignment) => assignment.accountId),
    pools: await loadPools(tx, tenantId, { accounts, assignments }),
    exchange: {
      table: exchangeTable(exchangeRates, { pivot: tenant.currency, ageDaysMax: EXCHANGE_AGE_DAYS_MAX }),
      timeZone: tenant.timeZone,
    },
    emergencyNumbers: new Set(tenant.emergencyNumbers),
    nanp: await loadNanpNumbers(tx, tenantId, previous?.nanp ?? null),
    chains: new Map(),
  };
}

/** The newest publication of the tenant; a context whose epoch is lower is stale. */
export async function readTariffEpoch(tx: Tx, tenantId: string): Promise<number> {
  const { rows } = await tx.query<{ epoch: string }>("select epoch from tariff_epochs where tenant_id = $1", [
    tenantId,
  ]);
  return Number(rows[0]?.epoch ?? 0);
}

/**
 * The tariff an account buys at for a call answered then; undefined: none is assigned, or it has no published version.
 */
export function tariffAt(context: RatingContext, accountId: string, at: EpochMs): LoadedTariff | undefined {
  const assignment = context.assignments.get(accountId)?.find(({ effectiveFrom }) => effectiveFrom <= at);
  return assignment && context.tariffs.tariffs.get(assignment.tariffId);
}

/** {@link sellingChain}, remembered. */
export function chainOf(context: RatingContext, accountId: string): readonly StoredAccount[] {
  const known = context.chains.get(accountId);
  if (known !== undefined) return known;
  const chain = sellingChain(accountId, context.accounts).map((account) => account as StoredAccount);
  context.chains.set(accountId, chain);
  return chain;
}
