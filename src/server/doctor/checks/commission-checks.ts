import type { Check } from "../check.ts";

/** What agents were credited is what their entries say. */
export const commissionsArePosted: Check = {
  name: "commissions",
  holds: "What agents are credited is what their entries add up to, each within the right journal.",
  countSql: "select count(*) from commission_entries",
  differencesSql: `
    select format('journal %s of book %s credits agent %s %s, its entries add up to %s', journal_number, book_id,
      account_id, trim_scale(coalesce(p.amount, 0)), trim_scale(coalesce(e.amount, 0))) as what
    from (
      select book_id, journal_number, account_id, currency, sum(amount) as amount from postings
      where kind = 'commission' group by 1, 2, 3, 4
    ) p
    full join (
      select book_id, journal_number, account_id, currency, sum(amount) as amount from commission_entries
      group by 1, 2, 3, 4
    ) e using (book_id, journal_number, account_id, currency)
    where coalesce(p.amount, 0) <> coalesce(e.amount, 0)`,
};

/** The payments of an invoice are in the books, each once. */
export const paymentsArePosted: Check = {
  name: "invoice payments",
  holds: "Every payment of an invoice is posted as it is recorded.",
  countSql: "select count(*) from invoice_payments",
  differencesSql: `
    select format('payment %s of account %s is %s, its journal posts %s', i.reference, i.account_id,
      trim_scale(i.amount), trim_scale(coalesce(p.amount, 0))) as what
    from invoice_payments i
    left join postings p on p.book_id = i.book_id and p.journal_number = i.journal_number and p.kind = 'payments'
      and p.account_id = i.account_id
    where coalesce(p.amount, 0) <> i.amount`,
};
