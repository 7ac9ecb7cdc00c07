-- Invoices: what should be billed less what was billed.

-- Numbers of a series have no gaps: the row is locked until the invoice commits.
create table invoice_series (
  tenant_id uuid not null references tenants,
  name text not null,
  last_number bigint not null default 0,
  primary key (tenant_id, name)
);
select protect('invoice_series', 'select, insert, update');

-- An invoice covers the charges answered before its period's end and booked in journals up to covers_journal_number, less those
-- that the account's earlier invoices cover in the same way.
create table invoices (
  tenant_id uuid not null,
  book_id uuid not null references books,
  id uuid not null,
  account_id uuid not null references accounts,
  number text not null,
  period_start_date date not null,
  period_end_date date not null,
  -- The end of the period as an instant, in the account's zone when it was billed.
  period_end_at timestamptz not null,
  issue_date date not null,
  due_date date not null,
  currency text not null,
  total numeric(28, 9) not null,
  rounding numeric(28, 9) not null,
  covers_journal_number bigint not null,
  journal_number bigint not null,
  document jsonb not null,
  created_at timestamptz not null default now(),
  primary key (book_id, id),
  unique (book_id, account_id, period_end_date, covers_journal_number),
  check (period_end_date > period_start_date)
);
create index invoices_number on invoices (tenant_id, number);
create index invoices_account on invoices (account_id, period_end_date);
select protect('invoices', 'select, insert');

create table invoice_lines (
  tenant_id uuid not null,
  book_id uuid not null,
  invoice_id uuid not null,
  line integer not null,
  kind text not null,
  description text not null,
  calls bigint,
  billed_s bigint,
  rate text,
  exact_amount numeric(28, 9) not null,
  amount numeric(28, 9) not null,
  primary key (book_id, invoice_id, line)
);
select protect('invoice_lines', 'select, insert');
