-- From where people and programs may come, and who acts in whose name.

-- The only ranges of addresses that people and keys of an account (null: of the operator) come from, or one user does. No row: any.
create table address_lists (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  user_id uuid references users,
  addresses text[] not null check (cardinality(addresses) between 1 and 100),
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (tenant_id, account_id, user_id)
);
select protect('address_lists', 'select, insert, update, delete');
select protect_by_account('address_lists', 'account_id', 'select, insert, update, delete');
grant select on address_lists to tollwright_ingest;

-- Somebody of a node above acts as an account below it, or as one of its users, for a while.
create table impersonations (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  -- In whose name: an account, which may be that of the user.
  account_id uuid not null references accounts,
  user_id uuid references users,
  -- Who does: a user's id, and its name as the audit has it.
  by_id uuid not null,
  by_name text not null,
  reason text not null check (reason <> '' and length(reason) <= 500),
  began_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index impersonations_by on impersonations (by_id);
select protect('impersonations', 'select, insert, update');
select protect_by_account('impersonations', 'account_id', 'select, insert, update');
