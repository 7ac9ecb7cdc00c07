-- Looking for stored calls.

-- Searches that no number and no account leads to are read by time. Calls arrive nearly in the order of their start;
-- several ranges a block range keep the few late ones from stretching all of it.
create index usage_events_started on usage_events using brin (started_at timestamptz_minmax_multi_ops);

-- A search under a name. request: src/server/search/search-request.ts.
create table saved_searches (
  tenant_id uuid not null references tenants,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  request jsonb not null,
  saved_by text not null,
  saved_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
select protect('saved_searches', 'select, insert, update, delete');
