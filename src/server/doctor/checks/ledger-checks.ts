import type { Check } from "../check.ts";

export const journalsBalance: Check = {
  name: "journals",
  holds: "Debits equal credits in every journal and currency.",
  countSql: "select count(*) from journals",
  differencesSql: `
    select format('journal %s of book %s is out of balance by %s %s', journal_number, book_id,
      trim_scale(sum(amount)), currency)
      as what
    from postings group by book_id, journal_number, currency having sum(amount) <> 0`,
};

export const postingsHaveJournals: Check = {
  name: "postings",
  holds: "Every posting belongs to a journal of its book.",
  countSql: "select count(*) from postings",
  differencesSql: `
    select format('posting %s of journal %s of book %s has no journal', line, journal_number, book_id) as what
    from postings p
    where not exists (select from journals j where j.book_id = p.book_id and j.number = p.journal_number)`,
};

export const balancesAreSums: Check = {
  name: "balances",
  holds: "Every balance is the sum of its postings.",
  countSql: "select count(*) from balances",
  differencesSql: `
    select format('%s of account %s is %s %s, its postings add up to %s', kind, account_id,
      trim_scale(coalesce(b.amount, 0)),
      currency, trim_scale(coalesce(p.amount, 0))) as what
    from (select book_id, account_id, kind, currency, sum(amount) as amount from postings group by 1, 2, 3, 4) p
    full join balances b using (book_id, account_id, kind, currency)
    where coalesce(b.amount, 0) <> coalesce(p.amount, 0)`,
};

export const journalNumbers: Check = {
  name: "journal numbers",
  holds: "Journals of a book are numbered from 1 without a gap, up to the book's last.",
  countSql: "select count(*) from books",
  differencesSql: `
    select format('book %s counts up to %s and has %s journals, numbered %s to %s', b.id, b.last_journal_number,
      coalesce(j.journals, 0), j.first, j.last) as what
    from books b
    left join (select book_id, count(*) as journals, min(number) as first, max(number) as last
      from journals group by 1) j
      on j.book_id = b.id
    where b.last_journal_number <> coalesce(j.journals, 0) or j.first <> 1 or j.last <> b.last_journal_number`,
};

export const vendorsArePosted: Check = {
  name: "vendor accruals",
  holds: "What was accrued for a vendor is what its own book was posted.",
  countSql: "select count(*) from vendor_accruals",
  differencesSql: `
    select format('vendor %s: %s %s accrued, %s posted', account_id, trim_scale(coalesce(v.amount, 0)), currency,
      trim_scale(coalesce(p.amount, 0))) as what
    from (select vendor_account_id as account_id, currency, sum(amount) as amount from vendor_accruals group by 1, 2) v
    full join (
      select p.account_id, p.currency, -sum(p.amount) as amount
      from postings p join journals j on j.book_id = p.book_id and j.number = p.journal_number
      where j.kind = 'vendor-cost' and p.kind = 'payable' group by 1, 2
    ) p using (account_id, currency)
    where coalesce(v.amount, 0) <> coalesce(p.amount, 0)`,
};

/** An accrual looks only at days of new journals, so that what it overlooked would else wait for ever as new. */
export const costIsAccrued: Check = {
  name: "accrued cost",
  holds: "Where an accrual has covered all of a payer's calls, every day of their cost is accrued in full.",
  countSql: "select count(*) from accrual_positions",
  differencesSql: `
    select format('vendor %s, payer''s book %s, %s: %s %s charged, %s accrued', c.account_id, c.book_id, c.day,
      trim_scale(c.amount), c.currency, trim_scale(coalesce(v.amount, 0))) as what
    from (
      select book_id, account_id, day, currency, sum(amount) as amount
      from (
        select book_id, account_id, (answered_at at time zone 'UTC')::date as day, currency, amount
        from charges where side = 'cost'
        union all
        select book_id, account_id, day, currency, amount from archived_sums where side = 'cost'
      ) cost group by 1, 2, 3, 4
    ) c
    join (select book_id, max(number) as number from journals where kind = 'usage' group by 1) j using (book_id)
    join accrual_positions p on p.payer_book_id = c.book_id and p.covers_journal_number >= j.number
    left join vendor_accruals v on v.vendor_account_id = c.account_id and v.day = c.day and v.currency = c.currency
      and v.payer_book_id = c.book_id
    where c.amount <> coalesce(v.amount, 0)`,
};
