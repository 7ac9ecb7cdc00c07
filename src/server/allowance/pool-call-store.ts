import type { Span } from "../../core/allowance/cycle.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import type { Called, E164 } from "../../core/numbering/number.ts";
import { callingOf, NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { CallDirection } from "../../core/usage/switch-call.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import type { CallToPrice } from "../rating/price-call.ts";
import type { PricedCharge } from "../usage/priced-call.ts";
import { type ChargeRow, consumedOf, entryOf } from "../usage/stored-usage.ts";
import type { TurnPosition } from "./month-store.ts";

/** A charge in force of one of a pool's accounts, and the call that it is for. */
export interface PoolCall extends TurnPosition {
  readonly charge: PricedCharge;
  readonly event: CallToPrice & Pick<UsageEvent, "direction">;
}

interface CallRow extends ChargeRow {
  readonly called: string;
  readonly calling: string;
  readonly routing_number: E164 | null;
  readonly direction: CallDirection;
  readonly talked_s: number;
  readonly used_quantity: string | null;
  readonly ingress_trunk: string | null;
  readonly egress_trunk: string | null;
}

/** Charges that one page holds. */
const PAGE_ROWS = 5_000;

/** A pool's calls of a month in their order, as they are charged now, a page in memory at a time. */
export async function* poolCalls(
  tx: BulkTx,
  pool: Pool,
  { startAt, endAt }: Span,
): AsyncGenerator<readonly PoolCall[]> {
  let after: TurnPosition & { readonly accountId: string } = {
    answeredAt: startAt,
    usageId: NO_UUID,
    accountId: NO_UUID,
  };
  for (;;) {
    const { rows } = await tx.query<CallRow>(
      `select c.*, u.called, u.calling, u.routing_number, u.direction, u.talked_s,
         u.quantity as used_quantity, u.ingress_trunk, u.egress_trunk
       from (
         select * from charges c
         where c.book_id = $1 and c.answered_at >= $2 and c.answered_at < $3 and c.account_id = any($4::uuid[])
           and (c.answered_at, c.usage_id, c.account_id) > ($2, $5, $6)
           and c.side <> 'cost' and c.reverses_entry_no is null and not exists (
             select from charges r where r.book_id = c.book_id and r.answered_at = c.answered_at
               and r.usage_id = c.usage_id and r.reverses_entry_no = c.entry_no)
         order by c.answered_at, c.usage_id, c.account_id limit $7
       ) c
       join usage_identities i on i.id = c.usage_id
       join usage_events u on u.book_id = i.book_id and u.started_at = i.started_at and u.id = i.id
       order by c.answered_at, c.usage_id, c.account_id`,
      [
        pool.bookId,
        timestampToSql(after.answeredAt),
        timestampToSql(endAt),
        pool.accountIds,
        after.usageId,
        after.accountId,
        PAGE_ROWS,
      ],
    );
    if (rows.length > 0) yield rows.map(callOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = { answeredAt: last.answered_at, usageId: last.usage_id, accountId: last.account_id };
  }
}

const NO_UUID = "00000000-0000-0000-0000-000000000000";

const callOf = (row: CallRow): PoolCall => ({
  answeredAt: row.answered_at,
  usageId: row.usage_id,
  charge: entryOf(row).charge,
  event: {
    called: calledOf(row.called),
    calling: callingOf(row.calling),
    routingNumber: row.routing_number,
    direction: row.direction,
    talkedS: row.talked_s,
    ...consumedOf({ service: row.service, quantity: row.used_quantity }),
    ingressTrunk: row.ingress_trunk,
    egressTrunk: row.egress_trunk,
  },
});

const calledOf = (text: string): Called =>
  text.startsWith(NOT_E164_MARK)
    ? { kind: "other", text: text.slice(NOT_E164_MARK.length) }
    : ({ kind: "e164", digits: text } as Called);

/** From when to when books have charges; those without any are left out. */
export async function chargedSpans(tx: Tx, bookIds: readonly string[]): Promise<ReadonlyMap<string, Span>> {
  const { rows } = await tx.query<{ book_id: string; first: EpochMs | null; last: EpochMs | null }>(
    `select t.book_id, (select min(answered_at) from charges c where c.book_id = t.book_id) as first,
       (select max(answered_at) from charges c where c.book_id = t.book_id) as last
     from unnest($1::uuid[]) as t(book_id)`,
    [bookIds],
  );
  return new Map(
    rows.flatMap(({ book_id, first, last }) =>
      first === null || last === null ? [] : [[book_id, { startAt: first, endAt: epochMs(last + 1) }] as const],
    ),
  );
}

/** The batch that a replay's reversals and charges belong to; `runId`: of the re-rating that asked for it. */
export async function insertReplayBatch(
  tx: Tx,
  tenantId: string,
  runId: string | null,
): Promise<{ readonly batchId: bigint; readonly bookedAt: EpochMs }> {
  const { rows } = await tx.query<{ id: string; booked_at: EpochMs }>(
    "insert into batches (tenant_id, kind, rerate_run_id) values ($1, 'rerate', $2) returning id, booked_at",
    [tenantId, runId],
  );
  const [row] = rows;
  return { batchId: BigInt(row?.id ?? 0), bookedAt: row?.booked_at ?? epochMs(0) };
}

/** Locks the identities of calls until `tx` ends, in order of their ids as every writer does. */
export async function lockIdentities(tx: Tx, usageIds: readonly string[]): Promise<void> {
  await tx.query("select from usage_identities where id = any($1::uuid[]) order by id for update", [usageIds]);
}
