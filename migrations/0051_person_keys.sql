-- Keys of people: what of them stands in the audit is sealed for theirs. Whoever erases somebody takes the private key away, and
-- the entries stay as they are. The private key is sealed under the key file as soon as a process that has it comes by; until
-- then (key_id is null) it is as it was made.
create table person_keys (
  tenant_id uuid not null references tenants,
  person text collate "C" not null check (person ~ '^(user|account):.'),
  public_key bytea check (length(public_key) = 32),
  private_key bytea,
  key_id text,
  made_at timestamptz not null default clock_timestamp(),
  erased_at timestamptz,
  primary key (tenant_id, person),
  check ((erased_at is null) = (public_key is not null) and (erased_at is null) = (private_key is not null)),
  check (erased_at is null or key_id is null)
);
create index person_keys_unsealed on person_keys (tenant_id, person) where key_id is null and erased_at is null;
select protect('person_keys', 'select');
revoke select on person_keys from tollwright_app, tollwright_account;
grant select, insert, update on person_keys to tollwright_ingest;

-- The public key of a person, who gets these keys if there are none; null: erased. For every role that writes to the audit: none
-- of them needs to read a key, and a request only makes one in its own tenant.
create function person_public_key(wanted_tenant uuid, wanted text, fresh_public bytea, fresh_private bytea) returns bytea
  language plpgsql security definer
  set search_path = tollwright, pg_temp
as $$
declare
  found_key bytea;
begin
  if wanted_tenant is distinct from coalesce(current_tenant(), wanted_tenant) then
    raise exception 'a person of another tenant' using errcode = 'insufficient_privilege';
  end if;
  select public_key into found_key from person_keys where tenant_id = wanted_tenant and person = wanted;
  if found then
    return found_key;
  end if;
  insert into person_keys (tenant_id, person, public_key, private_key)
    values (wanted_tenant, wanted, fresh_public, fresh_private) on conflict (tenant_id, person) do nothing;
  -- Of two who make them at the same time both get the same: the second statement sees what the first waited for.
  select public_key into found_key from person_keys where tenant_id = wanted_tenant and person = wanted;
  return found_key;
end
$$;
revoke execute on function person_public_key(uuid, text, bytea, bytea) from public;
grant execute on function person_public_key(uuid, text, bytea, bytea)
  to tollwright_app, tollwright_account, tollwright_ingest;
