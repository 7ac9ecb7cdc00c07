-- Charging requests that were answered while the database was away wait in a journal on the disk of the process that took
-- them. This is how far each journal is replayed, written in the transaction that replays: no request counts twice.
create table charging_journals (
  tenant_id uuid not null references tenants (id),
  -- A data folder has one journal a tenant; processes with other folders have others.
  journal_id uuid not null,
  -- Everything before this byte of this piece of the journal is replayed.
  segment bigint not null default 0,
  byte_offset bigint not null default 0,
  replayed bigint not null default 0,
  last_at timestamptz,
  primary key (tenant_id, journal_id)
);
select protect('charging_journals', 'select');
grant select, insert, update on charging_journals to tollwright_ingest;

-- Requests of a journal that could not be decided when their turn came: they wait here for somebody, and those behind
-- them go on. No foreign key to the source, which may be what is missing.
create table charging_dead_letters (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  source_id uuid not null,
  -- The request as it was journalled, with what its switch was told.
  request json not null,
  reason text not null,
  journalled_at timestamptz not null,
  failed_at timestamptz not null default clock_timestamp()
);
create index charging_dead_letters_tenant on charging_dead_letters (tenant_id, failed_at);
select protect('charging_dead_letters', 'select');
grant select, insert, delete on charging_dead_letters to tollwright_ingest;

-- Whether calls through the trunk may begin while the database is away; null: as its source says.
alter table trunks add column when_database_away jsonb
  check (when_database_away is null or jsonb_typeof(when_database_away) = 'object');
