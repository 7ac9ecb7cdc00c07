import type { Called, E164 } from "../../core/numbering/number.ts";
import { callingOf, NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import { type CallDirection, NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { uuidBytes, uuidText } from "../db/binary-copy.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import { USAGE_COLUMNS } from "../usage/insert-usage.ts";
import { consumedOf, retireUsage } from "../usage/stored-usage.ts";
import type { Selection } from "./selection.ts";

/** A stored call that was answered, as rating sees it. */
export interface StoredCall {
  /** The usage event's id, as 16 Latin-1 characters. */
  readonly usageId: string;
  readonly bookId: string;
  readonly answeredAt: EpochMs;
  readonly startedAt: EpochMs;
  readonly sourceId: string;
  readonly accountId: string;
  readonly vendorAccountId: string | null;
  readonly event: UsageEvent;
}

/** The last call that was looked at. */
export interface RunPosition {
  readonly bookId: string;
  readonly answeredAt: EpochMs;
  readonly usageId: string;
}

/** A call by where its charges stand. */
export interface CallPlace {
  readonly bookId: string;
  readonly answeredAt: EpochMs;
  /** As text. */
  readonly usageId: string;
}

/** The books in which calls of a selection may be, in order of their ids, from `after` on. */
export async function listBooks(tx: Tx, tenantId: string, bookIds: readonly string[] | null): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from books where tenant_id = $1 and last_journal_number > 0 and ($2::uuid[] is null or id = any($2))
     order by id`,
    [tenantId, bookIds],
  );
  return rows.map(({ id }) => id);
}

/**
 * Calls of one book with charges that match a selection, after `after`, in (answered_at, id) order: that of the primary
 * key, so that a page costs what it holds. What the charges do not say, the caller looks at when the calls are read.
 */
export async function pageOfCalls(
  tx: Tx,
  selection: Selection,
  at: { readonly bookId: string; readonly after: RunPosition | null; readonly limit: number },
): Promise<readonly CallPlace[]> {
  const { from, to } = selection;
  const start = at.after?.answeredAt ?? from ?? epochMs(Number.NEGATIVE_INFINITY);
  const { rows } = await tx.query<{ answered_at: EpochMs; usage_id: string }>(
    `select c.answered_at, c.usage_id from charges c
     where c.book_id = $1 and c.answered_at >= $2 and c.answered_at < $3 and (c.answered_at, c.usage_id) > ($2, $4)
       and c.reverses_entry_no is null
       and ($5::uuid[] is null or c.account_id = any($5)) and ($6::text[] is null or c.side = any($6))
       and ($7::uuid[] is null or c.tariff_id = any($7) or c.account_id in (
         select account_id from account_tariffs where tariff_id = any($7)))
       and ($8::text is null or starts_with(c.prefix, $8) or starts_with($8, c.prefix))
       and ($9::text is null or c.destination = $9)
       and ($10::text is null or $10 in (c.currency, c.tariff_currency) and c.tariff_currency is not null)
       and ($11::bigint is null or c.tariff_epoch < $11)
     group by c.answered_at, c.usage_id order by c.answered_at, c.usage_id limit $12`,
    [
      at.bookId,
      timestampToSql(start),
      timestampToSql(to ?? epochMs(Number.POSITIVE_INFINITY)),
      at.after?.usageId ?? NO_UUID,
      selection.accounts,
      selection.sides,
      selection.tariffs,
      selection.prefix,
      selection.destination,
      selection.currency,
      selection.beforeEpoch,
      at.limit,
    ],
  );
  return rows.map((row) => ({ bookId: at.bookId, answeredAt: row.answered_at, usageId: row.usage_id }));
}

/** Before every id that is ever made. */
const NO_UUID = "00000000-0000-0000-0000-000000000000";

/**
 * Locks the identities of calls until `tx` ends, in order of their ids as every writer does: nobody corrects, moves or
 * re-rates them meanwhile.
 */
export async function lockIdentities(tx: Tx, usageIds: readonly string[]): Promise<void> {
  await tx.query("select from usage_identities where id = any($1::uuid[]) order by id for update", [usageIds]);
}

interface CallRow {
  readonly id: string;
  readonly book_id: string;
  readonly account_id: string;
  readonly vendor_account_id: string | null;
  readonly source_id: string;
  readonly call_key: string;
  readonly leg: string;
  readonly call_id: string | null;
  readonly direction: CallDirection;
  readonly calling: string;
  readonly called: string;
  readonly routing_number: E164 | null;
  readonly tech_prefix: string | null;
  readonly started_at: EpochMs;
  readonly answered_at: EpochMs;
  readonly ended_at: EpochMs;
  readonly talked_ms: string;
  readonly talked_s: number;
  readonly service: Consumed["service"] | null;
  readonly quantity: string | null;
  readonly account_code: string | null;
  readonly sip_user: string | null;
  readonly source_address: string | null;
  readonly ingress_trunk: string | null;
  readonly egress_trunk: string | null;
}

/**
 * The calls at these places, in their order. One that a correction has moved away since is left out, and so is one that
 * `runId` has charged already: it was met in the book that the run has moved it from. `offset 0` keeps the look-ups one
 * by one: a hash of all identities, which the planner prefers, costs as much for each page as there are calls.
 */
export async function loadCalls(
  tx: Tx,
  places: readonly CallPlace[],
  runId: string | null,
): Promise<readonly StoredCall[]> {
  const { rows } = await tx.query<CallRow>(
    `select u.* from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) with ordinality t(book_id, answered_at, id, ord)
     cross join lateral (
       select * from usage_identities i where i.id = t.id and i.book_id = t.book_id offset 0
     ) i
     cross join lateral (
       select id, book_id, account_id, vendor_account_id, source_id, call_key, leg, call_id, direction, calling, called,
         tech_prefix, started_at, answered_at, ended_at, talked_ms, talked_s, account_code, sip_user, source_address,
         ingress_trunk, egress_trunk, routing_number, service, quantity
       from usage_events u where u.book_id = i.book_id and u.started_at = i.started_at and u.id = i.id offset 0
     ) u
     where u.answered_at = t.answered_at and ($4::uuid is null or not exists (
       select from charges c join batches b on b.id = c.batch_id and b.rerate_run_id = $4
       where c.book_id = t.book_id and c.answered_at = t.answered_at and c.usage_id = t.id))
     order by t.ord`,
    [
      places.map(({ bookId }) => bookId),
      places.map(({ answeredAt }) => timestampToSql(answeredAt)),
      places.map(({ usageId }) => usageId),
      runId,
    ],
  );
  return rows.map(callOf);
}

const callOf = (row: CallRow): StoredCall => ({
  usageId: uuidBytes(row.id),
  bookId: row.book_id,
  answeredAt: row.answered_at,
  startedAt: row.started_at,
  sourceId: row.source_id,
  accountId: row.account_id,
  vendorAccountId: row.vendor_account_id,
  event: {
    key: row.call_key,
    leg: row.leg,
    callId: row.call_id,
    direction: row.direction,
    calling: callingOf(row.calling),
    called: calledOf(row.called),
    routingNumber: row.routing_number,
    techPrefix: row.tech_prefix,
    startedAt: row.started_at,
    answeredAt: row.answered_at,
    endedAt: row.ended_at,
    talkedMs: Number(row.talked_ms),
    talkedS: row.talked_s,
    ...consumedOf(row),
    accountCode: row.account_code,
    sipUser: row.sip_user,
    sourceAddress: row.source_address,
    ingressTrunk: row.ingress_trunk,
    egressTrunk: row.egress_trunk,
    cause: NO_CAUSE, // says nothing about the price
  },
});

/** A short code is priced like any other number that is not E.164. */
const calledOf = (text: string): Called =>
  text.startsWith(NOT_E164_MARK)
    ? { kind: "other", text: text.slice(NOT_E164_MARK.length) }
    : ({ kind: "e164", digits: text } as Called);

/** A call that gets another payer or vendor. */
export interface MovedCall {
  readonly call: StoredCall;
  readonly bookId: string;
  readonly accountId: string;
  readonly vendorAccountId: string | null;
  /** The identity's fingerprint of this reading, so that importing the record again finds it as it is. */
  readonly derivedHash: number;
}

/**
 * Gives stored calls other parties: each event as it was is kept whole in the history, and its successor stands in the
 * payer's book. Their identities are locked.
 */
export async function moveCalls(tx: BulkTx, batchId: bigint, moved: readonly MovedCall[]): Promise<void> {
  if (moved.length === 0) return;
  const ids = moved.map(({ call }) => uuidText(call.usageId));
  const retired = moved.map(({ call: { bookId, startedAt } }, index) => ({ id: ids[index] ?? "", bookId, startedAt }));
  await retireUsage(tx, retired, batchId);
  await tx.query(
    `with moved as (
       select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[])
         as t(id, old_book_id, book_id, account_id, vendor_account_id, derived_hash)
     ), found as (
       update usage_identities i set book_id = m.book_id, derived_hash = m.derived_hash from moved m where i.id = m.id
     )
     insert into usage_events (${USAGE_COLUMNS})
     select ${USAGE_COLUMNS.replaceAll(/\w+/g, "r.$&")} from moved m
     join usage_history h on h.book_id = m.old_book_id and h.id = m.id and h.batch_id = $7::bigint
     cross join lateral jsonb_populate_record(null::usage_events, h.event || jsonb_build_object(
       'book_id', m.book_id, 'account_id', m.account_id, 'vendor_account_id', m.vendor_account_id,
       'revision', h.revision + 1)) r`,
    [
      ids,
      moved.map(({ call }) => call.bookId),
      moved.map(({ bookId }) => bookId),
      moved.map(({ accountId }) => accountId),
      moved.map(({ vendorAccountId }) => vendorAccountId),
      moved.map(({ derivedHash }) => derivedHash),
      batchId.toString(),
    ],
  );
}
