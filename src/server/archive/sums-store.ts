import type { Tx } from "../db/tx.ts";
import type { Duck } from "./duck.ts";
import { literal } from "./duck.ts";

/** What charges of a part add up to, for one account, side, day and currency. */
interface SumRow {
  readonly book_id: string;
  readonly account_id: string;
  readonly side: string;
  readonly day: string;
  readonly currency: string;
  readonly price_currency: string;
  readonly entries: string;
  readonly amount: string;
  readonly price_amount: string;
}

/** Adds up a file of charges. */
export const sumCharges = (duck: Duck, file: string): Promise<SumRow[]> =>
  duck.rows<SumRow>(
    `select book_id::text as book_id, account_id::text as account_id, side,
       (answered_at at time zone 'UTC')::date::text as day, currency,
       coalesce(tariff_currency, currency) as price_currency, count(*)::text as entries,
       sum(amount)::text as amount, sum(coalesce(tariff_amount, amount))::text as price_amount
     from read_parquet(${literal(file)}) group by all`,
  );

/** Keeps what the charges of a part add up to, for the ledger and the vendors' accrual. */
export async function insertSums(
  tx: Tx,
  { tenantId, archiveId, sums }: { tenantId: string; archiveId: string; sums: readonly SumRow[] },
): Promise<void> {
  await tx.query(
    `insert into archived_sums (tenant_id, archive_id, book_id, account_id, side, day, currency, price_currency,
       entries, amount, price_amount)
     select $1::uuid, $2::uuid, r.book_id, r.account_id, r.side, r.day, r.currency, r.price_currency, r.entries,
       r.amount, r.price_amount
     from jsonb_to_recordset($3::jsonb) as r(book_id uuid, account_id uuid, side text, day date, currency text,
       price_currency text, entries bigint, amount numeric, price_amount numeric)`,
    [tenantId, archiveId, JSON.stringify(sums)],
  );
}

/** Forgets the sums of parts whose charges are in the table again. */
export async function deleteSums(tx: Tx, archiveIds: readonly string[]): Promise<void> {
  await tx.query("delete from archived_sums where archive_id = any($1::uuid[])", [archiveIds]);
}
