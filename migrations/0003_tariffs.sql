-- What calls cost: tariffs as immutable published versions, the decks they came from, and exchange rates.

-- Counts every publication in a tenant. A charge stores the epoch it was rated at, and the epoch says which version of every
-- tariff was in use, bases of derived tariffs included.
create table tariff_epochs (
  tenant_id uuid primary key references tenants,
  epoch bigint not null default 0
);
select protect('tariff_epochs', 'select, insert, update');

create table tariffs (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  name text not null check (name <> ''),
  -- Set for the private tariff that carries one account's overrides.
  account_id uuid references accounts,
  created_at timestamptz not null default now(),
  unique (tenant_id, name)
);
select protect('tariffs', 'select, insert, update');

create table tariff_versions (
  tenant_id uuid not null references tenants,
  tariff_id uuid not null references tariffs,
  number integer not null check (number > 0),
  epoch bigint not null,
  -- core/tariff TariffTerms and Derivation, as JSON with decimals as strings.
  terms jsonb not null,
  derivation jsonb,
  base_tariff_id uuid references tariffs,
  deck_id uuid,
  published_at timestamptz not null default now(),
  published_by text not null,
  primary key (tariff_id, number),
  unique (tenant_id, epoch)
);
select protect('tariff_versions', 'select, insert');

-- A row belongs to the versions [version_from, version_to): a publication ends rows and adds rows, and edits none.
-- No foreign keys here and on the rows of decks: they come by the hundred thousand in the transaction that holds their tariff
-- or deck, and to look it up again for each would take a third of the time.
create table rates (
  tenant_id uuid not null,
  tariff_id uuid not null,
  prefix text collate "C" not null check (prefix ~ '^=?[0-9]{0,15}$'),
  time_window text not null default '',
  effective_from timestamptz not null,
  effective_to timestamptz,
  version_from integer not null,
  version_to integer,
  destination text not null,
  blocked boolean not null default false,
  rate numeric not null check (rate >= 0),
  unit_s integer not null default 60 check (unit_s > 0),
  first_s integer not null check (first_s >= 0),
  next_s integer not null check (next_s > 0),
  slots jsonb,
  connect_fee numeric not null default 0 check (connect_fee >= 0),
  minimum_s integer not null default 0 check (minimum_s >= 0),
  free_s integer not null default 0 check (free_s >= 0),
  minimum_cost numeric,
  maximum_cost numeric,
  at_maximum_cost text check (at_maximum_cost in ('free', 'disconnect')),
  primary key (tariff_id, prefix, time_window, effective_from, version_from),
  check (effective_to is null or effective_to > effective_from),
  check (version_to is null or version_to > version_from)
);
select protect('rates', 'select, insert, update');

-- Which tariff an account buys at, from when on (by the time a call was answered).
create table account_tariffs (
  tenant_id uuid not null references tenants,
  account_id uuid not null references accounts,
  effective_from timestamptz not null,
  tariff_id uuid not null references tariffs,
  primary key (account_id, effective_from)
);
select protect('account_tariffs', 'select, insert, update, delete');

-- How one carrier's decks are read, compared and checked (server/tariff/carrier-template.ts).
create table deck_templates (
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  template jsonb not null,
  primary key (tenant_id, name)
);
select protect('deck_templates', 'select, insert, update, delete');

-- A rate deck as it was read: a draft until it is published or discarded. What it would change is not kept but found anew
-- whenever someone looks, because the tariff may have moved on.
create table decks (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  tariff_id uuid not null references tariffs,
  file_name text not null,
  sha256 text not null,
  -- The template, mode and rules it is read by (server/tariff/deck-settings.ts). The same bytes under the same settings are
  -- the same draft.
  settings jsonb not null,
  state text not null default 'draft' check (state in ('draft', 'published', 'discarded')),
  -- When the carrier's file came: notice counts from here.
  received_at timestamptz not null,
  -- Row counts, what was detected in the file, and warnings.
  reading jsonb not null,
  -- What publishing would have done when it was last shown: counts by kind of change, against which version (0: none), and
  -- a digest of every operation and blocking finding.
  preview jsonb not null,
  published_version integer,
  -- Blocking findings that whoever published it overruled.
  findings_accepted integer,
  created_at timestamptz not null default now(),
  created_by text not null,
  check ((state = 'published') = (published_version is not null))
);
create index decks_tariff on decks (tariff_id, created_at);
select protect('decks', 'select, insert, update');

-- The price of one prefix as the deck gives it; a row of the file with several codes makes several of these. Numbered in the
-- order of the file, because a line is no key: two sheets may have been joined.
create table deck_rows (
  tenant_id uuid not null,
  deck_id uuid not null,
  number integer not null,
  line integer not null,
  prefix text collate "C" not null,
  code_text text not null,
  destination text not null,
  kind text not null,
  status text,
  rate numeric not null,
  unit_s integer not null,
  written_decimals integer not null,
  first_s integer not null,
  next_s integer not null,
  connect_fee numeric not null,
  effective_from timestamptz,
  effective_to timestamptz,
  currency text,
  comment text not null,
  primary key (deck_id, number)
);
select protect('deck_rows', 'select, insert, delete');

-- A row of the file that cannot be used, as it came, and why.
create table deck_rejects (
  tenant_id uuid not null,
  deck_id uuid not null,
  number integer not null,
  line integer not null,
  raw text not null,
  code text not null,
  what text not null,
  fix text not null,
  primary key (deck_id, number)
);
select protect('deck_rejects', 'select, insert, delete');

-- 1 base = rate quote, from this civil date on (in the tenant's zone) until the next one.
create table exchange_rates (
  tenant_id uuid not null references tenants,
  base text not null check (base ~ '^[A-Z]{3}$'),
  quote text not null check (quote ~ '^[A-Z]{3}$'),
  effective_date date not null,
  rate numeric not null check (rate > 0),
  primary key (tenant_id, base, quote, effective_date),
  check (base <> quote)
);
select protect('exchange_rates', 'select, insert, update');
