import { chargePartsToJson } from "../../core/allowance/charge-part.ts";
import { invariant } from "../../core/invariant.ts";
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
  create temp table if not exists stage_usage (
    ord integer, content_hash bigint, derived_hash bigint, revision smallint,
    book_id uuid, started_at timestamptz, id uuid, account_id uuid, line bigint, call_key text, leg text, call_id text,
    direction text, calling text, called text, answered_at timestamptz, ended_at timestamptz, talked_ms bigint,
    talked_s integer, account_code text, sip_user text, source_address text, ingress_trunk text, egress_trunk text,
    vendor_account_id uuid, q850 smallint, sip smallint, cause_text text, tech_prefix text, routing_number text
  ) on commit delete rows;
  create temp table if not exists stage_charges (
    book_id uuid, answered_at timestamptz, usage_id uuid, entry_no smallint, account_id uuid, side text, amount numeric,
    currency text, tariff_amount numeric, tariff_currency text, exchange_rate text, tariff_id uuid, tariff_epoch bigint,
    prefix text, destination text, rate text, connect_fee text, billed_s integer, reverses_entry_no smallint,
    covered_s integer, parts text
  ) on commit delete rows`;

/** Makes the connection's temporary tables, once a connection. */
export async function openStages(tx: BulkTx): Promise<void> {
  await tx.query(STAGES);
}

/** Stages the calls of a batch, all of distinct identity, as new; `ord` is a call's place in the batch. */
export async function stageUsage(tx: BulkTx, calls: readonly PricedCall[]): Promise<void> {
  const copy = new BinaryCopy(calls.length * 416 + 64);
  for (const [ord, call] of calls.entries()) writeUsageRow(copy, ord, call);
  await copyIn(tx, "copy stage_usage from stdin (format binary)", copy.finish());
}

function writeUsageRow(copy: BinaryCopy, ord: number, call: PricedCall): void {
  const { event } = call;
  copy.row(30);
  copy.int4(ord);
  copy.int8(call.contentHash);
  copy.int8(call.derivedHash);
  copy.int2(0);
  copy.uuid(cachedUuid(call.bookId));
  copy.timestamptz(event.startedAt);
  copy.uuid(call.id);
  copy.uuid(cachedUuid(call.accountId));
  copy.int8(call.line);
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
  copy.text(event.techPrefix);
  copy.text(event.routingNumber);
}

/**
 * Claims the identities of the `count` staged calls; answers the places of those that were claimed before. Waits for
 * other transactions that are claiming the same ones, in id order, so that two of them cannot deadlock.
 */
export async function claimIdentities(tx: BulkTx, count: number): Promise<readonly number[]> {
  const claimed = await tx.query(
    `insert into usage_identities (id, book_id, started_at, content_hash, derived_hash)
     select id, book_id, started_at, content_hash, derived_hash from stage_usage order by id on conflict do nothing`,
  );
  if (claimed.rowCount === count) return [];
  // What this transaction has inserted is its own; the rest was there.
  const { rows } = await tx.query<{ ord: number }>(
    `select s.ord from stage_usage s join usage_identities i using (id)
     where i.xmin <> pg_current_xact_id()::xid order by s.ord`,
  );
  invariant(claimed.rowCount + rows.length === count, "every identity is claimed now or was claimed before");
  return rows.map((row) => row.ord);
}

/** Takes calls that are not to be stored from the stage. */
export async function unstage(tx: BulkTx, ords: readonly number[]): Promise<void> {
  if (ords.length > 0) await tx.query("delete from stage_usage where ord = any($1::integer[])", [ords]);
}

/** A staged call that replaces what is stored, at the next revision. */
export interface StagedRevision {
  readonly ord: number;
  readonly revision: number;
}

/** Says which staged calls are corrections. */
export async function stageRevisions(tx: BulkTx, revisions: readonly StagedRevision[]): Promise<void> {
  if (revisions.length === 0) return;
  await tx.query(
    `update stage_usage s set revision = t.revision
     from unnest($1::integer[], $2::smallint[]) as t(ord, revision) where s.ord = t.ord`,
    [revisions.map(({ ord }) => ord), revisions.map(({ revision }) => revision)],
  );
}

/** What every row of a batch has in common. */
export interface BatchOrigin {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly batchId: bigint;
}

const USAGE_COLUMNS = `book_id, started_at, id, account_id, line, revision, call_key, leg, call_id, direction, calling,
  called, answered_at, ended_at, talked_ms, talked_s, account_code, sip_user, source_address, ingress_trunk,
  egress_trunk, vendor_account_id, q850, sip, cause_text, tech_prefix, routing_number`;

/** Inserts what is staged as usage events; this transaction has claimed or holds their identities. */
export async function insertStagedUsage(tx: BulkTx, origin: BatchOrigin): Promise<void> {
  await tx.query(
    `insert into usage_events (tenant_id, source_id, batch_id, ${USAGE_COLUMNS})
     select $1::uuid, $2::uuid, $3::bigint, ${USAGE_COLUMNS} from stage_usage`,
    [origin.tenantId, origin.sourceId, origin.batchId.toString()],
  );
}

/** Inserts charges and reversals of charges. */
export async function insertCharges(
  tx: BulkTx,
  origin: Omit<BatchOrigin, "sourceId">,
  entries: readonly ChargeEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const copy = new BinaryCopy(entries.length * 256 + 64);
  for (const entry of entries) writeChargeRow(copy, entry);
  await copyIn(tx, "copy stage_charges from stdin (format binary)", copy.finish());
  await tx.query(
    `insert into charges (tenant_id, batch_id, book_id, answered_at, usage_id, entry_no, account_id, side, amount,
       currency, tariff_amount, tariff_currency, exchange_rate, tariff_id, tariff_epoch, prefix, destination, rate,
       connect_fee, billed_s, reverses_entry_no, covered_s, parts)
     select $1::uuid, $2::bigint, book_id, answered_at, usage_id, entry_no, account_id, side, amount,
       currency, tariff_amount, tariff_currency, exchange_rate::numeric, tariff_id, tariff_epoch, prefix, destination,
       rate::numeric, connect_fee::numeric, billed_s, reverses_entry_no, covered_s, parts::jsonb
     from stage_charges`,
    [origin.tenantId, origin.batchId.toString()],
  );
}

function writeChargeRow(copy: BinaryCopy, entry: ChargeEntry): void {
  const { charge } = entry;
  copy.row(21);
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
  copy.text(charge.connectFee);
  copy.int4(charge.billedS);
  copy.int2(entry.reversesEntryNo);
  copy.int4(charge.coverage?.coveredS ?? null);
  copy.text(charge.coverage === undefined ? null : JSON.stringify(chargePartsToJson(charge.coverage.parts)));
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
