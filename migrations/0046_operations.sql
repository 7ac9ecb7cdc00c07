-- Work that a request began and that goes on after its answer: what became of it, and how far it is.
create table operations (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  -- Of who began it; null: the operator's.
  account_id uuid references accounts (id),
  kind text not null check (length(kind) <= 64),
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  -- What it was asked for, as its kind reads it.
  input json not null,
  rows_done bigint not null default 0 check (rows_done >= 0),
  -- Null: not known yet.
  rows_total bigint check (rows_total >= 0),
  -- What it found or did, once it is done.
  result json,
  -- The problem document, once it has failed.
  problem json,
  begun_by text not null check (length(begun_by) <= 300),
  begun_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- Until when the process that works on it is believed to live; each sign of life moves it on.
  held_until timestamptz,
  tries integer not null default 0,
  check ((state in ('done', 'failed')) = (ended_at is not null)),
  check ((state = 'done') = (result is not null) and (state = 'failed') = (problem is not null))
);
create index operations_latest on operations (tenant_id, begun_at, id);
create index operations_open on operations (begun_at, id) where state in ('waiting', 'running');
select protect('operations', 'select, insert');
select protect_by_account('operations', columns =>
  'id, tenant_id, account_id, kind, state, rows_done, rows_total, result, problem, begun_by, begun_at, ended_at');
grant select, update, delete on operations to tollwright_ingest;
