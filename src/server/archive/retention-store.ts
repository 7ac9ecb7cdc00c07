import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { MonthOfTenant } from "./rows-store.ts";

/** How long calls are kept, in whole months besides the present one. */
export interface RetentionPolicy {
  /** In the database. */
  readonly onlineMonths: number;
  /** In the archive, after that; null: for good. */
  readonly archiveMonths: number | null;
}

/** A tenant's policy; null: it has none, and everything stays. */
export async function loadPolicy(tx: Tx, tenantId: string): Promise<RetentionPolicy | null> {
  const { rows } = await tx.query<RetentionPolicy>(
    `select online_months as "onlineMonths", archive_months as "archiveMonths" from retention_policies where tenant_id = $1`,
    [tenantId],
  );
  return rows[0] ?? null;
}

/** Tenants that have a policy. */
export async function listPolicies(
  tx: Tx,
): Promise<readonly { readonly id: string; readonly name: string; readonly timeZone: string }[]> {
  const { rows } = await tx.query<{ id: string; name: string; timeZone: string }>(
    `select t.id, t.name, t.time_zone as "timeZone" from retention_policies p join tenants t on t.id = p.tenant_id order by t.name`,
  );
  return rows;
}

/** Sets a tenant's policy; null takes it away. */
export async function savePolicy(tx: Tx, tenantId: string, policy: RetentionPolicy | null): Promise<void> {
  if (policy === null) await tx.query("delete from retention_policies where tenant_id = $1", [tenantId]);
  else
    await tx.query(
      `insert into retention_policies (tenant_id, online_months, archive_months) values ($1, $2, $3)
       on conflict (tenant_id) do update
         set online_months = excluded.online_months, archive_months = excluded.archive_months`,
      [tenantId, policy.onlineMonths, policy.archiveMonths],
    );
}

/** Forgets the identities of a month's calls, but for those that are in the tables: of calls that came late. */
export async function deleteIdentities(tx: Tx, { tenantId, month }: MonthOfTenant): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from usage_identities i using books b
     where b.id = i.book_id and b.tenant_id = $1 and i.started_at >= $2 and i.started_at < $3 and not exists (
       select from usage_events u where u.book_id = i.book_id and u.started_at = i.started_at and u.id = i.id)`,
    [tenantId, timestampToSql(month.startAt), timestampToSql(month.endAt)],
  );
  return rowCount;
}
