-- A session is updated with every report of its call. Where such an update leaves all indexed columns as they are, PostgreSQL
-- writes no index at all (a heap-only tuple). So when a session expires, which changes with every grant, is indexed by the ten
-- minutes that it falls into; what has ended is indexed by when it is forgotten, which changes no more.
drop index sessions_expiring;
alter table sessions
  add column silent_from timestamptz generated always as
    (case when state = 'open' then date_bin('10 minutes', expires_at, '2000-01-01 00:00:00+00') end) stored,
  add column forget_at timestamptz generated always as (case when state <> 'open' then expires_at end) stored;
create index sessions_silent on sessions (silent_from) where silent_from is not null;
create index sessions_forgotten on sessions (forget_at) where forget_at is not null;

-- As sessions: each costs as much as the row, and an account is never deleted.
alter table account_holds
  drop constraint account_holds_tenant_id_fkey,
  drop constraint account_holds_book_id_fkey,
  drop constraint account_holds_account_id_fkey;
