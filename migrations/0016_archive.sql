-- Months of usage that lie in Parquet files beside the database, and what stays of them in it.

-- One part of a month's calls of a tenant; calls that came late, after the month was archived, make further parts.
-- `restored`: its rows are in the tables again; `deleted`: they are gone, by policy.
create table archives (
  tenant_id   uuid not null references tenants (id),
  id          uuid primary key,
  month       date not null check (extract(day from month) = 1),
  part        integer not null check (part > 0),
  state       text not null check (state in ('archived', 'restored', 'deleted')),
  calls       bigint not null,
  archived_at timestamptz not null default now(),
  archived_by text not null,
  ended_at    timestamptz,
  ended_by    text,
  unique (tenant_id, month, part),
  check ((state = 'archived') = (ended_at is null))
);
select protect('archives', 'select, insert, update');
grant select on archives to tollwright_ingest;

-- The files of a part, one a table: what is in them, and how to tell that they are still what was written.
-- `figures`: rows, digest, amounts and seconds by side and currency, as `tollwright archive verify` finds them again.
create table archive_files (
  tenant_id  uuid not null references tenants (id),
  archive_id uuid not null references archives (id),
  table_name text not null check (table_name in ('usage_events', 'charges', 'usage_history')),
  file       text not null,
  bytes      bigint not null,
  sha256     text not null,
  rows       bigint not null,
  figures    jsonb not null,
  primary key (archive_id, table_name)
);
select protect('archive_files', 'select, insert');
grant select on archive_files to tollwright_ingest;

-- What the charges of archived parts add up to, so that the ledger and the vendors' accrual agree while they are away.
-- `price_currency` and `price_amount`: as the tariff had it, which is the account's own where it is not another.
create table archived_sums (
  tenant_id      uuid not null references tenants (id),
  book_id        uuid not null references books (id),
  archive_id     uuid not null references archives (id),
  account_id     uuid not null,
  side           text not null check (side in ('cost', 'reseller', 'customer')),
  day            date not null,
  currency       text not null,
  price_currency text not null,
  entries        bigint not null,
  amount         numeric(28,9) not null,
  price_amount   numeric(28,9) not null,
  primary key (book_id, archive_id, account_id, side, day, currency, price_currency)
);
select protect('archived_sums', 'select');

-- How long a tenant keeps its calls: whole months in the database, then whole months in the archive (null: for good).
create table retention_policies (
  tenant_id      uuid primary key references tenants (id),
  online_months  integer not null check (online_months between 1 and 1200),
  archive_months integer check (archive_months between 0 and 1200)
);
select protect('retention_policies', 'select, insert, update, delete');
