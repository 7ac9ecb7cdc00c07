import { calledText, callingText } from "../../core/numbering/stored-number.ts";
import { BinaryCopy, uuidBytes } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import type { BulkTx } from "../db/tx.ts";
import type { ChargeEntry, PricedCall } from "./priced-call.ts";

/**
 * Rows go to the tables through temporary ones: `COPY` is refused on tables with row-level security, and a staged
 * `INSERT … SELECT` over binary COPY is still the fastest way in (docs/reference/benchmarks.md).
 */
const STAGES = `
  create temp table if not exists stage_identities (
    ord integer, id uuid, book_id uuid, started_at timestamptz, content_hash bigint, derived_hash bigint
  ) on commit delete rows;
  create temp table if not exists stage_usage (
    book_id uuid, started_at timestamptz, id uuid, account_id uuid, line bigint, revision smallint, call_key text,
      leg text,
    call_id text, direction text, calling text, called text, answered_at timestamptz, ended_at timestamptz,
      talked_ms bigint,
    talked_s integer, account_code text, sip_user text, source_address text, ingress_trunk text, egress_trunk text,
    vendor_account_id uuid, q850 smallint, sip smallint, cause_text text
  ) on commit delete rows;
  create temp table if not exists stage_charges (
    book_id uuid, answered_at timestamptz, usage_id uuid, entry_no smallint, account_id uuid, side text, amount numeric,
    currency text, tariff_amount numeric, tariff_currency text, exchange_rate text, tariff_id uuid, tariff_epoch bigint,
    prefix text, destination text, rate text, billed_s integer, reverses_entry_no smallint
  ) on commit delete rows`;

/** Makes the connection's temporary tables, once a connection. */
export async function openStages(tx: BulkTx): Promise<void> {
  await tx.query(STAGES);
}

/** The identity of one arrived call, by its place in the batch. */
export interface Claim {
  readonly id: string;
  readonly bookId: string;
  readonly startedAt: number;
  readonly contentHash: number;
  readonly derivedHash: number;
}

/**
 * Claims the identities of a batch, all distinct; answers the places in the batch that were claimed before. Waits for
 * other
 * transactions that are claiming the same ones, in id order, so that two of them cannot deadlock.
 */
export async function claimIdentities(tx: BulkTx, calls: readonly PricedCall[]): Promise<readonly number[]> {
  const copy = new BinaryCopy(calls.length * 96 + 64);
  for (const [ord, call] of calls.entries()) {
    copy.row(6);
    copy.int4(ord);
    copy.uuid(call.id);
    copy.uuid(cachedUuid(call.bookId));
    copy.timestamptz(call.event.startedAt);
    copy.int8(call.contentHash);
    copy.int8(call.derivedHash);
  }
  await copyIn(tx, "copy stage_identities from stdin (format binary)", copy.finish());
  const { rows } = await tx.query<{ ord: number }>(`
    with claimed as (
      insert into usage_identities (id, book_id, started_at, content_hash, derived_hash)
      select id, book_id, started_at, content_hash, derived_hash from stage_identities order by id
      on conflict do nothing returning id
    ) select ord from stage_identities where id not in (select id from claimed)`);
  return rows.map((row) => row.ord);
}

/** A call with the revision it is stored at: 0, or one more with each correction. */
export interface StoredRevision {
  readonly call: PricedCall;
  readonly revision: number;
}

/** What every row of a batch has in common. */
export interface BatchOrigin {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly batchId: bigint;
}

/** Inserts usage events whose identities this transaction has claimed or holds. */
export async function insertUsage(tx: BulkTx, origin: BatchOrigin, stored: readonly StoredRevision[]): Promise<void> {
  const copy = new BinaryCopy(stored.length * 384 + 64);
  for (const { call, revision } of stored) writeUsageRow(copy, call, revision);
  await copyIn(tx, "copy stage_usage from stdin (format binary)", copy.finish());
  await tx.query(
    `insert into usage_events (tenant_id, source_id, batch_id, book_id, started_at, id, account_id, line, revision,
      call_key,
       leg, call_id, direction, calling, called, answered_at, ended_at, talked_ms, talked_s, account_code, sip_user,
       source_address, ingress_trunk, egress_trunk, vendor_account_id, q850, sip, cause_text)
     select $1::uuid, $2::uuid, $3::bigint, s.* from stage_usage s`,
    [origin.tenantId, origin.sourceId, origin.batchId.toString()],
  );
}

