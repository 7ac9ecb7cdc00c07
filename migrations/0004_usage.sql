-- What the switches reported, and what it cost.

-- One switch, with all its ways in: its files, its pushes and its live sessions share one identity space.
create table sources (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  format text not null,
  -- src/server/sources/source.ts: zone, fold, duration rule, numbering, mapping, legs.
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  unique (tenant_id, name)
);
select protect('sources', 'select, insert, update');
alter table account_rules add foreign key (source_id) references sources;
alter table trunks add foreign key (source_id) references sources;

-- One file, push or message, known by its content. rows_done and bytes_done move in the transaction that stores the rows,
-- so a killed import goes on where it stopped. The counts are those of the present pass, kept true as open calls end and quarantined
-- rows are released. For every file: rows = stored + duplicate + non_billable + quarantined + open.
create table source_files (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  source_id uuid not null references sources,
  sha256 text not null,
  name text not null,
  size_bytes bigint not null,
  received_at timestamptz not null,
  -- Header and type rows, kept so that a single row of the file can be decoded again.
  preamble text not null default '',
  state text not null check (state in ('importing', 'imported')),
  -- How often the whole file has been imported; rows_done, line_done and bytes_done count within the present pass.
  pass integer not null default 1,
  rows_done bigint not null default 0,
  line_done bigint not null default 0,
  bytes_done bigint not null default 0,
  rows bigint not null default 0,
  stored bigint not null default 0,
  duplicate bigint not null default 0,
  -- Of the duplicates, those whose stored event was corrected by this pass.
  corrected bigint not null default 0,
  non_billable bigint not null default 0,
  quarantined bigint not null default 0,
  open bigint not null default 0,
  unique (source_id, sha256),
  check (rows = stored + duplicate + non_billable + quarantined + open)
);
create index source_files_received on source_files (tenant_id, received_at);
select protect('source_files', 'select, insert, update');

-- One committed piece of an import: the author of its usage, charges and journals.
create table batches (
  tenant_id uuid not null references tenants,
  id bigint generated always as identity primary key,
  source_id uuid not null references sources,
  file_id uuid references source_files,
  kind text not null check (kind in ('import', 'retry', 'push')),
  booked_at timestamptz not null default now()
);
create index batches_file on batches (file_id);
select protect('batches', 'select, insert');

-- A usage record's identity is (source, the switch's own key, leg), as the first 128 bits of its SHA-256: never a derived time,
-- account or book. It says where the record lives now, so that a corrected zone or account rule finds and moves it.
-- content_hash: the record as the switch wrote it; derived_hash: what our settings made of it.
create table usage_identities (
  id uuid primary key,
  book_id uuid not null,
  started_at timestamptz not null,
  content_hash bigint not null,
  derived_hash bigint not null
);
alter table usage_identities enable row level security;
alter table usage_identities force row level security;
create policy ingest_all on usage_identities to tollwright_ingest using (true) with check (true);
create policy owner_all on usage_identities to tollwright_owner using (true) with check (true);
grant select, insert, update, delete on usage_identities to tollwright_ingest;

create table usage_events (
  tenant_id uuid not null,
  book_id uuid not null,
  started_at timestamptz not null,
  id uuid not null,
  account_id uuid not null,
  source_id uuid not null,
  batch_id bigint not null,
  line bigint not null,
  revision smallint not null default 0,
  call_key text not null,
  leg text not null,
  call_id text,
  direction text not null,
  calling text collate "C" not null,
  called text collate "C" not null,
  answered_at timestamptz,
  ended_at timestamptz not null,
  talked_ms bigint not null,
  talked_s integer not null,
  account_code text,
  sip_user text,
  source_address text,
  ingress_trunk text,
  egress_trunk text,
  vendor_account_id uuid,
  q850 smallint,
  sip smallint,
  cause_text text,
  primary key (book_id, started_at, id)
) partition by range (started_at);
create index usage_events_called on usage_events (called, started_at);
create index usage_events_calling on usage_events (calling, started_at);
select protect('usage_events', 'select');
grant select, insert, update, delete on usage_events to tollwright_ingest;

