import type { Tx } from "../db/tx.ts";
import type { SettingTable } from "./changed-settings-store.ts";

/** What pricing depends on, apart from the rates of tariffs: a new version of those moves the tenant's epoch. */
export const SETTING_TABLES: readonly SettingTable[] = [
  "tenants",
  "accounts",
  "account_rules",
  "account_tariffs",
  "sip_users",
  "trunks",
  "tariffs",
  "tariff_epochs",
  "exchange_rates",
  "packages",
  "package_versions",
  "account_packages",
  "nanp_imports",
];

const FINGERPRINT = SETTING_TABLES.map(
  (table) => `select count(*) as n, sum(hashint8extended(xmin::text::bigint, 0)) as sum
    from ${table} where ${table === "tenants" ? "id" : "tenant_id"} = $1`,
).join(" union all ");

/**
 * Text that changes whenever a row that pricing depends on is inserted, changed or deleted, by whomever, and is the
 * same in every process: every row version carries the number of the transaction that wrote it. Reads all of them, so
 * it is for people who compare one day with another; whoever prices asks `lookAtSettings`.
 */
export async function configFingerprint(tx: Tx, tenantId: string): Promise<string> {
  const { rows } = await tx.prepared<{ n: string; sum: string | null }>("config-fingerprint", FINGERPRINT, [tenantId]);
  return rows.map(({ n, sum }) => `${n}:${sum}`).join(" ");
}
