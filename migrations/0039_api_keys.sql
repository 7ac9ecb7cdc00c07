-- Keys with which programs act over the API. Only the SHA-256 is kept: a key holds 256 random bits, so nothing slower is needed.
create table api_keys (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  -- The reseller or customer that the key acts for; null: the operator.
  account_id uuid references accounts,
  name text not null check (name <> '' and length(name) <= 100),
  hash bytea not null unique check (length(hash) = 32),
  -- The end of the secret, by which people tell their keys apart.
  hint text not null,
  permissions text[] not null check (cardinality(permissions) between 1 and 200),
  -- Ranges of addresses that it may come from; none: any.
  addresses text[] not null default '{}' check (cardinality(addresses) <= 100),
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  -- From then on the key opens nothing; the row stays to tell that it once did.
  revoked_at timestamptz,
  revoked_by text,
  -- Written once a minute at most: a look at who still uses it, no log.
  last_used_at timestamptz,
  last_used_from text,
  check ((revoked_at is null) = (revoked_by is null))
);
create unique index api_keys_name on api_keys (tenant_id, account_id, lower(name)) nulls not distinct where revoked_at is null;
select protect('api_keys', 'select, insert, update');
grant select, update on api_keys to tollwright_ingest;
