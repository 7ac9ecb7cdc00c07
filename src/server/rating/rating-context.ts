import type { Pool } from "../../core/catalog/pools.ts";
import type { Currency } from "../../core/money/currency.ts";
import { exchangeTable } from "../../core/money/exchange.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { ExchangeTerms } from "../../core/rating/rate-sides.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import { compileIngress, type IngressResolver } from "../../core/tenancy/ingress.ts";
import { compileAccountRules, type PayerResolver } from "../../core/tenancy/payer.ts";
import { sellingChain } from "../../core/tenancy/selling-chain.ts";
import type { Trunk } from "../../core/tenancy/trunk.ts";
import { compileVendors, type VendorResolver } from "../../core/tenancy/vendor.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import { loadPools } from "../catalog/load-pools.ts";
import type { Tx } from "../db/tx.ts";
import { loadNanpNumbers, type NanpNumbers } from "../numbering/nanp-numbers.ts";
import { loadPart } from "../tenancy/load-parties.ts";
import type { StoredAccount, StoredTenant, TariffAssignment } from "../tenancy/party.ts";
import type { ChangedSettings, SettingTable } from "./changed-settings-store.ts";
import { listExchangeRates } from "./exchange-store.ts";
import { patchedMap } from "./patched-map.ts";
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
  /** The trunks that calls come in through. */
  readonly ingress: IngressResolver;
  readonly tariffs: TariffSet;
  /** By account, of each service the newest first. */
  readonly assignments: ReadonlyMap<string, readonly TariffAssignment[]>;
  /** Whose prices depend on the calls before: by account. Empty for most tenants. */
  readonly pools: ReadonlyMap<string, Pool>;
  /** Rates between currencies, and the zone whose calendar says which day a call was answered on. */
  readonly exchange: ExchangeTerms;
  /** Numbers that always pass and are never charged. */
  readonly emergencyNumbers: ReadonlySet<string>;
  /** Destinations that limits of accounts name. */
  readonly destinationGroups: ReadonlyMap<string, DestinationGroup>;
  /** Thresholds of accounts that have none of their own, in one currency. */
  readonly lowBalance: { readonly currency: Currency; readonly thresholds: readonly Nanos[] };
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

/**
 * Reads the context of a tenant. Where it is known which settings have `changed` since `previous`, only those are read;
 * tariffs that `previous` holds at the same version are never read again.
 */
export async function loadRatingContext(
  tx: Tx,
  tenantId: string,
  previous: RatingContext | null,
  changed: ChangedSettings | null = null,
): Promise<RatingContext> {
  const kept = (...tables: readonly SettingTable[]): RatingContext | null =>
    changed === null || tables.some((table) => changed.has(table)) ? null : previous;
  const epoch = await readTariffEpoch(tx, tenantId);
  const tenant = await loadPart(tx, tenantId, "tenant");
  const accounts = await mapNow(previous?.accounts, changed, "accounts", async (ids) =>
    byId(await loadPart(tx, tenantId, "accounts", ids)),
  );
  const trunks = kept("trunks")?.trunks ?? (await loadPart(tx, tenantId, "trunks"));
  const assignments = await mapNow(previous?.assignments, changed, "account_tariffs", async (accountIds) =>
    byAccount(await loadPart(tx, tenantId, "assignments", accountIds)),
  );
  return {
    tenantId,
    accounts,
    trunks,
    payers: kept("account_rules", "sip_users")?.payers ?? compileAccountRules(await loadPart(tx, tenantId, "rules")),
    vendors: kept("trunks")?.vendors ?? compileVendors(trunks),
    ingress: kept("trunks")?.ingress ?? compileIngress(trunks),
    tariffs:
      kept("tariffs", "tariff_epochs")?.tariffs ??
      (await loadTariffSet(tx, tenantId, { epoch, previous: previous?.tariffs ?? null })),
    assignments,
    pools:
      kept("packages", "package_versions", "account_packages", "accounts", "account_tariffs")?.pools ??
      (await loadPools(tx, tenantId, () => ({
        accounts: [...accounts.values()],
        assignments: oldestFirst(assignments),
      }))),
    exchange: kept("exchange_rates", "tenants")?.exchange ?? (await loadExchange(tx, tenantId, tenant)),
    emergencyNumbers: new Set(tenant.emergencyNumbers),
    destinationGroups: new Map(tenant.destinationGroups.map((group) => [group.name, group])),
    lowBalance: { currency: tenant.currency, thresholds: tenant.lowBalance },
    nanp: kept("nanp_imports")?.nanp ?? (await loadNanpNumbers(tx, tenantId, previous?.nanp ?? null)),
    chains: new Map(),
  };
}

