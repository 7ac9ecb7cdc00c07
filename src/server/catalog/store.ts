import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { OfferSetup } from "./package-setup.ts";

/** A package with all its versions, the oldest number first. */
export interface StoredPackage {
  readonly id: string;
  readonly name: string;
  readonly tariffIds: readonly string[];
  readonly versions: readonly StoredPackageVersion[];
}

export interface StoredPackageVersion {
  readonly number: number;
  readonly effectiveFrom: EpochMs;
  readonly offer: OfferSetup;
}

interface PackageRow {
  readonly id: string;
  readonly name: string;
  readonly tariff_ids: readonly string[];
  readonly number: number | null;
  readonly effective_from: EpochMs | null;
  readonly offer: OfferSetup | null;
}

/** All packages of a tenant, by name. */
export async function listPackages(tx: Tx, tenantId: string): Promise<readonly StoredPackage[]> {
  const { rows } = await tx.query<PackageRow>(
    `select p.id, p.name, p.tariff_ids, v.number, v.effective_from, v.offer
     from packages p left join package_versions v on v.package_id = p.id
     where p.tenant_id = $1 order by p.name, v.number`,
    [tenantId],
  );
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((ofPackage) => {
    const [first] = ofPackage as [PackageRow];
    const versions = ofPackage.flatMap(({ number, effective_from, offer }) =>
      number === null || effective_from === null || offer === null
        ? []
        : [{ number, effectiveFrom: effective_from, offer }],
    );
    return { id: first.id, name: first.name, tariffIds: first.tariff_ids, versions };
  });
}

/** Creates a package, or says anew which tariffs bring it. */
export async function savePackage(
  tx: Tx,
  tenantId: string,
  { id, name, tariffIds }: Pick<StoredPackage, "id" | "name" | "tariffIds">,
): Promise<void> {
  await tx.query(
    `insert into packages (tenant_id, id, name, tariff_ids) values ($1, $2, $3, $4)
     on conflict (id) do update set tariff_ids = excluded.tariff_ids`,
    [tenantId, id, name, tariffIds],
  );
}

/** Adds a version to a package. */
export async function insertPackageVersion(
  tx: Tx,
  version: StoredPackageVersion & {
    readonly tenantId: string;
    readonly packageId: string;
    readonly publishedBy: string;
  },
): Promise<void> {
  await tx.query(
    `insert into package_versions (tenant_id, package_id, number, effective_from, offer, published_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      version.tenantId,
      version.packageId,
      version.number,
      timestampToSql(version.effectiveFrom),
      JSON.stringify(version.offer),
      version.publishedBy,
    ],
  );
}

/** That an account has a package. */
export interface StoredSubscription {
  readonly accountId: string;
  readonly packageId: string;
  readonly effectiveFrom: EpochMs;
  readonly effectiveTo: EpochMs;
  readonly sharedWith: readonly string[];
}

/** All that accounts have, by account and time. */
export async function listSubscriptions(tx: Tx, tenantId: string): Promise<readonly StoredSubscription[]> {
  const { rows } = await tx.query<StoredSubscription>(
    `select account_id as "accountId", package_id as "packageId", effective_from as "effectiveFrom",
       effective_to as "effectiveTo", shared_with as "sharedWith"
     from account_packages where tenant_id = $1 order by account_id, effective_from, package_id`,
    [tenantId],
  );
  return rows;
}

/** Gives an account a package, or changes until when it has it and who shares it. */
export async function saveSubscription(tx: Tx, tenantId: string, subscription: StoredSubscription): Promise<void> {
  const { accountId, packageId, effectiveFrom, effectiveTo, sharedWith } = subscription;
  await tx.query(
    `insert into account_packages (tenant_id, account_id, package_id, effective_from, effective_to, shared_with)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (account_id, package_id, effective_from)
       do update set effective_to = excluded.effective_to, shared_with = excluded.shared_with`,
    [tenantId, accountId, packageId, timestampToSql(effectiveFrom), timestampToSql(effectiveTo), sharedWith],
  );
}
