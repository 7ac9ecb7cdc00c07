-- Answers to requests with an Idempotency-Key, written in the transaction of what they answer: a repeat within a week gets the same.
create table idempotent_requests (
  tenant_id uuid not null references tenants (id),
  -- The key or user that asked; each has keys of its own.
  caller text not null check (length(caller) <= 300),
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  -- SHA-256 of the route, its parameters and the body.
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  status smallint not null check (status between 200 and 299),
  body json,
  answered_at timestamptz not null default now(),
  primary key (tenant_id, caller, idempotency_key)
);
create index idempotent_requests_oldest on idempotent_requests (tenant_id, answered_at);
select protect('idempotent_requests', 'select, insert, update, delete');
