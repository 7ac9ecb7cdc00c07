-- Who there is: operators (tenants), the parties under them, the trunks that calls come and go by, and whose a call is.

create table tenants (
  id uuid primary key,
  name text not null check (name <> ''),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null,
  -- Who the operator is on paper: address lines, tax number, bank details, logo. Printed on invoices as it is.
  letterhead jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create unique index tenants_name on tenants (lower(name));
alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant_isolation on tenants to tollwright_app using (id = current_tenant()) with check (id = current_tenant());
create policy ingest_all on tenants to tollwright_ingest using (true) with check (true);
create policy owner_all on tenants to tollwright_owner using (true) with check (true);
grant select, update on tenants to tollwright_app;
grant select on tenants to tollwright_ingest;

-- A book is the unit of money and of scale: one per party directly under the operator. last_journal_number orders everything
-- that touches the book's money: whoever posts locks this row first, books in id order.
create table books (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  last_journal_number bigint not null default 0
) with (fillfactor = 50);
select protect('books', 'select, insert, update');

create table accounts (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  book_id uuid not null references books,
  parent_id uuid references accounts,
  code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  name text not null check (name <> ''),
  kind text not null check (kind in ('customer', 'reseller', 'vendor')),
  payment text not null check (payment in ('prepaid', 'postpaid')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null,
  -- How far below zero a prepaid wallet may go; what usage takes beyond it is overrun.
  credit_limit numeric(28, 9) not null default 0 check (credit_limit >= 0),
  letterhead jsonb not null default '{}',
  created_at timestamptz not null default now(),
  unique (tenant_id, code),
  check (kind <> 'vendor' or parent_id is null)
);
create index accounts_parent on accounts (parent_id);
create index accounts_book on accounts (book_id);
select protect('accounts', 'select, insert, update');

-- A named route on a switch: calls come in through a customer's trunk and go out through a vendor's. One carrier may be both.
create table trunks (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  -- The source whose records use the name; null: every source of the tenant.
  source_id uuid,
  name text not null check (name <> ''),
  account_id uuid not null references accounts,
  direction text not null check (direction in ('ingress', 'egress')),
  -- What numbers look like on this trunk (docs/concepts/numbering.md); null: as on the source.
  numbers jsonb,
  created_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, source_id, name, direction)
);
select protect('trunks', 'select, insert, update, delete');

-- Whose a call is: a call that meets every condition of a rule belongs to its account (docs/concepts/parties.md).
create table account_rules (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  source_id uuid,
  account_id uuid not null references accounts,
  trunk_id uuid references trunks,
  priority integer not null default 0,
  address text,
  trunk text,
  account_code text,
  sip_user text,
  tech_prefix text,
  calling_prefix text,
  created_at timestamptz not null default now(),
  check (num_nonnulls(source_id, address, trunk, account_code, sip_user, tech_prefix, calling_prefix) > 0),
  unique nulls not distinct
    (tenant_id, source_id, address, trunk, account_code, sip_user, tech_prefix, calling_prefix, priority, account_id)
);
select protect('account_rules', 'select, insert, update, delete');
