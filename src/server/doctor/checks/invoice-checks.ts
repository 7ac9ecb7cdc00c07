import type { Check } from "../check.ts";

export const invoicesAddUp: Check = {
  name: "invoices",
  holds: "On every invoice total = sum of lines = paid + due, and exact sum = total + rounding.",
  countSql: "select count(*) from invoices",
  differencesSql: `
    select format('invoice %s: total %s, lines %s, paid %s, due %s, exact sum %s of lines %s, rounding %s', number,
      i.total,
      l.amount, i.paid, i.due, i.exact_total, l.exact_amount, i.rounding) as what
    from invoices i
    left join (
      select book_id, invoice_id, sum(amount) as amount, sum(exact_amount) as exact_amount
        from invoice_lines group by 1, 2
    ) l on l.book_id = i.book_id and l.invoice_id = i.id
    where (i.total, i.exact_total) is distinct from (l.amount, l.exact_amount)
      or i.exact_total <> i.total + i.rounding or i.total <> i.paid + i.due`,
};

export const invoicesArePosted: Check = {
  name: "invoice journals",
  holds: "The journal of every invoice asks for what is due and takes off what was billed.",
  countSql: "select count(*) from invoices where journal_number is not null",
  differencesSql: `
    select format('invoice %s: due %s, billed %s; its journal has %s and %s', i.number, i.due,
      case when i.kind = 'statement' then i.overrun else i.exact_total end, coalesce(p.receivable, 0),
        coalesce(p.billed, 0)) as what
    from invoices i
    left join (
      select book_id, journal_number, account_id, sum(amount) filter (where kind = 'receivable') as receivable,
        -sum(amount) filter (where kind in ('unbilled', 'overrun')) as billed
      from postings group by 1, 2, 3
    ) p on p.book_id = i.book_id and p.journal_number = i.journal_number and p.account_id = i.account_id
    where coalesce(p.receivable, 0) <> i.due
      or coalesce(p.billed, 0) <> case when i.kind = 'statement' then i.overrun else i.exact_total end`,
};

export const invoiceNumbers: Check = {
  name: "invoice numbers",
  holds: "Every series has as many invoices as it has counted, and no number is used twice.",
  countSql: "select count(*) from invoice_series",
  differencesSql: `
    select format('series %s has counted %s and has %s invoices', name, coalesce(last_number, 0), coalesce(invoices,
      0)) as what
    from invoice_series s
    full join (select tenant_id, concat_ws(' ', seller_account_id, series) as name, count(*) as invoices
      from invoices group by 1, 2) i
      using (tenant_id, name)
    where coalesce(last_number, 0) <> coalesce(invoices, 0)
    union all
    select format('number %s is on %s invoices', number, count(*)) from invoices
      group by tenant_id, seller_account_id, number having count(*) > 1`,
};

/** Up to an account's position everything is billed; what is billed is what the charges there add up to, once. */
export const chargesAreBilledOnce: Check = {
  name: "billed charges",
  holds:
    "Every account's invoices add up to its charges up to where it is billed: none is missing, none is billed twice.",
  countSql: "select count(*) from billing_positions",
  differencesSql: `
    select format('account %s is billed %s, its charges up to there add up to %s', account_id,
      trim_scale(coalesce(i.amount, 0)),
      trim_scale(coalesce(c.amount, 0))) as what
    from (
      select book_id, account_id, sum(amount) as amount from (
      select p.book_id, p.account_id, c.amount
      from billing_positions p
      join charges c on c.book_id = p.book_id and c.account_id = p.account_id and c.side <> 'cost'
        and c.answered_at < p.period_end_at
      join journals j on j.book_id = c.book_id and j.batch_id = c.batch_id and j.kind = 'usage'
        and j.number <= p.covers_journal_number
      union all
      select book_id, account_id, amount from archived_sums where side <> 'cost'
      ) billed group by 1, 2
    ) c
    full join (
      select i.book_id, i.account_id, sum(l.exact_amount) as amount
      from invoices i join invoice_lines l on l.book_id = i.book_id and l.invoice_id = i.id
      where l.kind = 'usage' group by 1, 2
    ) i using (book_id, account_id)
    where coalesce(c.amount, 0) <> coalesce(i.amount, 0)`,
};
