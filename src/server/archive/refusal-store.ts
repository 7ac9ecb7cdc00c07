import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";
import type { MonthOfTenant } from "./rows-store.ts";

const CHARGES = `charges c join usage_events u on u.book_id = c.book_id and u.answered_at = c.answered_at
    and u.id = c.usage_id
  join journals j on j.book_id = c.book_id and j.batch_id = c.batch_id and j.kind = 'usage'`;
const IN_MONTH = "u.tenant_id = $1 and u.started_at >= $2 and u.started_at < $3";

/** Each counts what stands in the way; $1 the tenant, $2 and $3 the bounds of the month. */
const COUNTS: Readonly<Record<Exclude<RefusalCode, "not-over">, string>> = {
  unbilled: `select count(*) from ${CHARGES}
    left join billing_positions p on p.book_id = c.book_id and p.account_id = c.account_id
    where ${IN_MONTH} and c.side <> 'cost' and c.answered_at >= $2
      and not coalesce(c.answered_at < p.period_end_at and j.number <= p.covers_journal_number, false)`,
  unaccrued: `select count(*) from ${CHARGES}
    left join accrual_positions p on p.payer_book_id = c.book_id
    where ${IN_MONTH} and c.side = 'cost' and c.answered_at >= $2
      and not coalesce(j.number <= p.covers_journal_number, false)`,
  "open-calls": `select count(*) from call_parts where tenant_id = $1 and state = 'open' and at >= $2 and at < $3`,
  "waiting-rows": `select count(*) from quarantine
    where tenant_id = $1 and state = 'waiting' and started_at >= $2 and started_at < $3`,
  "replay-due": `select count(*) from pool_months
    where tenant_id = $1 and stale and start_at < $3 and start_at >= $2::timestamptz - interval '1 month'`,
  rerating: "select count(*) from rerate_runs where tenant_id = $1 and state = 'running' and $2 < $3::timestamptz",
};

/** What stands in the way of archiving a month that is over; empty: nothing. */
export async function loadRefusals(tx: Tx, { tenantId, month }: MonthOfTenant): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  for (const [code, sql] of Object.entries(COUNTS) as [RefusalCode, string][]) {
    const { rows } = await tx.query<{ count: string }>(sql, [
      tenantId,
      timestampToSql(month.startAt),
      timestampToSql(month.endAt),
    ]);
    const count = Number(rows[0]?.count);
    if (count > 0) refusals.push({ code, count });
  }
  return refusals;
}
