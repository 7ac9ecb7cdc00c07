-- Invoices: what should be billed less what was billed.

-- Numbers of a series have no gaps: the row is locked until the invoice commits.
create table invoice_series (
  tenant_id uuid not null references tenants,
  name text not null,
  last_number bigint not null default 0,
  primary key (tenant_id, name)
);
select protect('invoice_series', 'select, insert, update');

-- Logos are kept once, by their content, and not in every document.
create table invoice_logos (
  tenant_id uuid not null references tenants,
  sha256 text not null,
  format text not null check (format in ('svg', 'png')),
  base64 text not null,
  primary key (tenant_id, sha256)
);
select protect('invoice_logos', 'select, insert');

-- How far an account has been billed: nothing is left to bill among its charges answered before period_end_at and booked in
-- journals up to covers_journal_number. Moved by every run, also by one that found nothing, so that an account without calls
-- does not make later runs read its book's whole past.
create table billing_positions (
  tenant_id uuid not null,
  book_id uuid not null references books,
  account_id uuid not null references accounts,
  period_end_at timestamptz not null,
  covers_journal_number bigint not null,
  primary key (book_id, account_id)
);
select protect('billing_positions', 'select, insert, update');

-- An invoice bills the account's charges answered before period_end_at and booked in journals up to covers_journal_number, less
-- those answered before after_end_at and booked up to after_journal_number: the account's position before it.
create table invoices (
  tenant_id uuid not null,
  book_id uuid not null references books,
  id uuid not null,
  account_id uuid not null references accounts,
  series text not null,
  number text not null,
  kind text not null check (kind in ('invoice', 'credit-note', 'statement')),
  period_start_date date not null,
  period_end_date date not null,
  -- The end of the period as an instant, in the account's zone when it was billed.
  period_end_at timestamptz not null,
  covers_journal_number bigint not null,
  after_end_at timestamptz not null,
  after_journal_number bigint not null,
  issue_date date not null,
  due_date date not null,
  currency text not null,
  -- exact_total = total + rounding, total = paid + due.
  exact_total numeric(28, 9) not null,
  total numeric(28, 9) not null,
  rounding numeric(28, 9) not null,
  paid numeric(28, 9) not null,
  due numeric(28, 9) not null,
  overrun numeric(28, 9) not null,
  -- Null when the invoice moves no money: free usage, or a statement of what a wallet has paid.
  journal_number bigint,
  -- The printed document, all texts final, without its logo.
  document jsonb not null,
  logo_sha256 text,
  created_at timestamptz not null default now(),
  primary key (book_id, id),
  unique (book_id, account_id, period_end_at, covers_journal_number),
  check (period_end_date > period_start_date)
);
create index invoices_number on invoices (tenant_id, number);
select protect('invoices', 'select, insert');
-- Itemised bills find usage events by their identities, which only this role may read.
grant select on invoices to tollwright_ingest;

create table invoice_lines (
  tenant_id uuid not null,
  book_id uuid not null,
  invoice_id uuid not null,
  line integer not null,
  kind text not null check (kind in ('usage', 'adjustment')),
  -- The destination of usage, or what an adjustment is for.
  description text not null,
  -- Of usage: when it was answered, and its price a minute, null where that is not one.
  period_start_date date,
  period_end_date date,
  previous_period boolean not null,
  rate numeric,
  calls bigint,
  billed_s bigint,
  -- The key of the adjustment's journal.
  adjustment_id text,
  exact_amount numeric(28, 9) not null,
  amount numeric(28, 9) not null,
  primary key (book_id, invoice_id, line)
);
select protect('invoice_lines', 'select, insert');
