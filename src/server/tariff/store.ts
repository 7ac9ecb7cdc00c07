import { formatDecimal } from "../../core/money/decimal.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { Derivation, TariffTerms, TariffVersion } from "../../core/tariff/tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { BinaryCopy } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import { tariffExists, tariffUnknown } from "./problems.ts";
import {
  derivationFromJson,
  derivationToJson,
  slotsFromJson,
  slotsToJson,
  storedDecimal,
  termsFromJson,
} from "./terms-json.ts";

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

interface RateRow {
  readonly prefix: string;
  readonly time_window: string;
  readonly effective_from: EpochMs;
  readonly effective_to: EpochMs | null;
  readonly destination: string;
  readonly blocked: boolean;
  readonly rate: string;
  readonly unit_s: number;
  readonly first_s: number;
  readonly next_s: number;
  readonly slots: Parameters<typeof slotsFromJson>[0] | null;
  readonly connect_fee: string;
  readonly minimum_s: number;
  readonly free_s: number;
  readonly minimum_cost: string | null;
  readonly maximum_cost: string | null;
  readonly at_maximum_cost: "free" | "disconnect" | null;
}

function rateOf(row: RateRow): Rate {
  return {
    prefix: row.prefix,
    destination: row.destination,
    blocked: row.blocked,
    ratePerUnit: storedDecimal(row.rate),
    unitS: row.unit_s,
    increments: { firstS: row.first_s, nextS: row.next_s },
    slots: row.slots === null ? [] : slotsFromJson(row.slots),
    connectFee: storedDecimal(row.connect_fee),
    minimumS: row.minimum_s,
    freeS: row.free_s,
    minimumCost: row.minimum_cost === null ? null : storedDecimal(row.minimum_cost),
    maximumCost: row.maximum_cost === null ? null : storedDecimal(row.maximum_cost),
    ...(row.at_maximum_cost === null ? {} : { atMaximumCost: row.at_maximum_cost }),
    window: row.time_window === "" ? null : row.time_window,
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
  };
}

/** The rates of one version, past and future ones included, by prefix. */
export async function loadRates(tx: Tx, tariffId: string, version: number): Promise<readonly Rate[]> {
  const { rows } = await tx.query<RateRow>(
    `select prefix, time_window, effective_from, effective_to, destination, blocked, rate, unit_s, first_s, next_s, slots,
       connect_fee, minimum_s, free_s, minimum_cost, maximum_cost, at_maximum_cost
     from rates
     where tariff_id = $1 and version_from <= $2 and (version_to is null or version_to > $2)
     order by prefix, time_window, effective_from`,
    [tariffId, version],
  );
  return rows.map(rateOf);
}

/** A tariff's version as the core takes it; null while nothing is published. */
export async function loadVersion(tx: Tx, tariff: Tariff): Promise<TariffVersion | null> {
  if (tariff.terms === null) return null;
  const rates = await loadRates(tx, tariff.id, tariff.version);
  return { tariffId: tariff.id, number: tariff.version, terms: tariff.terms, rates, derivation: tariff.derivation };
}

/** From `at` on, the rates of this prefix and window no longer hold: the one in force ends, later ones never begin. */
export interface RateClosing {
  readonly prefix: string;
  readonly window: string | null;
  readonly at: EpochMs;
}