function writeUsageRow(copy: BinaryCopy, { event, ...call }: PricedCall, revision: number): void {
  copy.row(25);
  copy.uuid(cachedUuid(call.bookId));
  copy.timestamptz(event.startedAt);
  copy.uuid(call.id);
  copy.uuid(cachedUuid(call.accountId));
  copy.int8(call.line);
  copy.int2(revision);
  copy.text(event.key);
  copy.text(event.leg);
  copy.text(event.callId);
  copy.text(event.direction);
  copy.text(callingText(event.calling));
  copy.text(calledText(event.called));
  copy.timestamptz(event.answeredAt);
  copy.timestamptz(event.endedAt);
  copy.int8(event.talkedMs);
  copy.int4(event.talkedS);
  copy.text(event.accountCode);
  copy.text(event.sipUser);
  copy.text(event.sourceAddress);
  copy.text(event.ingressTrunk);
  copy.text(event.egressTrunk);
  copy.uuid(call.vendorAccountId === null ? null : cachedUuid(call.vendorAccountId));
  copy.int2(event.cause.q850);
  copy.int2(event.cause.sip);
  copy.text(event.cause.text);
}

/** Inserts charges and reversals of charges. */
export async function insertCharges(tx: BulkTx, origin: BatchOrigin, entries: readonly ChargeEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const copy = new BinaryCopy(entries.length * 256 + 64);
  for (const entry of entries) writeChargeRow(copy, entry);
  await copyIn(tx, "copy stage_charges from stdin (format binary)", copy.finish());
  await tx.query(
    `insert into charges (tenant_id, batch_id, book_id, answered_at, usage_id, entry_no, account_id, side, amount,
      currency,
       tariff_amount, tariff_currency, exchange_rate, tariff_id, tariff_epoch, prefix, destination, rate, billed_s,
       reverses_entry_no)
     select $1::uuid, $2::bigint, book_id, answered_at, usage_id, entry_no, account_id, side, amount, currency,
       tariff_amount,
       tariff_currency, exchange_rate::numeric, tariff_id, tariff_epoch, prefix, destination, rate::numeric, billed_s,
       reverses_entry_no
     from stage_charges`,
    [origin.tenantId, origin.batchId.toString()],
  );
}

function writeChargeRow(copy: BinaryCopy, { charge, ...entry }: ChargeEntry): void {
  copy.row(18);
  copy.uuid(cachedUuid(entry.bookId));
  copy.timestamptz(entry.answeredAt);
  copy.uuid(entry.usageId);
  copy.int2(entry.entryNo);
  copy.uuid(cachedUuid(charge.accountId));
  copy.text(charge.side);
  copy.amount(charge.amount);
  copy.text(charge.currency);
  copy.amount(charge.converted?.tariffAmount ?? null);
  copy.text(charge.converted?.tariffCurrency ?? null);
  copy.text(charge.converted?.exchangeRate ?? null);
  copy.uuid(cachedUuid(charge.tariffId));
  copy.int8(charge.tariffEpoch);
  copy.text(charge.prefix);
  copy.text(charge.destination);
  copy.text(charge.rate);
  copy.int4(charge.billedS);
  copy.int2(entry.reversesEntryNo);
}

/** Books, accounts and tariffs repeat in every row: their bytes are made once. */
const uuidCache = new Map<string, string>();
const UUID_CACHE_MAX = 100_000;

function cachedUuid(uuid: string): string {
  const cached = uuidCache.get(uuid);
  if (cached !== undefined) return cached;
  if (uuidCache.size >= UUID_CACHE_MAX) uuidCache.clear();
  const bytes = uuidBytes(uuid);
  uuidCache.set(uuid, bytes);
  return bytes;
}
