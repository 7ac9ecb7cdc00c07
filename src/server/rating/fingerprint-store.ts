import type { Tx } from "../db/tx.ts";

/** What pricing depends on, apart from the rates of tariffs: a new version of those moves the tenant's epoch. */
const TABLES = [
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

const FINGERPRINT = [
  ...TABLES.map(
    (table) => `select count(*) as n, sum(hashint8extended(xmin::text::bigint, 0)) as sum
      from ${table} where tenant_id = $1`,
  ),
  "select count(*), sum(hashint8extended(xmin::text::bigint, 0)) from tenants where id = $1",
].join(" union all ");

/**
 * Text that changes whenever a row that pricing depends on is inserted, changed or deleted, by whomever: every row
 * version carries the number of the transaction that wrote it. No writer has to remember to count a version up, none
 * waits for another's, and unlike the newest number, the sum over all of them shows transactions that commit out of
 * order.
 */
export async function configFingerprint(tx: Tx, tenantId: string): Promise<string> {
  const { rows } = await tx.prepared<{ n: string; sum: string | null }>("config-fingerprint", FINGERPRINT, [tenantId]);
  return rows.map(({ n, sum }) => `${n}:${sum}`).join(" ");
}
