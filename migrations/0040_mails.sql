-- Mails that wait to leave, have left or were given up. They are stored in the transaction of what they tell of.
create table mails (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  -- In whose name; null: the operator's.
  account_id uuid references accounts (id),
  recipient text not null check (recipient ~ '^[!-~]{3,254}$'),
  -- One line: a character that ends it would begin a header.
  subject text not null check (length(subject) <= 200 and subject !~ '[[:cntrl:]]'),
  -- Null once it has ended: there may be links in it that let somebody in.
  body text check (length(body) <= 100000),
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'given-up')),
  tries integer not null default 0,
  -- Why it did not leave the last time.
  fault text,
  queued_at timestamptz not null default clock_timestamp(),
  -- When it is tried next; while a process tries, when another one may.
  due_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  check ((state = 'waiting') = (ended_at is null) and (state = 'waiting') = (body is not null))
);
create index mails_due on mails (due_at, id) where state = 'waiting';
create index mails_ended on mails (ended_at) where state <> 'waiting';
create index mails_latest on mails (tenant_id, queued_at, id);
select protect('mails', 'insert');
grant select (id, tenant_id, account_id, recipient, subject, state, tries, fault, queued_at, due_at, ended_at)
  on mails to tollwright_app;
grant select, update, delete on mails to tollwright_ingest;
