-- Limits of calls beside those of an account as a whole, warnings of balances that get low, and what happened that somebody
-- outside wants to hear of.

-- Destinations that limits of accounts name: [{name, prefixes, except, destinations}].
alter table tenants add column destination_groups jsonb not null default '[]'
  check (jsonb_typeof(destination_groups) = 'array');
-- Amounts below which a balance is warned of, the highest first: of accounts that have none of their own, in the tenant's currency.
alter table tenants add column low_balance numeric(28, 9)[] not null default '{}';
alter table accounts add column low_balance numeric(28, 9)[];
-- What a switch that can does when the account's money ends; null: as the session's source has it.
alter table accounts add column when_money_ends jsonb check (jsonb_typeof(when_money_ends) = 'object');
-- Of ingress trunks, as of accounts: openSessions, callS, pace.
alter table trunks add column limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object');

-- What is counted of an account's open sessions beside their number and what they hold (src/core/charging/hold-counters.ts): by scopes
-- of limits, what they have cost so far, and the threshold that was warned of. Empty for most accounts.
alter table account_holds add column counters jsonb not null default '{}' check (jsonb_typeof(counters) = 'object');

-- What happened that somebody outside wants to hear of: written in the transaction in which it happens, and never changed. The
-- log takes each once.
create table events (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kind text not null check (kind <> ''),
  account_id uuid references accounts,
  data jsonb not null check (jsonb_typeof(data) = 'object'),
  happened_at timestamptz not null default clock_timestamp(),
  logged_at timestamptz
);
create index events_happened on events (tenant_id, happened_at);
create index events_unlogged on events (happened_at) where logged_at is null;
select protect('events', 'select');
grant select, insert, update (logged_at) on events to tollwright_ingest;
