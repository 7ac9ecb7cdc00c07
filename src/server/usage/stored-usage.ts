import { type ChargePartJson, chargePartsFromJson, coveredUnits } from "../../core/allowance/charge-part.ts";
import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import { uuidBytes, uuidText } from "../db/binary-copy.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredCall } from "./conflict.ts";
import type { ChargeEntry, PricedCall } from "./priced-call.ts";

/** A usage event that is stored, and where. */
export interface StoredUsage extends StoredCall {
  readonly id: string;
  readonly bookId: string;
  readonly startedAt: EpochMs;
  readonly revision: number;
}

/** What is known of a call whose event is not in the table: its month is in the archive. */
export type ArchivedUsage = Pick<StoredUsage, "contentHash" | "derivedHash" | "startedAt"> & {
  readonly archived: true;
};

/** Locks the identities of `calls`, in id order, and loads what is stored under each, by its id. */
export async function loadStoredUsage(
  tx: Tx,
  calls: readonly Pick<PricedCall, "id">[],
): Promise<Map<string, StoredUsage | ArchivedUsage>> {
  const identities = await tx.query<{
    id: string;
    book_id: string;
    started_at: EpochMs;
    content_hash: string;
    derived_hash: string;
  }>(
    `select id, book_id, started_at, content_hash, derived_hash from usage_identities
     where id = any($1::uuid[]) order by id for update`,
    [calls.map((call) => uuidText(call.id))],
  );
  const events = await tx.query<{
    id: string;
    revision: number;
    called: string;
    answered_at: EpochMs | null;
    talked_s: number;
    service: Consumed["service"] | null;
    quantity: string | null;
  }>(
    // Each by its own key: three lists would be looked up in all their combinations. `offset 0` keeps it so.
    `select u.* from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) as t(book_id, started_at, id)
     cross join lateral (
       select e.id, e.revision, e.called, e.answered_at, e.talked_s, e.service, e.quantity
       from usage_events e
       where e.book_id = t.book_id and e.started_at = t.started_at and e.id = t.id offset 0
     ) u`,
    [
      identities.rows.map((row) => row.book_id),
      identities.rows.map((row) => timestampToSql(row.started_at)),
      identities.rows.map((row) => row.id),
    ],
  );
  const eventById = new Map(events.rows.map((row) => [row.id, row]));
  await assertArchived(
    tx,
    identities.rows.filter((row) => !eventById.has(row.id)),
  );
  return new Map(
    identities.rows.map((row): [string, StoredUsage | ArchivedUsage] => {
      const event = eventById.get(row.id);
      const identity = {
        startedAt: row.started_at,
        contentHash: Number(row.content_hash),
        derivedHash: Number(row.derived_hash),
      };
      if (event === undefined) return [row.id, { ...identity, archived: true }];
      const stored: StoredUsage = {
        ...identity,
        id: row.id,
        bookId: row.book_id,
        revision: event.revision,
        called: event.called,
        answeredAt: event.answered_at,
        talkedS: event.talked_s,
        ...consumedOf(event),
      };
      return [row.id, stored];
    }),
  );
}

/** An identity points at a stored event, or into a month that is in the archive. */
async function assertArchived(
  tx: Tx,
  missing: readonly { readonly id: string; readonly book_id: string; readonly started_at: EpochMs }[],
): Promise<void> {
  if (missing.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `select m.id from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as m(id, book_id, started_at)
     where not exists (
       select from books b join archives a on a.tenant_id = b.tenant_id and a.state = 'archived'
       where b.id = m.book_id and a.month = date_trunc('month', m.started_at at time zone 'UTC'))
     limit 1`,
    [
      missing.map(({ id }) => id),
      missing.map(({ book_id }) => book_id),
      missing.map((row) => timestampToSql(row.started_at)),
    ],
  );
  invariant(rows.length === 0, `identity ${rows[0]?.id} points at a stored usage event`);
}

/** Takes stored events out of the table and keeps each whole, as it was, in the history. */
export async function retireUsage(
  tx: Tx,
  retired: readonly Pick<StoredUsage, "id" | "bookId" | "startedAt">[],
  batchId: bigint,
): Promise<void> {
  await tx.query(
    `with retired as (
       delete from usage_events u
       using unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) as t(book_id, started_at, id)
       where u.book_id = t.book_id and u.started_at = t.started_at and u.id = t.id
       returning u.*
     )
     insert into usage_history (tenant_id, book_id, id, revision, batch_id, event)
     select tenant_id, book_id, id, revision, $4::bigint, to_jsonb(retired) - 'started_on' from retired`,
    [
      retired.map((usage) => usage.bookId),
      retired.map((usage) => timestampToSql(usage.startedAt)),
      retired.map((usage) => usage.id),
      batchId.toString(),
    ],
  );
}

