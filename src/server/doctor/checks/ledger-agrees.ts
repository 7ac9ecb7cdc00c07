import { compareLedgers } from "../../../core/ledger/compare-ledgers.ts";
import type { LedgerAccountKind } from "../../../core/ledger/ledger-account.ts";
import { credit, debit, type Posting } from "../../../core/ledger/posting.ts";
import type { Currency } from "../../../core/money/currency.ts";
import { nanosFromSql, nanosToSql } from "../../../core/money/nanos.ts";
import type { BulkTx } from "../../db/tx.ts";
import type { CheckResult } from "../check.ts";

interface SumRow {
  readonly book_id: string;
  readonly account_id: string;
  readonly kind: LedgerAccountKind;
  readonly currency: string;
  readonly amount: string;
}

/**
 * Every sale stands twice in the ledger: as revenue in the currency of the price, and as what the payer paid or owes in
 * its own. A prepaid payer's part of `overrun` depends on its wallet, so wallet and overrun count with `unbilled`.
 */
const CHARGED = `
  with sums as (
    select book_id, account_id, side, currency, coalesce(tariff_currency, currency) as price_currency,
      sum(amount) as amount, sum(coalesce(tariff_amount, amount)) as price_amount
    from charges group by 1, 2, 3, 4, 5
    union all
    select book_id, account_id, side, currency, price_currency, amount, price_amount from archived_sums
  )
  select book_id, account_id, k.kind, k.currency, sum(k.amount) as amount
  from sums cross join lateral (
    select 'cost' as kind, currency, amount where side = 'cost'
    union all
    select 'revenue', price_currency, price_amount where side <> 'cost'
    union all
    select 'unbilled', currency, amount where side <> 'cost'
  ) k group by 1, 2, 3, 4`;

const BOOKED = `
  select p.book_id, p.account_id, case when p.kind in ('wallet', 'overrun') then 'unbilled' else p.kind end as kind,
    p.currency, sum(p.amount) as amount
  from postings p join journals j on j.book_id = p.book_id and j.number = p.journal_number
  where p.kind in ('revenue', 'cost', 'unbilled', 'wallet', 'overrun')
    and (j.kind = 'usage' or j.reverses_key like 'usage/%')
  group by 1, 2, 3, 4`;

const FIRST = 5;

/** Sub-ledger and ledger: the charges, and what usage journals booked of them, account by account. */
export async function ledgerAgrees(tx: BulkTx): Promise<CheckResult> {
  const charged = (await tx.query<SumRow>(CHARGED)).rows;
  const booked = (await tx.query<SumRow>(BOOKED)).rows;
  const differences = compareLedgers(charged.map(expectedPosting), booked.map(posting));
  return {
    name: "ledger and sub-ledger",
    holds: "What usage journals earned, cost and took from payers is what the charges add up to, account by account.",
    ok: differences.length === 0,
    looked: charged.length,
    differences: differences.length,
    first: differences.slice(0, FIRST).map(({ account, subLedger, ledger }) => {
      const { kind, ownerId, bookId, currency } = account;
      const amounts = `${nanosToSql(ledger)} ${currency} in the ledger, ${nanosToSql(subLedger)} in the charges`;
      const what = kind === "unbilled" ? "unbilled, wallet and overrun" : kind;
      return `${what} of account ${ownerId} in book ${bookId}: ${amounts}`;
    }),
  };
}

const ownerOf = ({ book_id, account_id, currency }: SumRow) => {
  return { bookId: book_id, ownerId: account_id, currency: currency as Currency };
};

const posting = (row: SumRow): Posting => debit(ownerOf(row), row.kind, nanosFromSql(row.amount));

function expectedPosting(row: SumRow): Posting {
  return row.kind === "revenue" ? credit(ownerOf(row), "revenue", nanosFromSql(row.amount)) : posting(row);
}
