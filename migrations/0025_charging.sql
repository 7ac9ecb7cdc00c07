-- Sessions that switches have opened: who pays for them, how far they may go and have come, and what is held for them.
-- The id is the identity of the usage record that the session becomes (0004_usage.sql): it is not keyed by book, because a
-- report of a switch names its own key and no book. A session that was refused is kept for a while as well: asked
-- again, the switch gets the same answer. There are no foreign keys, as in usage_events: each costs as much as the row.
create table sessions (
  id uuid primary key,
  tenant_id uuid not null,
  source_id uuid not null,
  state text not null check (state in ('open', 'closed', 'refused')),
  -- Who pays, from the caller up; null and empty: nobody was found.
  book_id uuid,
  account_id uuid,
  levels jsonb not null check (jsonb_typeof(levels) = 'array'),
  -- What the switch said of the call when it asked, its own key included.
  attempt json not null,
  opened_at timestamptz not null,
  answered_at timestamptz,
  -- Seconds of talk time: reported, and granted in all.
  used_s integer not null check (used_s >= 0),
  granted_s integer not null check (granted_s >= 0),
  -- When an open session is given up, and when one that has ended is forgotten.
  expires_at timestamptz not null,
  -- What the latest requests were answered, by their keys.
  answers json not null
) with (fillfactor = 70);
create index sessions_expiring on sessions (expires_at);
create index sessions_account on sessions (account_id) where state = 'open';
select protect('sessions', 'select');
grant select, insert, update, delete on sessions to tollwright_ingest;

-- What sessions hold of each account's money, and how many are open: the sums over its open sessions. Its row is the
-- lock that authorisations of an account wait for.
create table account_holds (
  tenant_id uuid not null references tenants (id),
  book_id uuid not null references books (id),
  account_id uuid not null references accounts (id),
  held numeric(28,9) not null default 0 check (held >= 0),
  open_sessions integer not null default 0 check (open_sessions >= 0),
  primary key (book_id, account_id)
) with (fillfactor = 70);
select protect('account_holds', 'select');
grant select, insert, update on account_holds to tollwright_ingest;