/** The rows of a table as they are now, by id: those that changed are read, or all where it is not known which. */
async function mapNow<Value>(
  previous: ReadonlyMap<string, Value> | undefined,
  changed: ChangedSettings | null,
  table: SettingTable,
  load: (ids: readonly string[] | null) => Promise<ReadonlyMap<string, Value>>,
): Promise<ReadonlyMap<string, Value>> {
  const ids = changed === null ? null : changed.get(table);
  if (previous === undefined || ids === null) return await load(null);
  return ids === undefined ? previous : patchedMap(previous, ids, await load(ids));
}

const byId = (accounts: readonly StoredAccount[]): ReadonlyMap<string, StoredAccount> =>
  new Map(accounts.map((account) => [account.id, account]));

/** Newest first; given by account, oldest first. */
const byAccount = (assignments: readonly TariffAssignment[]): ReadonlyMap<string, readonly TariffAssignment[]> =>
  Map.groupBy(assignments.toReversed(), ({ accountId }) => accountId);

/** By account again. */
const oldestFirst = (assignments: RatingContext["assignments"]): readonly TariffAssignment[] =>
  [...assignments].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, ofAccount]) => ofAccount.toReversed());

/** Rates between currencies, as a tenant has them, and the zone of its days. */
export async function loadExchange(
  tx: Tx,
  tenantId: string,
  { currency, timeZone }: Pick<StoredTenant, "currency" | "timeZone">,
): Promise<ExchangeTerms> {
  const rates = await listExchangeRates(tx, tenantId);
  return { table: exchangeTable(rates, { pivot: currency, ageDaysMax: EXCHANGE_AGE_DAYS_MAX }), timeZone };
}

/** The newest publication of the tenant; a context whose epoch is lower is stale. */
export async function readTariffEpoch(tx: Tx, tenantId: string): Promise<number> {
  const { rows } = await tx.query<{ epoch: string }>("select epoch from tariff_epochs where tenant_id = $1", [
    tenantId,
  ]);
  return Number(rows[0]?.epoch ?? 0);
}

/**
 * The tariff at which an account buys a service that is answered then; undefined: none is assigned, or it has no
 * published version.
 */
export function tariffAt(
  context: RatingContext,
  accountId: string,
  { at, service }: { readonly at: EpochMs; readonly service: Service },
): LoadedTariff | undefined {
  const assignment = context.assignments
    .get(accountId)
    ?.find((one) => one.effectiveFrom <= at && one.service === service);
  return assignment && context.tariffs.tariffs.get(assignment.tariffId);
}

/** Thresholds of an account's balance that are warned of: its own, or the tenant's in the same currency. */
export function thresholdsOf(
  { lowBalance }: Pick<RatingContext, "lowBalance">,
  account: Pick<StoredAccount, "lowBalance" | "currency">,
): readonly Nanos[] {
  return account.lowBalance ?? (account.currency === lowBalance.currency ? lowBalance.thresholds : NO_THRESHOLDS);
}

const NO_THRESHOLDS: readonly Nanos[] = [];

/** {@link sellingChain}, remembered. */
export function chainOf(context: RatingContext, accountId: string): readonly StoredAccount[] {
  const known = context.chains.get(accountId);
  if (known !== undefined) return known;
  const chain = sellingChain(accountId, context.accounts);
  context.chains.set(accountId, chain);
  return chain;
}
