-- The books: journals of signed postings (debit above zero, credit below) that sum to zero per currency, and the balances
-- they add up to. A ledger account is (book, account, kind, currency).

create table balances (
  tenant_id uuid not null,
  book_id uuid not null references books,
  account_id uuid not null,
  kind text not null,
  currency text not null,
  amount numeric(28, 9) not null default 0,
  primary key (book_id, account_id, kind, currency)
) with (fillfactor = 50); -- room for the next version of a row beside it, so that a new amount touches no index
select protect('balances', 'select, insert, update');
grant select, insert, update on balances to tollwright_ingest;

-- number counts from 1 within the book without a gap. first_answered_at: the earliest call in a usage journal, which bounds the
-- search for late calls. The idempotency key with another input hash is a conflict, never a second journal.
create table journals (
  tenant_id uuid not null,
  book_id uuid not null references books,
  number bigint not null,
  kind text not null,
  idempotency_key text not null,
  input_hash text not null,
  batch_id bigint,
  first_answered_at timestamptz,
  effective_date date not null,
  reverses_key text,
  memo text not null default '',
  booked_at timestamptz not null default now(),
  booked_by text not null,
  primary key (book_id, number),
  unique (book_id, idempotency_key),
  unique (book_id, reverses_key)
);
create index journals_batch on journals (book_id, batch_id);
select protect('journals', 'select, insert');
grant select, insert on journals to tollwright_ingest;

create table postings (
  tenant_id uuid not null,
  book_id uuid not null,
  journal_number bigint not null,
  line smallint not null,
  account_id uuid not null,
  kind text not null,
  currency text not null,
  amount numeric(28, 9) not null,
  primary key (book_id, journal_number, line)
);
select protect('postings', 'select, insert');
grant select, insert on postings to tollwright_ingest;

-- What has been posted to a vendor's own book, per day of answer and payer's book: the next posting is the sum of the cost
-- charges less this, so late and corrected calls are caught whenever they come.
create table vendor_accruals (
  tenant_id uuid not null,
  vendor_account_id uuid not null references accounts,
  payer_book_id uuid not null references books,
  day date not null,
  currency text not null,
  amount numeric(28, 9) not null,
  -- How many postings made it up: part of the next one's key, so that of two runs at once one wins.
  postings integer not null,
  primary key (vendor_account_id, day, currency, payer_book_id)
);
select protect('vendor_accruals', 'select, insert, update');
