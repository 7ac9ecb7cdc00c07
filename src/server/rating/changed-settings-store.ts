import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";

/** The tables that pricing depends on; a new version of a tariff's rates is a change of `tariff_epochs`. */
export type SettingTable =
  | "tenants"
  | "accounts"
  | "account_rules"
  | "account_tariffs"
  | "sip_users"
  | "trunks"
  | "tariffs"
  | "tariff_epochs"
  | "exchange_rates"
  | "packages"
  | "package_versions"
  | "account_packages"
  | "nanp_imports";

/** What was committed when settings were asked for: the database's own word for it, and which server said it. */
export interface SettingsLook {
  readonly snapshot: string;
  readonly serverStartedAt: EpochMs;
}

/**
 * In which tables a tenant's settings have changed, and which rows of them: by account, rule or SIP user; null: many,
 * or of another table.
 */
export type ChangedSettings = ReadonlyMap<SettingTable, readonly string[] | null>;

/** A look, and what has changed since the one before; null: it cannot be told. */
export interface SettingsSince {
  readonly look: SettingsLook;
  readonly changed: ChangedSettings | null;
}

/**
 * Which settings of a tenant have changed since a look, by whomever: triggers note every change (changed_settings in
 * schema.sql). Costs the same however many settings there are, and sees transactions that commit in another order than
 * they begin: what counts is what the earlier look could not see. After a server has begun anew, which may be another
 * one that took over, nothing is known.
 */
export async function lookAtSettings(tx: Tx, tenantId: string, since: SettingsLook | null): Promise<SettingsSince> {
  const { rows } = await tx.prepared<{
    snapshot: string;
    started_at: EpochMs;
    table_name: SettingTable | null;
    row_ids: readonly string[] | null;
  }>(
    "look-at-settings",
    `select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time() as started_at, c.table_name, c.row_ids
     from (select) as one left join changed_settings c on c.tenant_id = $1
       and c.transaction_id >= pg_snapshot_xmin($2::pg_snapshot)
       and not pg_visible_in_snapshot(c.transaction_id, $2::pg_snapshot)`,
    [tenantId, since?.snapshot ?? null],
  );
  const [first] = rows;
  invariant(first, "a look says when it was");
  const look = { snapshot: first.snapshot, serverStartedAt: first.started_at };
  if (since?.serverStartedAt !== look.serverStartedAt) return { look, changed: null };
  const changed = new Map<SettingTable, readonly string[] | null>();
  for (const { table_name: table, row_ids: ids } of rows) {
    if (table === null) continue;
    const before = changed.get(table);
    changed.set(table, ids === null || before === null ? null : [...(before ?? []), ...ids]);
  }
  return { look, changed };
}
