-- Prices that depend on where a call comes from. Zones of callers are terms of a tariff; here is which rate is for which, and
-- what says in which state of North America a number is.

alter table rates add column origin text not null default '';
alter table rates drop constraint rates_pkey;
alter table rates add primary key (tariff_id, prefix, origin, time_window, effective_from, version_from);

alter table deck_rows add column origin text;

-- The state of an exchange of North America; of those that are not listed, the area code alone says it. An import replaces all.
create table nanp_exchanges (
  tenant_id uuid not null references tenants,
  npa_nxx text collate "C" not null check (npa_nxx ~ '^[2-9][0-9]{5}$'),
  state text not null check (state ~ '^[A-Z]{2}$'),
  lata text,
  primary key (tenant_id, npa_nxx)
);
select protect('nanp_exchanges', 'select, insert, delete');

-- The routing number (LRN) of a number that was ported.
create table nanp_ported_numbers (
  tenant_id uuid not null references tenants,
  number text collate "C" not null check (number ~ '^1[2-9][0-9]{9}$'),
  routing_number text not null check (routing_number ~ '^1[2-9][0-9]{9}$'),
  primary key (tenant_id, number)
);
select protect('nanp_ported_numbers', 'select, insert, delete');

-- Which files they came from. A process sees by this one row that it has to read them again.
create table nanp_imports (
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('exchanges', 'ported-numbers')),
  file_name text not null,
  rows integer not null,
  imported_at timestamptz not null default now(),
  imported_by text not null,
  primary key (tenant_id, kind)
);
select protect('nanp_imports', 'select, insert, update, delete');
