-- Proof that nothing is missing: what came, by name, number and hour, and what is wrong with it.

-- Every name under which a file came, empty ones included: the same content may come under many, and be one file.
create table file_arrivals (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  name text not null,
  -- null: it was empty.
  file_id uuid references source_files,
  arrived_at timestamptz not null,
  primary key (source_id, name)
);
select protect('file_arrivals', 'select');
grant select, insert, update on file_arrivals to tollwright_ingest;
insert into file_arrivals (tenant_id, source_id, name, file_id, arrived_at)
  select distinct on (source_id, name) tenant_id, source_id, name, id, received_at
  from source_files where sha256 !~ ':' order by source_id, name, received_at;

-- Minutes in which rows of a source came without a file: posted, pulled from a table, as messages.
create table source_signs (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  at timestamptz not null,
  primary key (source_id, at)
);
select protect('source_signs', 'select');
grant select, insert on source_signs to tollwright_ingest;

-- The switch's own record numbers, as runs without a gap: a row whatever became of it has its number here.
create table record_numbers (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  file_id uuid not null references source_files,
  stream text not null,
  first_number bigint not null,
  last_number bigint not null check (last_number >= first_number),
  first_line bigint not null,
  last_line bigint not null,
  -- When the call of the first of them began.
  at timestamptz not null,
  primary key (file_id, stream, first_number, at)
);
create index record_numbers_source on record_numbers (source_id, at);
select protect('record_numbers', 'select');
grant select, insert, delete on record_numbers to tollwright_ingest;

-- Rows that stand for whole calls, by the hour in which the call began and the trunk it came in by, of a file's present
-- pass. What is stored, set aside or open is counted where it stands; this is what leaves no row there.
create table row_hours (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  file_id uuid not null references source_files,
  hour timestamptz not null,
  trunk text not null,
  -- Stored, or found to be stored already.
  known bigint not null,
  non_billable bigint not null,
  primary key (file_id, hour, trunk)
);
create index row_hours_hour on row_hours (tenant_id, hour);
select protect('row_hours', 'select');
grant select, insert, update, delete on row_hours to tollwright_ingest;
insert into row_hours (tenant_id, source_id, file_id, hour, trunk, known, non_billable)
  select e.tenant_id, e.source_id, b.file_id, date_trunc('hour', e.started_at, 'UTC'), coalesce(e.ingress_trunk, ''),
    count(*), 0
  from usage_events e join batches b on b.id = e.batch_id
  where b.file_id is not null and not exists (
    select from call_parts p where p.source_id = e.source_id and p.call_key in (
      e.call_key, '[' || to_json(e.call_key) || ',' || to_json(e.leg) || ']'))
  group by 1, 2, 3, 4, 5;

-- Where a row that waits belongs, if that much could be read of it.
alter table quarantine add column started_at timestamptz, add column trunk text;

-- What a switch says that it has counted, in a period, on all trunks or one.
create table switch_totals (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  from_at timestamptz not null,
  until_at timestamptz not null,
  -- Which moment of a call puts it into the period.
  counted_by text not null check (counted_by in ('start', 'answer', 'end')),
  -- "": all trunks.
  side text not null check (side in ('', 'ingress', 'egress')),
  trunk text not null check ((side = '') = (trunk = '')),
  calls bigint check (calls >= 0),
  answered bigint check (answered >= 0),
  talked_s bigint check (talked_s >= 0),
  stated_by text not null,
  stated_at timestamptz not null default now(),
  primary key (source_id, from_at, until_at, counted_by, side, trunk),
  check (from_at < until_at),
  check (num_nonnulls(calls, answered, talked_s) > 0)
);
create index switch_totals_period on switch_totals (tenant_id, from_at);
select protect('switch_totals', 'select, insert, update');

-- What somebody should look at. An alarm is raised once and cleared once; the same trouble later is another alarm.
create table alarms (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  source_id uuid not null references sources,
  kind text not null,
  -- What tells it from others of its kind and source: the first missing number, a period.
  subject text not null,
  what text not null,
  fix text not null,
  -- When the trouble was, not when it was seen.
  at timestamptz not null,
  raised_at timestamptz not null default now(),
  cleared_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  check ((acknowledged_at is null) = (acknowledged_by is null))
);
create unique index alarms_open on alarms (source_id, kind, subject) where cleared_at is null;
create index alarms_raised on alarms (tenant_id, raised_at);
select protect('alarms', 'select, insert, update');
