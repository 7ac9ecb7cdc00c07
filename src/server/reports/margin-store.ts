import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { MarginPart } from "../../core/reports/margin-rows.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { BulkTx } from "../db/tx.ts";

/** What of the charges is wanted. */
export interface MarginWindow {
  readonly tenantId: string;
  readonly bookIds: readonly string[];
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** In which days begin. */
  readonly timeZone: string;
  /** Amounts in it need no day, and come in one sum. */
  readonly currency: Currency;
}

/** A sum of charges of one key, currency and, where that is another than the report's, day. */
export interface StoredPart {
  /** Of an account its id. */
  readonly key: string;
  readonly kind: MarginPart["kind"];
  readonly currency: Currency;
  /** "2026-03-02"; null: no conversion asks for it. */
  readonly day: string | null;
  readonly amount: Nanos;
  readonly calls: number;
}

const KEYS = {
  account: "account_id::text",
  destination: "destination",
  day: "day::text",
} as const;

const DAY = "(c.answered_at at time zone $5)::date";
/** A charge counts, and its reversal takes that back. */
const CALLS = "sum(case when reverses_entry_no is null then 1 else -1 end)";
const IN_WINDOW = `c.tenant_id = $1 and c.book_id = any($2::uuid[]) and c.answered_at >= $3 and c.answered_at < $4`;

const parametersOf = ({ tenantId, bookIds, from, until, timeZone, currency }: MarginWindow): readonly unknown[] => [
  ...[tenantId, bookIds, timestampToSql(from), timestampToSql(until), timeZone, currency],
];

/**
 * What a seller's buyers were charged, and what the same calls cost it: as its own charges (`sellerIds`), or those of
 * vendors where it is the operator (null). The cost of a call stands where its buyer was charged last.
 */
export async function marginParts(
  tx: BulkTx,
  by: keyof typeof KEYS,
  window: MarginWindow,
  parties: { readonly buyerIds: readonly string[]; readonly sellerIds: readonly string[] | null },
): Promise<readonly StoredPart[]> {
  const { rows } = await tx.query<StoredRow>(
    `with sold as materialized (
       select c.book_id, c.answered_at, c.usage_id, c.entry_no, c.reverses_entry_no, c.account_id, c.destination,
         ${DAY} as day, c.currency, c.amount
       from charges c where ${IN_WINDOW} and c.account_id = any($7::uuid[]) and c.side <> 'cost'
     ), placed as (
       select distinct on (book_id, answered_at, usage_id) book_id, answered_at, usage_id, account_id, destination, day
       from sold order by book_id, answered_at, usage_id, entry_no desc
     )
     select ${KEYS[by]} as key, 'revenue' as kind, currency, case when currency <> $6 then day end as day,
       sum(amount) as amount, ${CALLS} as calls from sold group by 1, 3, 4
     union all
     select ${KEYS[by]}, 'cost', currency, case when currency <> $6 then day end, sum(amount), 0
     from (
       select p.account_id, p.destination, p.day, c.currency, c.amount
       from placed p join charges c using (book_id, answered_at, usage_id)
       where case when $8::uuid[] is null then c.side = 'cost' else c.account_id = any($8) and c.side <> 'cost' end
     ) bought group by 1, 3, 4`,
    [...parametersOf(window), parties.buyerIds, parties.sellerIds],
  );
  return rows.map(partOf);
}

/** What each account was charged, and each vendor is owed: the revenue of one level and the cost of the next. */
export async function chargesOfAccounts(
  tx: BulkTx,
  window: MarginWindow,
  accountIds: readonly string[],
): Promise<readonly StoredPart[]> {
  const { rows } = await tx.query<StoredRow>(
    `select account_id::text as key, case side when 'cost' then 'cost' else 'revenue' end as kind, currency,
       case when currency <> $6 then ${DAY} end as day, sum(amount) as amount, ${CALLS} as calls
     from charges c where ${IN_WINDOW} and c.account_id = any($7::uuid[]) group by 1, 2, 3, 4`,
    [...parametersOf(window), accountIds],
  );
  return rows.map(partOf);
}

interface StoredRow {
  readonly key: string;
  readonly kind: MarginPart["kind"];
  readonly currency: Currency;
  readonly day: string | null;
  readonly amount: string;
  readonly calls: string;
}

const partOf = ({ amount, calls, ...row }: StoredRow): StoredPart => ({
  ...row,
  amount: nanosFromSql(amount),
  calls: Number(calls),
});
