import { firstSurchargeDifference } from "../../core/tariff/surcharge.ts";
import type { Surcharge } from "../../core/tariff/tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** What was changed, in ids. */
export type ChangedSetting =
  /** `from`: calls answered from then on may have another price in this version; null: of any time. */
  | {
      readonly kind: "tariff";
      readonly tariffId: string;
      readonly number: number;
      readonly epoch: number;
      readonly from: EpochMs | null;
    }
  | { readonly kind: "assignment"; readonly accountId: string; readonly from: EpochMs }
  | { readonly kind: "exchange-rate"; readonly base: string; readonly quote: string; readonly date: string }
  /** Account rules, or the trunks of vendors. */
  | { readonly kind: "rules" }
  /** The legs and directions that are usage. */
  | { readonly kind: "source"; readonly sourceId: string };

/** A change that nobody has seen to yet. */
export interface OpenChange {
  readonly id: string;
  readonly changedAt: EpochMs;
  readonly setting: ChangedSetting;
}

/** A tenant without any charge has no past that a setting could change. */
const HAS_CHARGES = "exists (select from books where tenant_id = $1 and last_journal_number > 0)";

/** Notes a change, unless the very same one waits already. */
export async function insertChange(tx: Tx, tenantId: string, { kind, ...subject }: ChangedSetting): Promise<void> {
  await tx.query(
    `insert into setting_changes (tenant_id, kind, subject) select $1::uuid, $2::text, $3::jsonb where ${HAS_CHARGES}
     on conflict (tenant_id, kind, subject) where state = 'open' do nothing`,
    [tenantId, kind, JSON.stringify(subject)],
  );
}

/**
 * From when on a version prices calls otherwise than the one before: null for calls of any time, undefined for none. A
 * rate of the same terms that only ends at another time begins to differ at the earlier of the two ends; so does a
 * surcharge.
 */
export async function firstDifference(tx: Tx, tariffId: string, number: number): Promise<EpochMs | null | undefined> {
  const { rows } = await tx.query<Differences>(
    `with changed as (
       select *, version_from = $2 as is_new from rates where tariff_id = $1 and (version_from = $2 or version_to = $2)
     )
     select (n.terms - 'surcharges', n.derivation, n.base_tariff_id)
         is distinct from (b.terms - 'surcharges', b.derivation, b.base_tariff_id) as terms_differ,
       n.terms -> 'surcharges' as surcharges, b.terms -> 'surcharges' as surcharges_before,
       (select min(case when o.prefix is null then c.effective_from
           else least(coalesce(c.effective_to, 'infinity'), coalesce(o.effective_to, 'infinity')) end)
         from changed c left join changed o on o.is_new <> c.is_new and o.prefix = c.prefix
           and o.effective_from = c.effective_from and to_jsonb(o) - $3::text[] = to_jsonb(c) - $3::text[]) as first
     from tariff_versions n join tariff_versions b on b.tariff_id = n.tariff_id and b.number = n.number - 1
     where n.tariff_id = $1 and n.number = $2`,
    [tariffId, number, NOT_TERMS],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.terms_differ) return null;
  const surcharged = firstSurchargeDifference(row.surcharges_before ?? [], row.surcharges ?? []);
  if (row.first === null || surcharged === undefined) return row.first ?? surcharged;
  return surcharged < row.first ? surcharged : row.first;
}

interface Differences {
  readonly terms_differ: boolean;
  readonly surcharges: readonly Surcharge[] | null;
  readonly surcharges_before: readonly Surcharge[] | null;
  /** Of rates. */
  readonly first: EpochMs | null;
}

/** Columns of a rate that say nothing about what a call costs. */
const NOT_TERMS = ["version_from", "version_to", "effective_to", "destination", "is_new"];

/** Open changes, the oldest first. */
export async function listOpenChanges(tx: Tx, tenantId: string): Promise<readonly OpenChange[]> {
  const { rows } = await tx.query<{ id: string; kind: ChangedSetting["kind"]; subject: object; changed_at: EpochMs }>(
    "select id, kind, subject, changed_at from setting_changes where tenant_id = $1 and state = 'open' order by id",
    [tenantId],
  );
  return rows.map(({ id, kind, subject, changed_at: changedAt }) => {
    return { id, changedAt, setting: { kind, ...subject } as ChangedSetting };
  });
}

/** Closes open changes; answers how many were open. */
export async function closeChanges(
  tx: Tx,
  tenantId: string,
  {
    ids,
    state,
    author,
  }: { readonly ids: readonly string[]; readonly state: "settled" | "dismissed"; readonly author: string },
): Promise<number> {
  const { rowCount } = await tx.query(
    `update setting_changes set state = $3, decided_at = now(), decided_by = $4
     where tenant_id = $1 and id = any($2::bigint[]) and state = 'open'`,
    [tenantId, ids, state, author],
  );
  return rowCount;
}

/** The next day that a pair of currencies has a rate of its own, after a day; null: there is none. */
export async function nextRateDate(
  tx: Tx,
  tenantId: string,
  { base, quote, date }: { readonly base: string; readonly quote: string; readonly date: string },
): Promise<string | null> {
  const { rows } = await tx.query<{ next: string | null }>(
    `select min(effective_date) as next from exchange_rates
     where tenant_id = $1 and base = $2 and quote = $3 and effective_date > $4::date`,
    [tenantId, base, quote, date],
  );
  return rows[0]?.next ?? null;
}

/** Whether a time has passed, and a day has begun, on the database's clock. */
export async function isPast(tx: Tx, at: EpochMs): Promise<boolean> {
  const { rows } = await tx.query<{ past: boolean }>("select $1::timestamptz < now() as past", [timestampToSql(at)]);
  return rows[0]?.past ?? false;
}
