import type { VendorCostDay } from "../../core/ledger/post-vendor-cost.ts";
import type { Currency } from "../../core/money/currency.ts";
import { nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { BulkTx, Tx } from "../db/tx.ts";

/** The books of all vendors of the transaction's tenant. */
export async function loadVendorBooks(tx: Tx): Promise<readonly string[]> {
  const { rows } = await tx.query<{ book_id: string }>("select distinct book_id from accounts where kind = 'vendor'");
  return rows.map((row) => row.book_id);
}

interface CostDayRow {
  readonly vendor_book_id: string;
  readonly vendor_id: string;
  readonly payer_book_id: string;
  readonly day: string;
  readonly currency: string;
  readonly charged: string;
  readonly posted: string;
  readonly postings: number;
}

/**
 * Cost charges per vendor, UTC day of answer, payer's book and currency, against what is posted of them; the unequal
 * ones. `charges`: the table, or whole days of it; `archived`: the same days of what lies in the archive.
 */
const unpostedCostOf = (charges: string, archived: string): string => `
  with cost as (
    select c.account_id, (c.answered_at at time zone 'UTC')::date as day, c.currency, c.book_id, sum(c.amount) as amount
    from ${charges} where c.side = 'cost' group by 1, 2, 3, 4
    union all
    select s.account_id, s.day, s.currency, s.book_id, s.amount from ${archived} where s.side = 'cost'
  ), charged as (
    select account_id, day, currency, book_id, sum(amount) as amount from cost group by 1, 2, 3, 4
  )
  select a.book_id as vendor_book_id, c.account_id as vendor_id, c.book_id as payer_book_id, c.day, c.currency,
    c.amount as charged, coalesce(v.amount, 0) as posted, coalesce(v.postings, 0) as postings
  from charged c
  join accounts a on a.id = c.account_id
  left join vendor_accruals v on v.vendor_account_id = c.account_id and v.day = c.day and v.currency = c.currency
    and v.payer_book_id = c.book_id
  where c.amount <> coalesce(v.amount, 0)`;

/**
 * Charges that may not be accrued: of payers' books with journals above their positions, from the beginning of the day
 * of the earliest answer in these. A late call, and the reversal of a corrected one, are in a new journal; the other
 * calls of its day are in the sum again, because the whole day is compared.
 */
const NEW_DAYS = `(
    select b.id, date_trunc('day', (
      select min(j.first_answered_at) from journals j
      where j.book_id = b.id and j.number > coalesce(p.covers_journal_number, 0)
    ) at time zone 'UTC') at time zone 'UTC' as start_at
    from books b left join accrual_positions p on p.payer_book_id = b.id
    where b.last_journal_number > coalesce(p.covers_journal_number, 0)
  ) b`;
const NEW_CHARGES = `${NEW_DAYS} join charges c on c.book_id = b.id and c.answered_at >= b.start_at`;
const NEW_ARCHIVED = `${NEW_DAYS} join archived_sums s on s.book_id = b.id and s.day >= (b.start_at at time zone 'UTC')::date`;

/** How many days of a vendor, payer's book and currency are not all posted, by all charges of all time. */
export async function countUnpostedDays(tx: Tx): Promise<number> {
  const unposted = unpostedCostOf("charges c", "archived_sums s");
  const { rows } = await tx.query<{ days: string }>(`select count(*) as days from (${unposted}) as day`);
  return Number(rows[0]?.days);
}

/** How far a payer's book has been accrued. */
export interface AccrualPosition {
  readonly payerBookId: string;
  readonly journalNumber: string;
}

/**
 * The last journals of books that have some above their positions. To be read before {@link unpostedCost}, which then
 * sees all of their charges, and perhaps more.
 */
export async function loadNewPositions(tx: Tx): Promise<readonly AccrualPosition[]> {
  const { rows } = await tx.query<AccrualPosition>(
    `select b.id as "payerBookId", b.last_journal_number as "journalNumber"
     from books b left join accrual_positions p on p.payer_book_id = b.id
     where b.last_journal_number > coalesce(p.covers_journal_number, 0)`,
  );
  return rows;
}

/** Moves positions forward; the vendors' books are locked, so no other run moves them. */
export async function savePositions(tx: Tx, tenantId: string, moved: readonly AccrualPosition[]): Promise<void> {
  await tx.query(
    `insert into accrual_positions (tenant_id, payer_book_id, covers_journal_number)
     select $1::uuid, * from unnest($2::uuid[], $3::bigint[])
     on conflict (payer_book_id) do update set covers_journal_number = excluded.covers_journal_number`,
    [tenantId, moved.map(({ payerBookId }) => payerBookId), moved.map(({ journalNumber }) => journalNumber)],
  );
}

/** New days whose cost is not all posted, at most `pageRows` in memory; the vendors' books are locked. */
export async function* unpostedCost(tx: BulkTx, pageRows: number): AsyncGenerator<readonly VendorCostDay[]> {
  await tx.query(
    `declare unposted_cost no scroll cursor for ${unpostedCostOf(NEW_CHARGES, NEW_ARCHIVED)} order by 1, 2, 3, 4, 5`,
  );
  for (;;) {
    const { rows } = await tx.query<CostDayRow>(`fetch ${pageRows} from unposted_cost`);
    if (rows.length > 0) yield rows.map(costDay);
    if (rows.length < pageRows) break;
  }
  await tx.query("close unposted_cost");
}

const costDay = (row: CostDayRow): VendorCostDay => ({
  vendorBookId: row.vendor_book_id,
  vendorId: row.vendor_id,
  payerBookId: row.payer_book_id,
  usageDate: Temporal.PlainDate.from(row.day),
  currency: row.currency as Currency,
  charged: nanosFromSql(row.charged),
  posted: nanosFromSql(row.posted),
  postedCount: row.postings,
});

/** Notes that days are posted in full, by one posting more. */
export async function saveAccruals(tx: Tx, tenantId: string, days: readonly VendorCostDay[]): Promise<void> {
  await tx.query(
    `insert into vendor_accruals as v (tenant_id, vendor_account_id, payer_book_id, day, currency, amount, postings)
     select $1::uuid, t.*, 1 from unnest($2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::numeric[]) as t
     on conflict (vendor_account_id, day, currency, payer_book_id)
       do update set amount = excluded.amount, postings = v.postings + 1`,
    [
      tenantId,
      days.map(({ vendorId }) => vendorId),
      days.map(({ payerBookId }) => payerBookId),
      days.map(({ usageDate }) => usageDate.toString()),
      days.map(({ currency }) => currency),
      days.map(({ charged }) => nanosToSql(charged)),
    ],
  );
}
