import { type Nanos, nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { Tx } from "../db/tx.ts";

/** A correction in money that was booked. */
export interface Adjusted {
  /** As it was given when it was booked. */
  readonly id: string;
  /** Positive: the customer paid more. */
  readonly amount: Nanos;
  readonly memo: string;
}

const KEY = "adjustment/";

/** Adjustments of an account whose ids are `id`, or begin with it where it ends with a slash. */
export async function adjustmentsUnder(
  tx: Tx,
  { bookId, id: accountId }: { readonly bookId: string; readonly id: string },
  id: string,
): Promise<readonly Adjusted[]> {
  const { rows } = await tx.query<{ key: string; amount: string; memo: string }>(
    `select j.idempotency_key as key, sum(p.amount) as amount, j.memo
     from journals j join postings p on p.book_id = j.book_id and p.journal_number = j.number
     where j.book_id = $1 and ${id.endsWith("/") ? "starts_with(j.idempotency_key, $3)" : "j.idempotency_key = $3"}
       and p.account_id = $2 and p.kind = 'revenue'
     group by j.number, j.idempotency_key, j.memo order by j.number`,
    [bookId, accountId, KEY + id],
  );
  // Revenue grows by credits, which are below zero as postings.
  return rows.map(({ key, amount, memo }) => ({
    id: key.slice(KEY.length),
    amount: nanos(-nanosFromSql(amount)),
    memo,
  }));
}
