-- Re-rating: what was charged for stored calls, brought to what should be.

-- Account rules may name it, so that it takes to find a stored call's payer anew.
alter table usage_events add tech_prefix text;

-- A batch of a re-rating is of no source.
alter table batches
  alter source_id drop not null,
  add rerate_run_id uuid,
  drop constraint batches_kind_check,
  add constraint batches_kind_check check (kind in ('import', 'retry', 'push', 'rerate')),
  add constraint batches_source_check check ((kind = 'rerate') = (source_id is null));

-- One re-rating of a selection of calls, and how far it has come: the position moves in the transaction that stores the
-- reversals and new charges, so that a run that was killed goes on where it stopped.
create table rerate_runs (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  -- The same for the same request: it goes on with the run, or says that it is done.
  request_hash text not null,
  request jsonb not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
  author text not null,
  reason text not null,
  -- The settings and publications that it was started with.
  tariff_epoch bigint not null,
  settings_fingerprint text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  -- The last call that was looked at; calls are taken by book, then in (answered_at, id) order.
  position_book_id uuid,
  position_answered_at timestamptz,
  position_usage_id uuid,
  looked bigint not null default 0,
  changed bigint not null default 0,
  moved bigint not null default 0,
  check ((state = 'running') = (ended_at is null)),
  check (num_nulls(position_book_id, position_answered_at, position_usage_id) in (0, 3))
);
create unique index rerate_runs_running on rerate_runs (tenant_id, request_hash) where state = 'running';
select protect('rerate_runs', 'select, insert, update');
grant select, insert, update on rerate_runs to tollwright_ingest;

-- What a run did, by who pays. cause: `priced` for calls that are usage, `excluded` for those that no longer are, `in-turn`
-- for those whose price depends on the calls before them.
create table rerate_totals (
  tenant_id uuid not null references tenants,
  run_id uuid not null references rerate_runs,
  account_id uuid not null,
  side text not null check (side in ('cost', 'reseller', 'customer')),
  currency text not null,
  cause text not null check (cause in ('priced', 'excluded', 'in-turn')),
  looked bigint not null,
  changed bigint not null,
  was numeric(28, 9) not null,
  should_be numeric(28, 9) not null,
  primary key (run_id, account_id, side, currency, cause)
);
select protect('rerate_totals', 'select, insert, update');
grant select, insert, update on rerate_totals to tollwright_ingest;

-- Calls that a run left as they were, because today's settings have no price for them or do not count them as usage.
create table rerate_kept (
  tenant_id uuid not null references tenants,
  run_id uuid not null references rerate_runs,
  code text not null,
  calls bigint not null,
  -- The first few: what was looked at, and why it was left.
  examples jsonb not null,
  primary key (run_id, code)
);
select protect('rerate_kept', 'select, insert, update');
grant select, insert, update on rerate_kept to tollwright_ingest;

-- Changes of settings that reach into the past: calls that were charged before may have another price since.
create table setting_changes (
  tenant_id uuid not null references tenants,
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('tariff', 'assignment', 'exchange-rate', 'rules', 'source')),
  -- What was changed, in ids: see src/server/rerating/setting-change.ts.
  subject jsonb not null,
  changed_at timestamptz not null default now(),
  -- settled: no charge differs, or a re-rating has seen to it.
  state text not null default 'open' check (state in ('open', 'settled', 'dismissed')),
  decided_at timestamptz,
  decided_by text,
  check ((state = 'open') = (decided_at is null))
);
create unique index setting_changes_open on setting_changes (tenant_id, kind, subject) where state = 'open';
select protect('setting_changes', 'select, insert, update');
