import type { Derivation, TariffTerms } from "../../core/tariff/tariff.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import { noteTariffVersion } from "../rerating/note-setting-change.ts";
import { tariffExists, tariffUnknown } from "./problems.ts";
import { changeRates, type RateChanges } from "./rate-store.ts";
import { derivationFromJson, derivationToJson, termsFromJson } from "./terms-json.ts";

/** A tariff and its newest version; version 0 has no terms and no rates. */
export interface Tariff {
  readonly id: string;
  readonly name: string;
  readonly accountId: string | null;
  readonly version: number;
  readonly epoch: number;
  readonly terms: TariffTerms | null;
  readonly derivation: Derivation | null;
}

interface TariffRow {
  readonly id: string;
  readonly name: string;
  readonly account_id: string | null;
  readonly number: number | null;
  readonly epoch: string | null;
  readonly terms: TariffTerms | null;
  readonly derivation: Parameters<typeof derivationFromJson>[0] | null;
}

const NEWEST = `
  select t.id, t.name, t.account_id, v.number, v.epoch, v.terms, v.derivation
  from tariffs t
  left join lateral (
    select number, epoch, terms, derivation from tariff_versions v
    where v.tariff_id = t.id and ($1::bigint is null or v.epoch <= $1) order by number desc limit 1
  ) v on true`;

const tariffOf = (row: TariffRow): Tariff => ({
  id: row.id,
  name: row.name,
  accountId: row.account_id,
  version: row.number ?? 0,
  epoch: Number(row.epoch ?? 0),
  terms: row.terms === null ? null : termsFromJson(row.terms),
  derivation: row.derivation === null ? null : derivationFromJson(row.derivation),
});

export async function insertTariff(
  tx: Tx,
  tariff: { readonly tenantId: string; readonly id: string; readonly name: string; readonly accountId: string | null },
): Promise<void> {
  const { rowCount } = await tx.query(
    "insert into tariffs (tenant_id, id, name, account_id) values ($1, $2, $3, $4) on conflict (tenant_id, name) do nothing",
    [tariff.tenantId, tariff.id, tariff.name, tariff.accountId],
  );
  if (rowCount === 0) throw tariffExists({ name: tariff.name });
}

/** All tariffs, by name, each at the newest version that `epoch` (default: now) knows. */
export async function listTariffs(tx: Tx, tenantId: string, epoch: number | null = null): Promise<readonly Tariff[]> {
  const { rows } = await tx.query<TariffRow>(`${NEWEST} where t.tenant_id = $2 order by t.name`, [epoch, tenantId]);
  return rows.map(tariffOf);
}

/** Errors: Problem `tariff-unknown`. */
export async function findTariff(tx: Tx, tenantId: string, name: string): Promise<Tariff> {
  const { rows } = await tx.query<TariffRow>(`${NEWEST} where t.tenant_id = $2 and t.name = $3`, [
    null,
    tenantId,
    name,
  ]);
  const [row] = rows;
  if (row === undefined) throw tariffUnknown({ name });
  return tariffOf(row);
}

/**
 * The last epoch at which a version was its tariff's newest: null if it still is; undefined: there is no such version.
 */
export async function lastEpochOf(tx: Tx, tariffId: string, version: number): Promise<number | null | undefined> {
  const { rows } = await tx.query<{ next_epoch: string | null }>(
    `select next.epoch as next_epoch from tariff_versions this
     left join tariff_versions next on next.tariff_id = this.tariff_id and next.number = this.number + 1
     where this.tariff_id = $1 and this.number = $2`,
    [tariffId, version],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return row.next_epoch === null ? null : Number(row.next_epoch) - 1;
}

/** What a new version changes against the one before. */
export interface Publication extends RateChanges {
  readonly tenantId: string;
  readonly tariffId: string;
  readonly terms: TariffTerms;
  readonly derivation: Derivation | null;
  readonly deckId: string | null;
  readonly publishedBy: string;
}

/**
 * The tenant's tariff epoch, locked until `tx` ends: publications of one tenant happen one after the other, and what was
 * compared with the newest version under this lock is still the newest when it is published.
 */
export async function lockEpoch(tx: Tx, tenantId: string): Promise<number> {
  await tx.query("insert into tariff_epochs (tenant_id) values ($1) on conflict do nothing", [tenantId]);
  const { rows } = await tx.query<{ epoch: string }>(
    "select epoch from tariff_epochs where tenant_id = $1 for update",
    [tenantId],
  );
  return Number(rows[0]?.epoch ?? 0);
}

/** Publishes the next version under {@link lockEpoch}; answers its number. Processes are woken when `tx` commits. */
export async function insertVersion(tx: BulkTx, publication: Publication, epoch: number): Promise<number> {
  const { tenantId, tariffId, terms, derivation } = publication;
  const { rows } = await tx.query<{ number: number }>(
    `insert into tariff_versions (tenant_id, tariff_id, number, epoch, terms, derivation, base_tariff_id, deck_id,
      published_by)
     select $1::uuid, $2::uuid, coalesce(max(number), 0) + 1, $3::bigint, $4::jsonb, $5::jsonb, $6::uuid, $7::uuid,
       $8::text
     from tariff_versions where tariff_id = $2::uuid
     returning number`,
    [
      tenantId,
      tariffId,
      epoch + 1,
      JSON.stringify(terms),
      derivation === null ? null : JSON.stringify(derivationToJson(derivation)),
      derivation?.baseTariffId ?? null,
      publication.deckId,
      publication.publishedBy,
    ],
  );
  const version = rows[0]?.number ?? 0;
  await changeRates(tx, publication, { tenantId, tariffId, version });
  await noteTariffVersion(tx, tenantId, { tariffId, number: version, epoch: epoch + 1 });
  await tx.query("update tariff_epochs set epoch = $2 where tenant_id = $1", [tenantId, epoch + 1]);
  await tx.query("select pg_notify('tollwright_tariffs', $1)", [`${tenantId} ${epoch + 1}`]);
  return version;
}
