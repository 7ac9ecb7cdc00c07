-- Requests to end calls at their switches. One table is both the queue between processes (the one that has a way to the
-- call's switch takes a request, others leave it) and the record of who had which call ended, why, and what came of it.
-- What was asked is never changed, what is done stays as it is, and nobody may delete: the grants and the policy say so.
create table session_cuts (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  -- Of the call, which is remembered here after its session is forgotten. No foreign key, as in sessions.
  session_id uuid not null,
  source_id uuid not null,
  call_key text not null,
  account_id uuid,
  reason text not null check (reason in ('operator', 'money-ended', 'grant-exceeded', 'given-up')),
  -- Who, and in which words.
  asked_by text not null,
  why text not null,
  asked_at timestamptz not null default clock_timestamp(),
  -- When it is tried, or tried again. A process that takes it moves it on, so that another takes it if that one dies.
  next_try_at timestamptz not null default clock_timestamp(),
  tries integer not null default 0 check (tries >= 0),
  -- Of the latest try.
  way text,
  what text,
  outcome text check (outcome in ('ended', 'no-call', 'failed')),
  done_at timestamptz,
  check ((outcome is null) = (done_at is null))
);
create unique index session_cuts_waiting on session_cuts (session_id) where done_at is null;
create index session_cuts_due on session_cuts (next_try_at) where done_at is null;
create index session_cuts_session on session_cuts (session_id, asked_at);
create index session_cuts_asked on session_cuts (tenant_id, asked_at);
select protect('session_cuts', 'select');
grant select, insert, update (next_try_at, tries, way, what, outcome, done_at) on session_cuts to tollwright_ingest;
create policy done_stays on session_cuts as restrictive for update to tollwright_ingest
  using (done_at is null) with check (true);

-- Since when a session is to end: nothing more is granted to it.
alter table sessions add column cut_at timestamptz;
