-- Webhooks: where tenants and resellers want to be told of events, and what became of it. Events are the outbox: they are stored
-- in the transaction in which they happen; a process routes them afterwards, in one order, to the webhooks that want them.

-- What an event is about: events of one object have numbers without a gap, and are delivered in their order.
alter table events add column object_kind text, add column object_id text, add column sequence bigint, add column routed_at timestamptz;
update events e set object_kind = 'account', object_id = coalesce(e.account_id::text, ''), routed_at = e.happened_at, sequence = n.sequence
  from (select id, row_number() over (partition by tenant_id, account_id order by happened_at, id) as sequence from events) n where n.id = e.id;
alter table events alter column object_kind set not null, alter column object_id set not null,
  add constraint events_routed check ((sequence is null) = (routed_at is null));
create index events_unrouted on events (happened_at, id) where routed_at is null;
drop index events_happened;
create index events_latest on events (tenant_id, happened_at, id);
grant insert on events to tollwright_app, tollwright_account;
grant update (sequence, routed_at) on events to tollwright_ingest;

-- The number of the latest event of each object.
create table event_objects (
  tenant_id uuid not null references tenants,
  kind text not null,
  id text not null,
  sequence bigint not null,
  primary key (tenant_id, kind, id)
);
select protect('event_objects', 'select');
grant select, insert, update on event_objects to tollwright_ingest;
insert into event_objects select tenant_id, object_kind, object_id, max(sequence) from events group by 1, 2, 3;

create table webhooks (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  -- The reseller or customer whose it is, and of whose subtree alone it hears; null: the operator, who hears everything.
  account_id uuid references accounts,
  url text not null check (length(url) between 1 and 2048),
  description text not null check (length(description) <= 200),
  -- Kinds of events; none: all.
  kinds text[] not null check (cardinality(kinds) <= 100),
  -- Why it is off; null: it is on.
  disabled_reason text check (disabled_reason in ('asked', 'gone', 'failing')),
  disabled_at timestamptz,
  -- Tries that failed since one that did not, and since when.
  failures integer not null default 0,
  failing_since timestamptz,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  check ((disabled_reason is null) = (disabled_at is null)),
  check ((failures = 0) = (failing_since is null))
);
create index webhooks_tenant on webhooks (tenant_id, created_at, id);
select protect('webhooks', 'select, insert, update, delete');
select protect_by_account('webhooks', privileges => 'select, insert, update, delete');
grant select, update on webhooks to tollwright_ingest;

-- What a webhook's messages are signed with, sealed under a key that is not in the database. More than one while one is replaced.
create table webhook_secrets (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  webhook_id uuid not null references webhooks on delete cascade,
  kind text not null check (kind in ('hmac', 'ed25519')),
  sealed bytea not null,
  key_id text not null,
  -- By which receivers verify; null: with the secret itself.
  public_key text,
  created_at timestamptz not null default clock_timestamp(),
  -- From then on nothing is signed with it; null: until it is replaced.
  expires_at timestamptz,
  check ((kind = 'ed25519') = (public_key is not null))
);
create index webhook_secrets_webhook on webhook_secrets (webhook_id);
select protect('webhook_secrets', 'insert, delete');
grant select (tenant_id, id, webhook_id, kind, public_key, created_at, expires_at), update (expires_at)
  on webhook_secrets to tollwright_app;
select protect_by('webhook_secrets', 'webhook_id in (select id from tollwright.webhooks)', privileges => 'insert, delete',
  columns => 'tenant_id, id, webhook_id, kind, public_key, created_at, expires_at');
grant update (expires_at) on webhook_secrets to tollwright_account;
grant select on webhook_secrets to tollwright_ingest;

-- An event on its way to a webhook. Of one object only the first that waits is due; those behind it wait for `infinity`, until the
-- one before is delivered or given up. Who adds, ends or brings back deliveries of a webhook holds a lock on the webhook's row.
create table webhook_deliveries (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  webhook_id uuid not null references webhooks on delete cascade,
  event_id uuid not null references events,
  object_kind text not null,
  object_id text not null,
  sequence bigint not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'given-up')),
  tries integer not null default 0,
  -- When it is tried next; while a process tries, when another one may.
  due_at timestamptz not null,
  -- Of the latest try.
  status integer,
  what text,
  created_at timestamptz not null,
  ended_at timestamptz,
  unique (webhook_id, event_id),
  check ((state = 'waiting') = (ended_at is null))
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at) where state = 'waiting';
create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, object_kind, object_id, sequence) where state = 'waiting';
create index webhook_deliveries_latest on webhook_deliveries (webhook_id, created_at, id);
create index webhook_deliveries_ended on webhook_deliveries (ended_at) where state <> 'waiting';
create index webhook_deliveries_event on webhook_deliveries (event_id);
select protect('webhook_deliveries', 'select, insert, update');
select protect_by('webhook_deliveries', 'webhook_id in (select id from tollwright.webhooks)', privileges => 'select, insert, update');
grant select, insert, update, delete on webhook_deliveries to tollwright_ingest;

-- One try of a delivery, and what was answered.
create table webhook_tries (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  delivery_id uuid not null references webhook_deliveries on delete cascade,
  number integer not null,
  began_at timestamptz not null,
  took_ms integer not null,
  -- null: nothing was answered, and `what` says why.
  status integer,
  what text,
  -- How the answer's body begins.
  answer text check (length(answer) <= 1024)
);
create index webhook_tries_delivery on webhook_tries (delivery_id, began_at);
select protect('webhook_tries', 'select');
select protect_by('webhook_tries', 'delivery_id in (select id from tollwright.webhook_deliveries)');
grant select, insert, delete on webhook_tries to tollwright_ingest;
