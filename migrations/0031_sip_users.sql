-- Users of accounts who prove who they are by a password: PAP, CHAP and SIP digest over RADIUS. The secret is sealed by
-- AES-256-GCM under a key that is not in the database, and bound to tenant, name, realm and kind.
create table sip_users (
  tenant_id uuid not null references tenants (id),
  id uuid primary key,
  account_id uuid not null references accounts (id),
  name text collate "C" not null check (name <> ''),
  -- Of which realm alone; empty: of any.
  realm text collate "C" not null,
  -- The password, or MD5(name:realm:password), which does for digests by MD5 and nothing else.
  secret_kind text not null check (secret_kind in ('password', 'ha1')),
  secret bytea not null,
  -- Which key it is sealed under.
  key_id text not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  unique (tenant_id, name, realm),
  check (secret_kind = 'password' or realm <> '')
);
create index sip_users_account on sip_users (account_id);
select protect('sip_users', 'select, insert, update, delete');
grant select on sip_users to tollwright_ingest;
