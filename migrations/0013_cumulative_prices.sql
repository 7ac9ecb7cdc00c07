-- Prices that accumulate: packages of allowances, tiers and promotions, who has them, and what was used of them.

create table packages (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  name text not null check (name <> ''),
  -- Every account has the package for as long as it buys at one of these tariffs.
  tariff_ids uuid[] not null default '{}',
  created_at timestamptz not null default now(),
  unique (tenant_id, name)
);
select protect('packages', 'select, insert, update');

-- What a package offers, as the setup file says it. Never changed: of equal effective_from the newest number holds, so that
-- a correction is known as one, and a month that is closed is priced again by what was in force in it.
create table package_versions (
  tenant_id uuid not null references tenants,
  package_id uuid not null references packages,
  number integer not null check (number > 0),
  effective_from timestamptz not null,
  offer jsonb not null,
  published_at timestamptz not null default now(),
  published_by text not null,
  primary key (package_id, number)
);
select protect('package_versions', 'select, insert');

-- Which account has which package, and which accounts of its book use it up too.
create table account_packages (
  tenant_id uuid not null references tenants,
  account_id uuid not null references accounts,
  package_id uuid not null references packages,
  effective_from timestamptz not null,
  -- Infinity: for good.
  effective_to timestamptz not null default 'infinity',
  shared_with uuid[] not null default '{}',
  primary key (account_id, package_id, effective_from),
  check (effective_to > effective_from)
);
select protect('account_packages', 'select, insert, update');

-- What a pool (the accounts that use up allowances or tiers together) has used in a month and has left, after the last call that
-- was priced in its turn. A cache: the calls and the rules make it again. stale: a call came out of its turn, and the month is
-- to be priced again as a whole before it is billed.
create table pool_months (
  tenant_id uuid not null,
  -- No foreign keys: one would share-lock the row of the book, which a batch before this one may be waiting to lock.
  book_id uuid not null,
  -- The first of the pool's accounts, in order of their ids.
  pool_id uuid not null,
  start_at timestamptz not null,
  -- What was in force when it was priced.
  rules_hash text not null,
  start_state jsonb not null,
  state jsonb not null,
  last_answered_at timestamptz not null default '-infinity',
  last_usage_id uuid not null default '00000000-0000-0000-0000-000000000000',
  stale boolean not null,
  -- Moves with every change, so that who read it without a lock knows whether it is still so.
  revision bigint not null default 0,
  primary key (book_id, pool_id, start_at)
);
select protect('pool_months', 'select');
grant select, insert, update, delete on pool_months to tollwright_ingest;

grant select on packages, package_versions, account_packages to tollwright_ingest;

-- covered_s: the part of billed_s that allowances paid. parts: which allowances and tiers made the price; null: the tariff alone.
alter table charges
  add covered_s integer,
  add parts jsonb;

-- allowance: names of what covered the calls of the line; covered_s: the part of billed_s that it paid.
alter table invoice_lines
  add covered_s bigint,
  add allowance text;

-- Fees of tiers, and what least and most spend added or took off, as they were posted: what should be less their sum is posted
-- by the next bill run. Each is an adjustment of that key in the ledger.
create table spend_postings (
  tenant_id uuid not null,
  book_id uuid not null references books,
  account_id uuid not null references accounts,
  period_start_date date not null,
  kind text not null check (kind in ('tier-fee', 'minimum-spend', 'maximum-spend')),
  name text not null,
  adjustment_id text not null,
  amount numeric(28, 9) not null,
  primary key (book_id, adjustment_id)
);
create index spend_postings_period on spend_postings (book_id, account_id, period_start_date);
select protect('spend_postings', 'select, insert');
