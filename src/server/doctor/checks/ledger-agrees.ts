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

/** Revenue stays in the currency of the price, so a converted charge counts with what it cost there. */
const CHARGED = `
  select book_id, account_id, case side when 'cost' then 'cost' else 'revenue' end as kind,
    case when side = 'cost' then currency else coalesce(tariff_currency, currency) end as currency,
    sum(case when side = 'cost' then amount else coalesce(tariff_amount, amount) end) as amount
  from charges group by 1, 2, 3, 4`;

const BOOKED = `
  select p.book_id, p.account_id, p.kind, p.currency, sum(p.amount) as amount
  from postings p join journals j on j.book_id = p.book_id and j.number = p.journal_number
  where p.kind in ('revenue', 'cost') and (j.kind = 'usage' or j.reverses_key like 'usage/%')
  group by 1, 2, 3, 4`;

const FIRST = 5;

/** Sub-ledger and ledger: the charges, and the revenue and cost that usage journals booked, account by account. */
export async function ledgerAgrees(tx: BulkTx): Promise<CheckResult> {
  const charged = (await tx.query<SumRow>(CHARGED)).rows;
  const booked = (await tx.query<SumRow>(BOOKED)).rows;
  const differences = compareLedgers(charged.map(expectedPosting), booked.map(posting));
  return {
    name: "ledger and sub-ledger",
    holds: "Revenue and cost of the usage journals are what the charges add up to, for every account and currency.",
    ok: differences.length === 0,
    looked: charged.length,
    differences: differences.length,
    first: differences.slice(0, FIRST).map(({ account, subLedger, ledger }) => {
      const { kind, ownerId, bookId, currency } = account;
      const amounts = `${nanosToSql(ledger)} ${currency} in the ledger, ${nanosToSql(subLedger)} in the charges`;
      return `${kind} of account ${ownerId} in book ${bookId}: ${amounts}`;
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
