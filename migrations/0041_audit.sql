-- The audit: who did what, from where, when and why, with what it was before and after. Rows are only ever added. A sealer gives
-- them their place in the tenant's chain afterwards, so that no request waits for another's entry; what a seal covers, and how
-- it is computed, is in docs/concepts/audit.md.
create table audit_entries (
  tenant_id uuid not null references tenants,
  id uuid primary key,
  happened_at timestamptz not null default clock_timestamp(),
  actor_kind text not null check (actor_kind in ('user', 'api-key', 'command-line', 'system')),
  actor_id text,
  actor_name text not null,
  address text,
  impersonator_id text,
  impersonator_name text,
  -- Whose subtree it is about; null: the operator's own.
  account_id uuid,
  action text collate "C" not null check (action <> ''),
  object_kind text collate "C" not null check (object_kind <> ''),
  object_id text,
  object_name text not null,
  -- Canonical JSON, kept to the character: digests are of the text.
  before json,
  after json,
  reason text,
  is_security boolean not null,
  -- What of this is personal, sealed for the person that it is of.
  personal json,
  -- Its place in the tenant's chain, from 1 and without a gap, and the SHA-256 that the chain has of it; null: not sealed yet.
  sequence bigint,
  digest bytea check (length(digest) = 32),
  check ((sequence is null) = (digest is null)),
  unique (tenant_id, sequence)
);
create index audit_entries_happened on audit_entries (tenant_id, happened_at);
create index audit_entries_object on audit_entries (tenant_id, object_kind, object_id, happened_at);
create index audit_entries_unsealed on audit_entries (tenant_id, happened_at, id) where sequence is null;
select protect('audit_entries', 'select, insert');
grant select, insert, update (sequence, digest) on audit_entries to tollwright_ingest;

create table audit_seals (
  tenant_id uuid not null references tenants,
  number bigint not null check (number > 0),
  first_sequence bigint not null,
  last_sequence bigint not null check (last_sequence >= first_sequence),
  sealed_at timestamptz not null,
  -- The chain up to the seal before, and with this one.
  previous bytea not null check (length(previous) = 32),
  chain bytea not null check (length(chain) = 32),
  primary key (tenant_id, number)
);
select protect('audit_seals', 'select');
grant select, insert on audit_seals to tollwright_ingest;

-- An entry may get its place, once; nothing else of the audit is ever changed or removed. Its owner could take these triggers
-- away: what was done then is what the chain shows.
create function refuse_audit_change() returns trigger
  language plpgsql
  set search_path = tollwright, pg_temp
as $$
declare
  placed audit_entries;
begin
  if tg_op = 'UPDATE' and tg_table_name = 'audit_entries' then
    if old.sequence is null and new.sequence is not null then
      placed := new;
      placed.sequence := null;
      placed.digest := null;
      if placed::text = old::text then
        return new;
      end if;
    end if;
  end if;
  raise exception 'the audit is append-only: % on % is refused', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
revoke execute on function refuse_audit_change() from public;

create trigger audit_entries_kept before update or delete on audit_entries
  for each row execute function refuse_audit_change();
create trigger audit_entries_not_emptied before truncate on audit_entries
  for each statement execute function refuse_audit_change();
create trigger audit_seals_kept before update or delete on audit_seals
  for each row execute function refuse_audit_change();
create trigger audit_seals_not_emptied before truncate on audit_seals
  for each statement execute function refuse_audit_change();
