-- Secrets with which switches push their records. Only the SHA-256 is kept: a token holds 256 random bits, so nothing slower is needed.
create table push_tokens (
  tenant_id uuid not null references tenants,
  source_id uuid not null references sources,
  token_hash bytea primary key check (length(token_hash) = 32),
  created_by text not null,
  created_at timestamptz not null default now(),
  -- From then on the token opens nothing; the row stays to tell that it once did.
  revoked_at timestamptz
);
create index push_tokens_source on push_tokens (source_id);
select protect('push_tokens', 'select, insert, update');
grant select on push_tokens to tollwright_ingest;