-- What a usage event was before a correction moved it: nothing that was ever stored is unknowable.
create table usage_history (
  tenant_id uuid not null,
  book_id uuid not null,
  id uuid not null,
  revision smallint not null,
  replaced_at timestamptz not null default now(),
  batch_id bigint not null,
  event jsonb not null,
  primary key (book_id, id, revision)
);
select protect('usage_history', 'select');
grant select, insert on usage_history to tollwright_ingest;

-- The sub-ledger: one row per usage event and side. Append-only: a correction is a reversal (the amount negated) and a new row.
create table charges (
  tenant_id uuid not null,
  book_id uuid not null,
  answered_at timestamptz not null,
  usage_id uuid not null,
  entry_no smallint not null,
  -- Who pays this side: the customer or reseller charged, or the vendor that is owed.
  account_id uuid not null,
  side text not null check (side in ('cost', 'reseller', 'customer')),
  batch_id bigint not null,
  amount numeric(28, 9) not null,
  currency text not null,
  -- Set where the tariff's currency is not the account's: the amount in the tariff's currency, and the rate that was used.
  tariff_amount numeric(28, 9),
  tariff_currency text,
  exchange_rate numeric,
  tariff_id uuid not null,
  tariff_epoch bigint not null,
  prefix text collate "C" not null,
  destination text not null,
  rate numeric not null,
  billed_s integer not null,
  reverses_entry_no smallint,
  primary key (book_id, answered_at, usage_id, entry_no)
) partition by range (answered_at);
select protect('charges', 'select');
grant select, insert on charges to tollwright_ingest;

-- Rows that are part of a call: INVITE and BYE of an accounting log, partial records of a long call. They stay when the call is
-- complete, so that importing one of the files again after a correction finds its other half.
create table call_parts (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  call_key text not null,
  -- First 128 bits of the SHA-256 of the row as it came: the same row twice is one part.
  raw_hash uuid not null,
  file_id uuid not null references source_files,
  line bigint not null,
  raw text not null,
  at timestamptz not null,
  -- The row's fate in its file's counts. open: waits for the rest of its call. quarantined: the call is whole but cannot be priced.
  -- duplicate: the call has a better row of this kind (a re-INVITE, a second BYE), or came another way.
  state text not null check (state in ('open', 'quarantined', 'stored', 'duplicate', 'non-billable')),
  primary key (source_id, call_key, raw_hash)
);
create index call_parts_open on call_parts (tenant_id, at) where state = 'open';
select protect('call_parts', 'select');
grant select, insert, update, delete on call_parts to tollwright_ingest;

-- Rows that could not be used: as they came, with the reason and what to do about it.
create table quarantine (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  source_id uuid not null references sources,
  file_id uuid not null references source_files,
  line bigint not null,
  code text not null,
  what text not null,
  fix text not null,
  raw text not null,
  raw_hash uuid not null,
  -- A row of call_parts: its place in the counts moves with the parts of its call.
  is_part boolean not null,
  state text not null check (state in ('waiting', 'released', 'dismissed')),
  attempts integer not null default 0,
  -- What an operator made of the row, to be read instead of it; raw and raw_hash stay as the row came.
  corrected_raw text,
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  unique (source_id, raw_hash)
);
create index quarantine_waiting on quarantine (tenant_id, code, created_at) where state = 'waiting';
select protect('quarantine', 'select, update');
grant select, insert, update on quarantine to tollwright_ingest;

grant select on books, accounts, trunks, account_rules, account_tariffs, tariffs, tariff_versions, tariff_epochs, rates,
  exchange_rates, sources, tenants to tollwright_ingest;
grant update on books to tollwright_ingest;
grant select, insert, update on source_files to tollwright_ingest;
grant select, insert on batches to tollwright_ingest;
