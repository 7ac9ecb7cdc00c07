import { NEVER } from "../../core/allowance/cycle.ts";
import type { Package, PackageVersion, Subscription } from "../../core/catalog/package.ts";
import { type Pool, poolsOf } from "../../core/catalog/pools.ts";
import { invariant } from "../../core/invariant.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount, TariffAssignment } from "../tenancy/party.ts";
import { SetupFaults } from "../tenancy/setup-faults.ts";
import { readOffer } from "./read-offer.ts";
import { listPackages, listSubscriptions, type StoredPackage } from "./store.ts";

/**
 * The pools of a tenant, by each account that is in one: accounts that were given packages, and those that buy or
 * bought at a tariff that brings some. `assignments` by account and service, oldest first.
 */
export async function loadPools(
  tx: Tx,
  tenantId: string,
  partiesOf: () => { readonly accounts: readonly StoredAccount[]; readonly assignments: readonly TariffAssignment[] },
): Promise<ReadonlyMap<string, Pool>> {
  const stored = await listPackages(tx, tenantId);
  if (stored.length === 0) return new Map();
  const parties = partiesOf();
  const accounts = new Map(parties.accounts.map((account) => [account.id, account]));
  const packages = new Map(stored.map((one) => [one.id, packageOf(one)]));
  const given = (await listSubscriptions(tx, tenantId)).map((one): Subscription => {
    const found = packages.get(one.packageId);
    invariant(found, `package ${one.packageId} of a subscription is there`);
    const { accountId, sharedWith, effectiveFrom: from, effectiveTo: to } = one;
    return { package: found, accountId, sharedWith, from, to };
  });
  const brought = stored.flatMap(({ id, tariffIds }) => broughtBy(packages.get(id), new Set(tariffIds), parties));
  return poolsOf(
    [...given, ...brought.filter(({ accountId }) => accounts.get(accountId)?.kind !== "vendor")],
    accounts,
  );
}

function packageOf({ id, name, versions }: StoredPackage): Package {
  const newest = new Map(
    versions.map(({ number, effectiveFrom, offer }): [number, PackageVersion] => {
      const faults = new SetupFaults();
      const given = readOffer(offer, "", faults);
      invariant(!faults.any, `version ${number} of package ${name} was checked when it was stored`);
      return [effectiveFrom, { number, effectiveFrom, ...given }];
    }),
  );
  return { id, name, versions: [...newest.values()].sort((a, b) => a.effectiveFrom - b.effectiveFrom) };
}

/** Each stretch of time in which an account buys at one of the package's tariffs is a subscription. */
function broughtBy(
  found: Package | undefined,
  tariffIds: ReadonlySet<string>,
  { assignments }: { readonly assignments: readonly TariffAssignment[] },
): readonly Subscription[] {
  if (found === undefined) return [];
  return boughtAt(tariffIds, assignments).map((stretch) => ({ ...stretch, package: found, sharedWith: [] }));
}

/**
 * Stretches of time in which accounts buy at one of some tariffs; `assignments` by account and service, oldest first.
 */
export function boughtAt(
  tariffIds: ReadonlySet<string>,
  assignments: readonly TariffAssignment[],
): readonly Pick<Subscription, "accountId" | "from" | "to">[] {
  if (tariffIds.size === 0) return [];
  return assignments.flatMap(({ accountId, service, tariffId, effectiveFrom: from }, index) => {
    const next = assignments[index + 1];
    const to = next?.accountId === accountId && next.service === service ? next.effectiveFrom : NEVER;
    return tariffIds.has(tariffId) ? [{ accountId, from, to }] : [];
  });
}
