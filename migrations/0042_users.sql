-- People who log in: who they are, what they may do, how they prove it, and where they are logged in.

create table users (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  -- The reseller or customer whose people they are of, for good; null: the operator's.
  account_id uuid references accounts,
  -- Lower case; of one tenant's users no two have the same, since it is what they log in with.
  email text collate "C" not null check (length(email) <= 254 and email = lower(email) and email ~ '^[!-~]+@[!-~]+$'),
  name text not null check (name <> '' and length(name) <= 100),
  -- BCP 47: "en", "pt-BR".
  language text not null check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
  -- invited: has no password yet. locked: logs in again once a new password is set by mail. disabled: not before somebody lets
  -- them in again.
  state text not null check (state in ('invited', 'active', 'locked', 'disabled')),
  -- Names: built-in ones, and those of `roles` of the same account.
  roles text[] not null check (cardinality(roles) between 1 and 20),
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  last_log_in_at timestamptz,
  unique (tenant_id, email)
);
create index users_account on users (account_id);
select protect('users', 'select, insert, update');
grant select on users to tollwright_ingest;

-- Roles beside the built-in ones, for the people of one account, or of the operator (null).
create table roles (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  account_id uuid references accounts,
  name text collate "C" not null check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(name) <= 50),
  permissions text[] not null check (cardinality(permissions) between 1 and 200),
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (tenant_id, account_id, name)
);
select protect('roles', 'select, insert, update, delete');
grant select on roles to tollwright_ingest;

-- Not columns of users: what lists people has no reason to read them. The hash names its own parameters (PHC string).
create table user_passwords (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  user_id uuid primary key references users,
  hash text not null check (hash like '$argon2id$%'),
  changed_at timestamptz not null default clock_timestamp()
);
select protect('user_passwords', 'select, insert, update');

-- What somebody proves beside the password. The secret is sealed under a key that is not in the database.
create table user_second_factors (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  id uuid primary key,
  user_id uuid not null references users,
  kind text not null check (kind in ('totp')),
  name text not null check (name <> '' and length(name) <= 100),
  secret bytea not null,
  key_id text not null,
  -- TOTP: the step of the last code that was taken; no code of it or before is taken again.
  last_step bigint,
  created_at timestamptz not null default clock_timestamp(),
  -- Null: its owner has not shown yet that it works, and it counts for nothing.
  confirmed_at timestamptz,
  last_used_at timestamptz
);
create index user_second_factors_user on user_second_factors (user_id);
select protect('user_second_factors', 'select, insert, update, delete');

-- For when the second factor is lost: 80 random bits each, so SHA-256 does. Each lets in once, and is gone then.
create table user_recovery_codes (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  user_id uuid not null references users,
  hash bytea not null check (length(hash) = 32),
  primary key (user_id, hash)
);
select protect('user_recovery_codes', 'select, insert, delete');

-- Links that were sent to somebody: good once, until then, for that alone. SHA-256 of 256 random bits.
create table user_tokens (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  user_id uuid not null references users,
  purpose text not null check (purpose in ('invitation', 'password-reset')),
  hash bytea not null unique check (length(hash) = 32),
  expires_at timestamptz not null,
  primary key (user_id, purpose)
);
select protect('user_tokens', 'select, insert, update, delete');
grant select on user_tokens to tollwright_ingest;

-- Where somebody is logged in: SHA-256 of the 256 random bits in the browser's cookie. Rows go when the session ends.
create table user_sessions (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  id uuid primary key,
  user_id uuid not null references users,
  hash bytea not null unique check (length(hash) = 32),
  -- full; or what is still to come before it is: the second factor is shown, or enrolled.
  stage text not null check (stage in ('full', 'second-factor', 'enrolment')),
  began_at timestamptz not null default clock_timestamp(),
  -- Written once a minute at most.
  seen_at timestamptz not null default clock_timestamp(),
  idle_s integer not null check (idle_s > 0),
  expires_at timestamptz not null,
  address text,
  user_agent text check (length(user_agent) <= 300)
);
create index user_sessions_user on user_sessions (user_id);
create index user_sessions_expiring on user_sessions (expires_at);
select protect('user_sessions', 'select, insert, update, delete');
grant select, update (seen_at, address), delete on user_sessions to tollwright_ingest;

-- Browsers in which somebody has logged in before: guessing from elsewhere does not slow them down.
create table known_devices (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  user_id uuid not null references users,
  hash bytea not null check (length(hash) = 32),
  used_at timestamptz not null default clock_timestamp(),
  primary key (user_id, hash)
);
select protect('known_devices', 'select, insert, update, delete');

-- What a tenant asks of its people.
create table log_in_settings (
  tenant_id uuid primary key references tenants,
  second_factor_required boolean not null,
  session_idle_s integer not null check (session_idle_s between 300 and 2592000),
  session_s integer not null check (session_s between 300 and 7776000)
);
select protect('log_in_settings', 'select, insert, update');

-- Failed tries, by what is tried: SHA-256 of the kind and the address, the tenant and e-mail address as typed, or the user. No
-- tenant's rows, since whose they are is not known: only the role that crosses tenants has them.
create table log_in_failures (
  key bytea primary key check (length(key) = 32),
  failures integer not null check (failures > 0),
  failed_at timestamptz not null,
  -- Until then nothing is tried.
  waits_until timestamptz not null
);
create index log_in_failures_old on log_in_failures (failed_at);
alter table log_in_failures enable row level security;
alter table log_in_failures force row level security;
create policy ingest_all on log_in_failures to tollwright_ingest using (true) with check (true);
create policy owner_all on log_in_failures to tollwright_owner using (true) with check (true);
grant select, insert, update, delete on log_in_failures to tollwright_ingest;