/** Points identities at where their events live now. */
export async function moveIdentities(tx: Tx, calls: readonly PricedCall[]): Promise<void> {
  await tx.query(
    `update usage_identities i
     set book_id = t.book_id, started_at = t.started_at, content_hash = t.content_hash, derived_hash = t.derived_hash
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::bigint[])
       as t(id, book_id, started_at, content_hash, derived_hash)
     where i.id = t.id`,
    [
      calls.map((call) => uuidText(call.id)),
      calls.map((call) => call.bookId),
      calls.map((call) => timestampToSql(call.event.startedAt)),
      calls.map((call) => call.contentHash),
      calls.map((call) => call.derivedHash),
    ],
  );
}

/** A row of `charges`. */
export interface ChargeRow {
  readonly book_id: string;
  readonly answered_at: EpochMs;
  readonly usage_id: string;
  readonly entry_no: number;
  readonly account_id: string;
  readonly side: "cost" | "reseller" | "customer";
  readonly amount: string;
  readonly currency: string;
  readonly tariff_amount: string | null;
  readonly tariff_currency: string | null;
  readonly exchange_rate: string | null;
  readonly tariff_id: string;
  readonly tariff_epoch: string;
  readonly prefix: string;
  readonly destination: string;
  readonly rate: string | null;
  readonly connect_fee: string | null;
  readonly billed_s: number;
  /** Of another service than voice, and then what is billed of it in place of `billed_s`. */
  readonly service: Consumed["service"] | null;
  readonly quantity: string | null;
  readonly reverses_entry_no: number | null;
  readonly covered_s: number | null;
  readonly parts: readonly ChargePartJson[] | null;
}

/** Where charges of an event may stand: its book and answer time, as stored and as read now. */
export interface ChargePlace {
  readonly bookId: string;
  readonly answeredAt: EpochMs;
  readonly usageId: string;
}

/**
 * Every charge entry at these places, reversals and reversed ones included, in order. `offset 0` keeps the look-ups one
 * by one: with lists of books, times and ids PostgreSQL before 17 tries each combination of them.
 */
export async function loadChargeEntries(tx: Tx, places: readonly ChargePlace[]): Promise<readonly ChargeEntry[]> {
  const { rows } = await tx.query<ChargeRow>(
    `select c.* from (
       select distinct * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[])
     ) t(book_id, answered_at, id)
     cross join lateral (
       select * from charges c
       where c.book_id = t.book_id and c.answered_at = t.answered_at and c.usage_id = t.id offset 0
     ) c
     order by c.book_id, c.answered_at, c.usage_id, c.entry_no`,
    [
      places.map((place) => place.bookId),
      places.map((place) => timestampToSql(place.answeredAt)),
      places.map((place) => place.usageId),
    ],
  );
  return rows.map(entryOf);
}

/** What a row that is no call's says of what was used; null columns: it is a call's. */
export const consumedOf = ({
  service,
  quantity,
}: {
  readonly service: Consumed["service"] | null;
  readonly quantity: string | null;
}): { readonly consumed?: Consumed } => (service === null ? {} : { consumed: { service, quantity: Number(quantity) } });

/** What a row of `charges` holds. */
export function entryOf(row: ChargeRow): ChargeEntry {
  const tariffAmount: Nanos | null = row.tariff_amount === null ? null : nanosFromSql(row.tariff_amount);
  return {
    usageId: uuidBytes(row.usage_id),
    bookId: row.book_id,
    answeredAt: row.answered_at,
    entryNo: row.entry_no,
    reversesEntryNo: row.reverses_entry_no,
    charge: {
      side: row.side,
      accountId: row.account_id,
      amount: nanosFromSql(row.amount),
      currency: row.currency as Currency,
      converted:
        tariffAmount === null || row.tariff_currency === null || row.exchange_rate === null
          ? null
          : { tariffAmount, tariffCurrency: row.tariff_currency as Currency, exchangeRate: row.exchange_rate },
      tariffId: row.tariff_id,
      tariffEpoch: Number(row.tariff_epoch),
      prefix: row.prefix,
      destination: row.destination,
      rate: row.rate,
      connectFee: row.connect_fee,
      billedS: row.quantity === null ? row.billed_s : Number(row.quantity),
      ...(row.service !== null && { service: row.service }),
      ...coverageOf(row),
    },
  };
}

/** Octets do not fit the column of covered seconds: they are what the parts of the charge come to. */
function coverageOf({ service, covered_s, parts: stored }: ChargeRow): Pick<ChargeEntry["charge"], "coverage"> {
  if (covered_s === null || stored === null) return {};
  const parts = chargePartsFromJson(stored);
  return { coverage: { coveredS: service === null ? covered_s : coveredUnits(parts), parts } };
}

/** Fingerprints of what is stored under these identities, as it came, by identity. */
export async function findContents(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; content_hash: string }>(
    "select id, content_hash from usage_identities where id = any($1::uuid[])",
    [ids],
  );
  return new Map(rows.map((row) => [row.id, Number(row.content_hash)]));
}