/** What a new version changes against the one before. */
export interface Publication {
  readonly tenantId: string;
  readonly tariffId: string;
  readonly terms: TariffTerms;
  readonly derivation: Derivation | null;
  readonly closings: readonly RateClosing[];
  readonly rates: readonly Rate[];
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
    `insert into tariff_versions (tenant_id, tariff_id, number, epoch, terms, derivation, base_tariff_id, deck_id, published_by)
     select $1::uuid, $2::uuid, coalesce(max(number), 0) + 1, $3::bigint, $4::jsonb, $5::jsonb, $6::uuid, $7::uuid, $8::text
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
  await closeRates(tx, publication, version);
  await insertRates(tx, publication, version);
  await tx.query("update tariff_epochs set epoch = $2 where tenant_id = $1", [tenantId, epoch + 1]);
  await tx.query("select pg_notify('tollwright_tariffs', $1)", [`${tenantId} ${epoch + 1}`]);
  return version;
}

async function closeRates(tx: BulkTx, { tariffId, closings }: Publication, version: number): Promise<void> {
  if (closings.length === 0) return;
  await tx.query(
    'create temp table stage_closings (prefix text collate "C", time_window text, at timestamptz) on commit drop',
  );
  const copy = new BinaryCopy(closings.length * 48 + 64);
  for (const { prefix, window, at } of closings) {
    copy.row(3);
    copy.text(prefix);
    copy.text(window ?? "");
    copy.timestamptz(at);
  }
  await copyIn(tx, "copy stage_closings from stdin (format binary)", copy.finish());
  await tx.query(
    `with ended as (
       update rates r set version_to = $2 from stage_closings c
       where r.tariff_id = $1 and r.prefix = c.prefix and r.time_window = c.time_window and r.version_to is null
         and (r.effective_to is null or r.effective_to > c.at)
       returning r.*, c.at
     )
     insert into rates (tenant_id, tariff_id, prefix, time_window, effective_from, effective_to, version_from, destination,
       blocked, rate, unit_s, first_s, next_s, slots, connect_fee, minimum_s, free_s, minimum_cost, maximum_cost, at_maximum_cost)
     select tenant_id, tariff_id, prefix, time_window, effective_from, at, $2, destination, blocked, rate, unit_s, first_s,
       next_s, slots, connect_fee, minimum_s, free_s, minimum_cost, maximum_cost, at_maximum_cost
     from ended where effective_from < at`,
    [tariffId, version],
  );
  await tx.query("drop table stage_closings"); // one transaction may publish several tariffs
}

async function insertRates(tx: BulkTx, { tenantId, tariffId, rates }: Publication, version: number): Promise<void> {
  if (rates.length === 0) return;
  await tx.query(`create temp table stage_rates (
    prefix text, time_window text, effective_from timestamptz, effective_to timestamptz, destination text, blocked boolean,
    rate text, unit_s integer, first_s integer, next_s integer, slots text, connect_fee text, minimum_s integer,
    free_s integer, minimum_cost text, maximum_cost text, at_maximum_cost text) on commit drop`);
  const copy = new BinaryCopy(rates.length * 192 + 64);
  for (const rate of rates) writeRate(copy, rate);
  await copyIn(tx, "copy stage_rates from stdin (format binary)", copy.finish());
  await tx.query(
    `insert into rates (tenant_id, tariff_id, version_from, prefix, time_window, effective_from, effective_to, destination,
       blocked, rate, unit_s, first_s, next_s, slots, connect_fee, minimum_s, free_s, minimum_cost, maximum_cost, at_maximum_cost)
     select $1, $2, $3, prefix, time_window, effective_from, effective_to, destination, blocked, rate::numeric, unit_s, first_s,
       next_s, slots::jsonb, connect_fee::numeric, minimum_s, free_s, minimum_cost::numeric, maximum_cost::numeric,
       at_maximum_cost
     from stage_rates`,
    [tenantId, tariffId, version],
  );
  await tx.query("drop table stage_rates");
}

function writeRate(copy: BinaryCopy, rate: Rate): void {
  copy.row(17);
  copy.text(rate.prefix);
  copy.text(rate.window ?? "");
  copy.timestamptz(rate.effectiveFrom);
  copy.timestamptz(rate.effectiveTo);
  copy.text(rate.destination);
  copy.bool(rate.blocked);
  copy.text(formatDecimal(rate.ratePerUnit));
  copy.int4(rate.unitS);
  copy.int4(rate.increments.firstS);
  copy.int4(rate.increments.nextS);
  copy.text(rate.slots.length === 0 ? null : JSON.stringify(slotsToJson(rate.slots)));
  copy.text(formatDecimal(rate.connectFee));
  copy.int4(rate.minimumS);
  copy.int4(rate.freeS);
  copy.text(rate.minimumCost && formatDecimal(rate.minimumCost));
  copy.text(rate.maximumCost && formatDecimal(rate.maximumCost));
  copy.text(rate.atMaximumCost ?? null);
}
