-- The schema that the migrations make, written by `npm run schema`. Read it, never edit it.

-- Functions

CREATE OR REPLACE FUNCTION tollwright.current_account()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid
;

CREATE OR REPLACE FUNCTION tollwright.current_books()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
  select coalesce(array_agg(distinct book_id), '{}') from accounts where id = any ((select current_subtree())::uuid[])
$function$
;
revoke execute on function current_books() from public;
grant execute on function current_books() to tollwright_account;

CREATE OR REPLACE FUNCTION tollwright.current_subtree()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
  with recursive line as (
    select id, predecessor_id from accounts where id = current_account() and tenant_id = current_tenant()
    union
    select before.id, before.predecessor_id from accounts before join line after on before.id = after.predecessor_id
  ), subtree as (
    select id from line
    union
    select below.id from accounts below join subtree above on below.parent_id = above.id
    where below.tenant_id = current_tenant()
  )
  select coalesce(array_agg(id), '{}') from subtree
$function$
;
revoke execute on function current_subtree() from public;
grant execute on function current_subtree() to tollwright_account;

CREATE OR REPLACE FUNCTION tollwright.current_tenant()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid
;

CREATE OR REPLACE FUNCTION tollwright.ensure_partition(parent regclass, day date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
declare
  month     date := date_trunc('month', day)::date;
  following date := (date_trunc('month', day) + interval '1 month')::date;
  ahead_max date := (date_trunc('month', now() at time zone 'UTC') + interval '2 months')::date;
  parent_name name := (select relname from pg_class where oid = parent and relnamespace = 'tollwright'::regnamespace);
  partition_name name := parent_name || to_char(day, '_YYYY_MM');
begin
  if parent_name is null or not exists (select from pg_partitioned_table where partrelid = parent) then
    raise exception '% is not a partitioned table of Tollwright', parent;
  end if;
  if month < date '2000-01-01' or month >= ahead_max then
    raise exception 'no partition of % for %: it lies before 2000 or beyond next month', parent, day
      using errcode = 'datetime_field_overflow';
  end if;
  -- Asked of pg_class and not by to_regclass, which may answer from a cache older than the lock.
  if exists (select from pg_class where relname = partition_name and relnamespace = 'tollwright'::regnamespace) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('tollwright.ensure_partition'), parent::oid::integer);
  if exists (select from pg_class where relname = partition_name and relnamespace = 'tollwright'::regnamespace) then
    return;
  end if;
  execute format(
    'create table tollwright.%I (like %s including defaults including constraints including generated '
    'including storage including compression)', partition_name, parent);
  execute format('alter table tollwright.%I enable row level security', partition_name);
  execute format('alter table %s attach partition tollwright.%I for values from (%L) to (%L)',
    parent, partition_name, to_char(month, 'YYYY-MM-DD 00:00:00+00'), to_char(following, 'YYYY-MM-DD 00:00:00+00'));
end
$function$
;
revoke execute on function ensure_partition(regclass,date) from public;
grant execute on function ensure_partition(regclass,date) to tollwright_ingest;

CREATE OR REPLACE FUNCTION tollwright.note_changed_settings()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
begin
  if tg_table_name in ('accounts', 'account_rules', 'sip_users') then
    perform note_setting_change(tenant_id, tg_table_name, array_agg(id)) from changed group by tenant_id;
  elsif tg_table_name = 'account_tariffs' then
    perform note_setting_change(tenant_id, tg_table_name, array_agg(account_id)) from changed group by tenant_id;
  elsif tg_table_name = 'tenants' then
    perform note_setting_change(id, tg_table_name, null) from changed;
  else
    perform note_setting_change(tenant_id, tg_table_name, null) from changed group by tenant_id;
  end if;
  return null;
end
$function$
;
revoke execute on function note_changed_settings() from public;

CREATE OR REPLACE FUNCTION tollwright.note_setting_change(tenant uuid, changed_table text, changed_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
begin
  insert into changed_settings as noted (tenant_id, table_name, row_ids)
    values (tenant, changed_table, case when cardinality(changed_ids) <= 100 then changed_ids end)
    on conflict (tenant_id, transaction_id, table_name) do update
      set row_ids = case when cardinality(noted.row_ids || excluded.row_ids) <= 100 then noted.row_ids || excluded.row_ids end
      where noted.row_ids is not null;
  delete from changed_settings where (tenant_id, transaction_id, table_name) in (
    select tenant_id, transaction_id, table_name from changed_settings
    where noted_at < clock_timestamp() - interval '1 day' limit 100 for update skip locked);
end
$function$
;
revoke execute on function note_setting_change(uuid,text,uuid[]) from public;

CREATE OR REPLACE FUNCTION tollwright.person_public_key(wanted_tenant uuid, wanted text, fresh_public bytea, fresh_private bytea)
 RETURNS bytea
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
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
$function$
;
revoke execute on function person_public_key(uuid,text,bytea,bytea) from public;
grant execute on function person_public_key(uuid,text,bytea,bytea) to tollwright_account;
grant execute on function person_public_key(uuid,text,bytea,bytea) to tollwright_app;
grant execute on function person_public_key(uuid,text,bytea,bytea) to tollwright_ingest;

CREATE OR REPLACE FUNCTION tollwright.protect(target regclass, privileges text, tenant_column name DEFAULT 'tenant_id'::name)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  wanted text;
begin
  foreach wanted in array string_to_array(privileges, ',') loop
    if lower(trim(wanted)) not in ('select', 'insert', 'update', 'delete') then
      raise exception 'protect(%): "%" is not a privilege', target, wanted;
    end if;
  end loop;
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_isolation on %s to tollwright_app '
    'using (%I = tollwright.current_tenant()) with check (%I = tollwright.current_tenant())',
    target, tenant_column, tenant_column);
  execute format('create policy ingest_all on %s to tollwright_ingest using (true) with check (true)', target);
  execute format('create policy owner_all on %s to tollwright_owner using (true) with check (true)', target);
  execute format('grant %s on %s to tollwright_app', privileges, target);
  execute format('grant select on %s to tollwright_account', target);
end
$function$
;
revoke execute on function protect(regclass,text,name) from public;

CREATE OR REPLACE FUNCTION tollwright.protect_by(target regclass, condition text, privileges text DEFAULT 'select'::text, columns text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_tenant text := format('%I = tollwright.current_tenant()',
    case target when 'tollwright.tenants'::regclass then 'id' else 'tenant_id' end);
  checked text := format('(%s and (%s))', of_tenant, condition);
begin
  execute format('create policy subtree on %s to tollwright_account using %s with check %s', target, checked, checked);
  execute format('grant %s on %s to tollwright_account', privileges, target);
  if columns is not null then
    execute format('revoke select on %s from tollwright_account', target);
    execute format('grant select (%s) on %s to tollwright_account', columns, target);
  end if;
end
$function$
;
revoke execute on function protect_by(regclass,text,text,text) from public;

CREATE OR REPLACE FUNCTION tollwright.protect_by_account(target regclass, account_column name DEFAULT 'account_id'::name, privileges text DEFAULT 'select'::text, columns text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  by_book boolean := exists (
    select from pg_attribute where attrelid = target and attname = 'book_id' and not attisdropped
  ) and target <> 'tollwright.accounts'::regclass;
  of_subtree text := case when by_book
    then format('book_id = any ((select tollwright.current_books())::uuid[]) '
      'and %I in (select unnest(tollwright.current_subtree()))', account_column)
    else format('%I = any ((select tollwright.current_subtree())::uuid[])', account_column) end;
begin
  perform tollwright.protect_by(target, of_subtree, privileges, columns);
end
$function$
;
revoke execute on function protect_by_account(regclass,name,text,text) from public;

CREATE OR REPLACE FUNCTION tollwright.protect_reference(target regclass, reference name, seen regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  execute format(
    'create policy %I on %s as restrictive to tollwright_account using (true) '
    'with check (%I is null or %I in (select id from %s))',
    'seen_' || reference, target, reference, reference, seen);
end
$function$
;
revoke execute on function protect_reference(regclass,name,regclass) from public;

CREATE OR REPLACE FUNCTION tollwright.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
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
$function$
;
revoke execute on function refuse_audit_change() from public;

CREATE OR REPLACE FUNCTION tollwright.watch_settings(target regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'tollwright', 'pg_temp'
AS $function$
begin
  execute format('create trigger note_inserts after insert on %s referencing new table as changed '
    'for each statement execute function note_changed_settings()', target);
  execute format('create trigger note_updates after update on %s referencing new table as changed '
    'for each statement execute function note_changed_settings()', target);
  execute format('create trigger note_deletes after delete on %s referencing old table as changed '
    'for each statement execute function note_changed_settings()', target);
end
$function$
;
revoke execute on function watch_settings(regclass) from public;

-- Tables

create table account_holds (
  tenant_id uuid not null,
  book_id uuid not null,
  account_id uuid not null,
  held numeric(28,9) not null default 0,
  open_sessions integer not null default 0,
  counters jsonb not null default '{}'::jsonb,
  constraint account_holds_counters_check CHECK ((jsonb_typeof(counters) = 'object'::text)),
  constraint account_holds_held_check CHECK ((held >= (0)::numeric)),
  constraint account_holds_open_sessions_check CHECK ((open_sessions >= 0)),
  constraint account_holds_pkey PRIMARY KEY (book_id, account_id)
);
alter table account_holds enable row level security;
alter table account_holds force row level security;
create policy ingest_all on account_holds to tollwright_ingest using (true) with check (true);
create policy owner_all on account_holds to tollwright_owner using (true) with check (true);
create policy subtree on account_holds to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on account_holds to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on account_holds to tollwright_account;
grant select on account_holds to tollwright_app;
grant insert, select, update on account_holds to tollwright_ingest;

create table account_packages (
  tenant_id uuid not null,
  account_id uuid not null,
  package_id uuid not null,
  effective_from timestamp with time zone not null,
  effective_to timestamp with time zone not null default 'infinity'::timestamp with time zone,
  shared_with uuid[] not null default '{}'::uuid[],
  constraint account_packages_check CHECK ((effective_to > effective_from)),
  constraint account_packages_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint account_packages_package_id_fkey FOREIGN KEY (package_id) REFERENCES packages(id),
  constraint account_packages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint account_packages_pkey PRIMARY KEY (account_id, package_id, effective_from)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.account_packages REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.account_packages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.account_packages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table account_packages enable row level security;
alter table account_packages force row level security;
create policy ingest_all on account_packages to tollwright_ingest using (true) with check (true);
create policy owner_all on account_packages to tollwright_owner using (true) with check (true);
create policy subtree on account_packages to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on account_packages to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on account_packages to tollwright_account;
grant insert, select, update on account_packages to tollwright_app;
grant select on account_packages to tollwright_ingest;

create table account_rules (
  tenant_id uuid not null,
  id uuid not null,
  source_id uuid,
  account_id uuid not null,
  trunk_id uuid,
  priority integer not null default 0,
  address text,
  trunk text,
  account_code text,
  sip_user text,
  tech_prefix text,
  calling_prefix text,
  created_at timestamp with time zone not null default now(),
  constraint account_rules_check CHECK ((num_nonnulls(source_id, address, trunk, account_code, sip_user, tech_prefix, calling_prefix) > 0)),
  constraint account_rules_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint account_rules_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint account_rules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint account_rules_trunk_id_fkey FOREIGN KEY (trunk_id) REFERENCES trunks(id),
  constraint account_rules_pkey PRIMARY KEY (id),
  constraint account_rules_tenant_id_source_id_address_trunk_account_cod_key UNIQUE NULLS NOT DISTINCT (tenant_id, source_id, address, trunk, account_code, sip_user, tech_prefix, calling_prefix, priority, account_id)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.account_rules REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.account_rules REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.account_rules REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table account_rules enable row level security;
alter table account_rules force row level security;
create policy ingest_all on account_rules to tollwright_ingest using (true) with check (true);
create policy owner_all on account_rules to tollwright_owner using (true) with check (true);
create policy subtree on account_rules to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on account_rules to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on account_rules to tollwright_account;
grant delete, insert, select, update on account_rules to tollwright_app;
grant select on account_rules to tollwright_ingest;

create table account_tariffs (
  tenant_id uuid not null,
  account_id uuid not null,
  effective_from timestamp with time zone not null,
  tariff_id uuid not null,
  service text not null default 'voice'::text,
  constraint account_tariffs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint account_tariffs_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES tariffs(id),
  constraint account_tariffs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint account_tariffs_pkey PRIMARY KEY (account_id, service, effective_from)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.account_tariffs REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.account_tariffs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.account_tariffs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table account_tariffs enable row level security;
alter table account_tariffs force row level security;
create policy ingest_all on account_tariffs to tollwright_ingest using (true) with check (true);
create policy owner_all on account_tariffs to tollwright_owner using (true) with check (true);
create policy subtree on account_tariffs to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on account_tariffs to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on account_tariffs to tollwright_account;
grant delete, insert, select, update on account_tariffs to tollwright_app;
grant select on account_tariffs to tollwright_ingest;

create table accounts (
  tenant_id uuid not null,
  id uuid not null,
  book_id uuid not null,
  parent_id uuid,
  code text not null,
  name text not null,
  kind text not null,
  payment text not null,
  currency text not null,
  time_zone text not null,
  credit_limit numeric(28,9) not null default 0,
  letterhead jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  limits jsonb not null default '{}'::jsonb,
  low_balance numeric(28,9)[],
  when_money_ends jsonb,
  brand jsonb not null default '{}'::jsonb,
  when_credit_ends text,
  customer_since date,
  commission jsonb,
  predecessor_id uuid,
  since_at timestamp with time zone,
  closed_at timestamp with time zone,
  constraint accounts_brand_check CHECK ((jsonb_typeof(brand) = 'object'::text)),
  constraint accounts_check CHECK (((kind <> 'vendor'::text) OR (parent_id IS NULL))),
  constraint accounts_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint accounts_commission_check CHECK ((jsonb_typeof(commission) = 'object'::text)),
  constraint accounts_credit_limit_check CHECK ((credit_limit >= (0)::numeric)),
  constraint accounts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint accounts_kind_check CHECK ((kind = ANY (ARRAY['customer'::text, 'reseller'::text, 'agent'::text, 'vendor'::text]))),
  constraint accounts_limits_check CHECK ((jsonb_typeof(limits) = 'object'::text)),
  constraint accounts_name_check CHECK ((name <> ''::text)),
  constraint accounts_payment_check CHECK ((payment = ANY (ARRAY['prepaid'::text, 'postpaid'::text]))),
  constraint accounts_succession_check CHECK (((predecessor_id IS NULL) = (since_at IS NULL))),
  constraint accounts_when_credit_ends_check CHECK ((when_credit_ends = ANY (ARRAY['refuse-calls'::text, 'go-on'::text]))),
  constraint accounts_when_money_ends_check CHECK ((jsonb_typeof(when_money_ends) = 'object'::text)),
  constraint accounts_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint accounts_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES accounts(id),
  constraint accounts_predecessor_id_fkey FOREIGN KEY (predecessor_id) REFERENCES accounts(id),
  constraint accounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_predecessor_id_key UNIQUE (predecessor_id),
  constraint accounts_tenant_id_code_key UNIQUE (tenant_id, code)
);
CREATE INDEX accounts_book ON tollwright.accounts USING btree (book_id);
CREATE INDEX accounts_parent ON tollwright.accounts USING btree (parent_id);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.accounts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.accounts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.accounts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table accounts enable row level security;
alter table accounts force row level security;
create policy ingest_all on accounts to tollwright_ingest using (true) with check (true);
create policy owner_all on accounts to tollwright_owner using (true) with check (true);
create policy subtree on accounts to tollwright_account using (((tenant_id = current_tenant()) AND (id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on accounts to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on accounts to tollwright_account;
grant insert, select, update on accounts to tollwright_app;
grant select on accounts to tollwright_ingest;

create table accrual_positions (
  tenant_id uuid not null,
  payer_book_id uuid not null,
  covers_journal_number bigint not null,
  constraint accrual_positions_payer_book_id_fkey FOREIGN KEY (payer_book_id) REFERENCES books(id),
  constraint accrual_positions_pkey PRIMARY KEY (payer_book_id)
);
alter table accrual_positions enable row level security;
alter table accrual_positions force row level security;
create policy ingest_all on accrual_positions to tollwright_ingest using (true) with check (true);
create policy owner_all on accrual_positions to tollwright_owner using (true) with check (true);
create policy tenant_isolation on accrual_positions to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on accrual_positions to tollwright_account;
grant insert, select, update on accrual_positions to tollwright_app;

create table address_lists (
  tenant_id uuid not null,
  account_id uuid,
  user_id uuid,
  addresses text[] not null,
  changed_by text not null,
  changed_at timestamp with time zone not null default clock_timestamp(),
  constraint address_lists_addresses_check CHECK (((cardinality(addresses) >= 1) AND (cardinality(addresses) <= 100))),
  constraint address_lists_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint address_lists_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint address_lists_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint address_lists_tenant_id_account_id_user_id_key UNIQUE NULLS NOT DISTINCT (tenant_id, account_id, user_id)
);
alter table address_lists enable row level security;
alter table address_lists force row level security;
create policy ingest_all on address_lists to tollwright_ingest using (true) with check (true);
create policy owner_all on address_lists to tollwright_owner using (true) with check (true);
create policy seen_user_id on address_lists as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on address_lists to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on address_lists to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on address_lists to tollwright_account;
grant delete, insert, select, update on address_lists to tollwright_app;
grant select on address_lists to tollwright_ingest;

create table alarms (
  tenant_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  kind text not null,
  subject text not null,
  what text not null,
  fix text not null,
  at timestamp with time zone not null,
  raised_at timestamp with time zone not null default now(),
  cleared_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  constraint alarms_check CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
  constraint alarms_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint alarms_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint alarms_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX alarms_open ON tollwright.alarms USING btree (source_id, kind, subject) WHERE (cleared_at IS NULL);
CREATE INDEX alarms_raised ON tollwright.alarms USING btree (tenant_id, raised_at);
alter table alarms enable row level security;
alter table alarms force row level security;
create policy ingest_all on alarms to tollwright_ingest using (true) with check (true);
create policy owner_all on alarms to tollwright_owner using (true) with check (true);
create policy tenant_isolation on alarms to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on alarms to tollwright_account;
grant insert, select, update on alarms to tollwright_app;

create table allowance_holds (
  tenant_id uuid not null,
  book_id uuid not null,
  key text not null,
  held jsonb not null default '[]'::jsonb,
  constraint allowance_holds_held_check CHECK ((jsonb_typeof(held) = 'array'::text)),
  constraint allowance_holds_pkey PRIMARY KEY (book_id, key)
);
alter table allowance_holds enable row level security;
alter table allowance_holds force row level security;
create policy ingest_all on allowance_holds to tollwright_ingest using (true) with check (true);
create policy owner_all on allowance_holds to tollwright_owner using (true) with check (true);
create policy tenant_isolation on allowance_holds to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on allowance_holds to tollwright_account;
grant select on allowance_holds to tollwright_app;
grant insert, select, update on allowance_holds to tollwright_ingest;

create table api_keys (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid,
  name text not null,
  hash bytea not null,
  hint text not null,
  permissions text[] not null,
  addresses text[] not null default '{}'::text[],
  created_by text not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_by text,
  last_used_at timestamp with time zone,
  last_used_from text,
  constraint api_keys_addresses_check CHECK ((cardinality(addresses) <= 100)),
  constraint api_keys_check CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
  constraint api_keys_hash_check CHECK ((length(hash) = 32)),
  constraint api_keys_name_check CHECK (((name <> ''::text) AND (length(name) <= 100))),
  constraint api_keys_permissions_check CHECK (((cardinality(permissions) >= 1) AND (cardinality(permissions) <= 200))),
  constraint api_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_hash_key UNIQUE (hash)
);
CREATE UNIQUE INDEX api_keys_name ON tollwright.api_keys USING btree (tenant_id, account_id, lower(name)) NULLS NOT DISTINCT WHERE (revoked_at IS NULL);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy ingest_all on api_keys to tollwright_ingest using (true) with check (true);
create policy owner_all on api_keys to tollwright_owner using (true) with check (true);
create policy subtree on api_keys to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on api_keys to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on api_keys to tollwright_account;
grant insert, select, update on api_keys to tollwright_app;
grant select, update on api_keys to tollwright_ingest;

create table archive_files (
  tenant_id uuid not null,
  archive_id uuid not null,
  table_name text not null,
  file text not null,
  bytes bigint not null,
  sha256 text not null,
  rows bigint not null,
  figures jsonb not null,
  constraint archive_files_table_name_check CHECK ((table_name = ANY (ARRAY['usage_events'::text, 'charges'::text, 'usage_history'::text]))),
  constraint archive_files_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES archives(id),
  constraint archive_files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint archive_files_pkey PRIMARY KEY (archive_id, table_name)
);
alter table archive_files enable row level security;
alter table archive_files force row level security;
create policy ingest_all on archive_files to tollwright_ingest using (true) with check (true);
create policy owner_all on archive_files to tollwright_owner using (true) with check (true);
create policy tenant_isolation on archive_files to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on archive_files to tollwright_account;
grant insert, select on archive_files to tollwright_app;
grant select on archive_files to tollwright_ingest;

create table archived_hours (
  tenant_id uuid not null,
  archive_id uuid not null,
  source_id uuid not null,
  hour timestamp with time zone not null,
  trunk text not null,
  stored bigint not null,
  duplicate bigint not null,
  calls bigint not null,
  answered bigint not null,
  talked_s bigint not null,
  constraint archived_hours_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES archives(id),
  constraint archived_hours_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint archived_hours_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint archived_hours_pkey PRIMARY KEY (archive_id, source_id, hour, trunk)
);
CREATE INDEX archived_hours_source ON tollwright.archived_hours USING btree (source_id, hour);
alter table archived_hours enable row level security;
alter table archived_hours force row level security;
create policy ingest_all on archived_hours to tollwright_ingest using (true) with check (true);
create policy owner_all on archived_hours to tollwright_owner using (true) with check (true);
create policy tenant_isolation on archived_hours to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on archived_hours to tollwright_account;
grant select on archived_hours to tollwright_app;

create table archived_sums (
  tenant_id uuid not null,
  book_id uuid not null,
  archive_id uuid not null,
  account_id uuid not null,
  side text not null,
  day date not null,
  currency text not null,
  price_currency text not null,
  entries bigint not null,
  amount numeric(28,9) not null,
  price_amount numeric(28,9) not null,
  constraint archived_sums_side_check CHECK ((side = ANY (ARRAY['cost'::text, 'reseller'::text, 'customer'::text]))),
  constraint archived_sums_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES archives(id),
  constraint archived_sums_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint archived_sums_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint archived_sums_pkey PRIMARY KEY (book_id, archive_id, account_id, side, day, currency, price_currency)
);
alter table archived_sums enable row level security;
alter table archived_sums force row level security;
create policy ingest_all on archived_sums to tollwright_ingest using (true) with check (true);
create policy owner_all on archived_sums to tollwright_owner using (true) with check (true);
create policy subtree on archived_sums to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on archived_sums to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on archived_sums to tollwright_account;
grant select on archived_sums to tollwright_app;

create table archives (
  tenant_id uuid not null,
  id uuid not null,
  month date not null,
  part integer not null,
  state text not null,
  calls bigint not null,
  archived_at timestamp with time zone not null default now(),
  archived_by text not null,
  ended_at timestamp with time zone,
  ended_by text,
  constraint archives_check CHECK (((state = 'archived'::text) = (ended_at IS NULL))),
  constraint archives_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint archives_part_check CHECK ((part > 0)),
  constraint archives_state_check CHECK ((state = ANY (ARRAY['archived'::text, 'restored'::text, 'deleted'::text]))),
  constraint archives_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint archives_pkey PRIMARY KEY (id),
  constraint archives_tenant_id_month_part_key UNIQUE (tenant_id, month, part)
);
alter table archives enable row level security;
alter table archives force row level security;
create policy ingest_all on archives to tollwright_ingest using (true) with check (true);
create policy owner_all on archives to tollwright_owner using (true) with check (true);
create policy subtree on archives to tollwright_account using (((tenant_id = current_tenant()) AND true)) with check (((tenant_id = current_tenant()) AND true));
create policy tenant_isolation on archives to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on archives to tollwright_app;
grant select on archives to tollwright_ingest;

create table audit_entries (
  tenant_id uuid not null,
  id uuid not null,
  happened_at timestamp with time zone not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text,
  actor_name text not null,
  address text,
  impersonator_id text,
  impersonator_name text,
  account_id uuid,
  action text collate "C" not null,
  object_kind text collate "C" not null,
  object_id text,
  object_name text not null,
  before json,
  after json,
  reason text,
  is_security boolean not null,
  personal json,
  sequence bigint,
  digest bytea,
  constraint audit_entries_action_check CHECK ((action <> ''::text)),
  constraint audit_entries_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['user'::text, 'api-key'::text, 'command-line'::text, 'system'::text]))),
  constraint audit_entries_check CHECK (((sequence IS NULL) = (digest IS NULL))),
  constraint audit_entries_digest_check CHECK ((length(digest) = 32)),
  constraint audit_entries_object_kind_check CHECK ((object_kind <> ''::text)),
  constraint audit_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint audit_entries_pkey PRIMARY KEY (id),
  constraint audit_entries_tenant_id_sequence_key UNIQUE (tenant_id, sequence)
);
CREATE INDEX audit_entries_happened ON tollwright.audit_entries USING btree (tenant_id, happened_at);
CREATE INDEX audit_entries_object ON tollwright.audit_entries USING btree (tenant_id, object_kind, object_id, happened_at);
CREATE INDEX audit_entries_unsealed ON tollwright.audit_entries USING btree (tenant_id, happened_at, id) WHERE (sequence IS NULL);
CREATE TRIGGER audit_entries_kept BEFORE DELETE OR UPDATE ON tollwright.audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_not_emptied BEFORE TRUNCATE ON tollwright.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
alter table audit_entries enable row level security;
alter table audit_entries force row level security;
create policy ingest_all on audit_entries to tollwright_ingest using (true) with check (true);
create policy owner_all on audit_entries to tollwright_owner using (true) with check (true);
create policy subtree on audit_entries to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on audit_entries to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select on audit_entries to tollwright_account;
grant insert, select on audit_entries to tollwright_app;
grant insert, select on audit_entries to tollwright_ingest;

create table audit_seals (
  tenant_id uuid not null,
  number bigint not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  sealed_at timestamp with time zone not null,
  previous bytea not null,
  chain bytea not null,
  constraint audit_seals_chain_check CHECK ((length(chain) = 32)),
  constraint audit_seals_check CHECK ((last_sequence >= first_sequence)),
  constraint audit_seals_number_check CHECK ((number > 0)),
  constraint audit_seals_previous_check CHECK ((length(previous) = 32)),
  constraint audit_seals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint audit_seals_pkey PRIMARY KEY (tenant_id, number)
);
CREATE TRIGGER audit_seals_kept BEFORE DELETE OR UPDATE ON tollwright.audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_seals_not_emptied BEFORE TRUNCATE ON tollwright.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
alter table audit_seals enable row level security;
alter table audit_seals force row level security;
create policy ingest_all on audit_seals to tollwright_ingest using (true) with check (true);
create policy owner_all on audit_seals to tollwright_owner using (true) with check (true);
create policy tenant_isolation on audit_seals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on audit_seals to tollwright_account;
grant select on audit_seals to tollwright_app;
grant insert, select on audit_seals to tollwright_ingest;

create table balances (
  tenant_id uuid not null,
  book_id uuid not null,
  account_id uuid not null,
  kind text not null,
  currency text not null,
  amount numeric(28,9) not null default 0,
  constraint balances_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint balances_pkey PRIMARY KEY (book_id, account_id, kind, currency)
);
alter table balances enable row level security;
alter table balances force row level security;
create policy ingest_all on balances to tollwright_ingest using (true) with check (true);
create policy owner_all on balances to tollwright_owner using (true) with check (true);
create policy subtree on balances to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on balances to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on balances to tollwright_account;
grant insert, select, update on balances to tollwright_app;
grant insert, select, update on balances to tollwright_ingest;

create table batches (
  tenant_id uuid not null,
  id bigint not null generated always as identity,
  source_id uuid,
  file_id uuid,
  kind text not null,
  booked_at timestamp with time zone not null default now(),
  rerate_run_id uuid,
  constraint batches_kind_check CHECK ((kind = ANY (ARRAY['import'::text, 'retry'::text, 'push'::text, 'rerate'::text]))),
  constraint batches_source_check CHECK (((kind = 'rerate'::text) = (source_id IS NULL))),
  constraint batches_file_id_fkey FOREIGN KEY (file_id) REFERENCES source_files(id),
  constraint batches_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint batches_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint batches_pkey PRIMARY KEY (id)
);
CREATE INDEX batches_file ON tollwright.batches USING btree (file_id);
alter table batches enable row level security;
alter table batches force row level security;
create policy ingest_all on batches to tollwright_ingest using (true) with check (true);
create policy owner_all on batches to tollwright_owner using (true) with check (true);
create policy tenant_isolation on batches to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on batches to tollwright_account;
grant insert, select on batches to tollwright_app;
grant insert, select on batches to tollwright_ingest;

create table billing_positions (
  tenant_id uuid not null,
  book_id uuid not null,
  account_id uuid not null,
  period_end_at timestamp with time zone not null,
  covers_journal_number bigint not null,
  spend_terms text,
  constraint billing_positions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint billing_positions_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint billing_positions_pkey PRIMARY KEY (book_id, account_id)
);
alter table billing_positions enable row level security;
alter table billing_positions force row level security;
create policy ingest_all on billing_positions to tollwright_ingest using (true) with check (true);
create policy owner_all on billing_positions to tollwright_owner using (true) with check (true);
create policy tenant_isolation on billing_positions to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on billing_positions to tollwright_account;
grant insert, select, update on billing_positions to tollwright_app;

create table books (
  tenant_id uuid not null,
  id uuid not null,
  last_journal_number bigint not null default 0,
  constraint books_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint books_pkey PRIMARY KEY (id)
);
alter table books enable row level security;
alter table books force row level security;
create policy ingest_all on books to tollwright_ingest using (true) with check (true);
create policy owner_all on books to tollwright_owner using (true) with check (true);
create policy tenant_isolation on books to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on books to tollwright_account;
grant insert, select, update on books to tollwright_app;
grant select, update on books to tollwright_ingest;

create table call_parts (
  tenant_id uuid not null,
  source_id uuid not null,
  call_key text not null,
  raw_hash uuid not null,
  file_id uuid not null,
  line bigint not null,
  raw text not null,
  at timestamp with time zone not null,
  state text not null,
  constraint call_parts_state_check CHECK ((state = ANY (ARRAY['open'::text, 'quarantined'::text, 'stored'::text, 'duplicate'::text, 'non-billable'::text]))),
  constraint call_parts_file_id_fkey FOREIGN KEY (file_id) REFERENCES source_files(id),
  constraint call_parts_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint call_parts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint call_parts_pkey PRIMARY KEY (source_id, call_key, raw_hash)
);
CREATE INDEX call_parts_open ON tollwright.call_parts USING btree (tenant_id, at) WHERE (state = 'open'::text);
alter table call_parts enable row level security;
alter table call_parts force row level security;
create policy ingest_all on call_parts to tollwright_ingest using (true) with check (true);
create policy owner_all on call_parts to tollwright_owner using (true) with check (true);
create policy tenant_isolation on call_parts to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on call_parts to tollwright_account;
grant select on call_parts to tollwright_app;
grant delete, insert, select, update on call_parts to tollwright_ingest;

create table changed_settings (
  tenant_id uuid not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  table_name text not null,
  row_ids uuid[],
  noted_at timestamp with time zone not null default clock_timestamp(),
  constraint changed_settings_pkey PRIMARY KEY (tenant_id, transaction_id, table_name)
);
CREATE INDEX changed_settings_noted ON tollwright.changed_settings USING btree (noted_at);
alter table changed_settings enable row level security;
alter table changed_settings force row level security;
create policy ingest_all on changed_settings to tollwright_ingest using (true) with check (true);
create policy owner_all on changed_settings to tollwright_owner using (true) with check (true);
create policy tenant_isolation on changed_settings to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on changed_settings to tollwright_account;
grant select on changed_settings to tollwright_app;
grant select on changed_settings to tollwright_ingest;

create table charges (
  tenant_id uuid not null,
  book_id uuid not null,
  answered_at timestamp with time zone not null,
  usage_id uuid not null,
  entry_no smallint not null,
  account_id uuid not null,
  side text not null,
  batch_id bigint not null,
  amount numeric(28,9) not null,
  currency text not null,
  tariff_amount numeric(28,9),
  tariff_currency text,
  exchange_rate numeric,
  tariff_id uuid not null,
  tariff_epoch bigint not null,
  prefix text collate "C" not null,
  destination text not null,
  rate numeric,
  billed_s integer not null,
  reverses_entry_no smallint,
  connect_fee numeric,
  covered_s integer,
  parts jsonb,
  service text,
  quantity bigint,
  constraint charges_side_check CHECK ((side = ANY (ARRAY['cost'::text, 'reseller'::text, 'customer'::text]))),
  constraint charges_pkey PRIMARY KEY (book_id, answered_at, usage_id, entry_no)
) partition by range (answered_at);
alter table charges enable row level security;
alter table charges force row level security;
create policy ingest_all on charges to tollwright_ingest using (true) with check (true);
create policy owner_all on charges to tollwright_owner using (true) with check (true);
create policy subtree on charges to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on charges to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on charges to tollwright_account;
grant select on charges to tollwright_app;
grant insert, select on charges to tollwright_ingest;

create table charging_dead_letters (
  id uuid not null,
  tenant_id uuid not null,
  source_id uuid not null,
  request json not null,
  reason text not null,
  journalled_at timestamp with time zone not null,
  failed_at timestamp with time zone not null default clock_timestamp(),
  outcome text,
  settled_at timestamp with time zone,
  settled_by text,
  why text not null default ''::text,
  constraint charging_dead_letters_check CHECK ((((outcome IS NULL) = (settled_at IS NULL)) AND ((outcome IS NULL) = (settled_by IS NULL)))),
  constraint charging_dead_letters_outcome_check CHECK ((outcome = ANY (ARRAY['decided'::text, 'discarded'::text]))),
  constraint charging_dead_letters_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint charging_dead_letters_pkey PRIMARY KEY (id)
);
CREATE INDEX charging_dead_letters_tenant ON tollwright.charging_dead_letters USING btree (tenant_id, failed_at);
alter table charging_dead_letters enable row level security;
alter table charging_dead_letters force row level security;
create policy ingest_all on charging_dead_letters to tollwright_ingest using (true) with check (true);
create policy owner_all on charging_dead_letters to tollwright_owner using (true) with check (true);
create policy tenant_isolation on charging_dead_letters to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on charging_dead_letters to tollwright_account;
grant select on charging_dead_letters to tollwright_app;
grant insert, select on charging_dead_letters to tollwright_ingest;

create table charging_journals (
  tenant_id uuid not null,
  journal_id uuid not null,
  segment bigint not null default 0,
  byte_offset bigint not null default 0,
  replayed bigint not null default 0,
  last_at timestamp with time zone,
  constraint charging_journals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint charging_journals_pkey PRIMARY KEY (tenant_id, journal_id)
);
alter table charging_journals enable row level security;
alter table charging_journals force row level security;
create policy ingest_all on charging_journals to tollwright_ingest using (true) with check (true);
create policy owner_all on charging_journals to tollwright_owner using (true) with check (true);
create policy tenant_isolation on charging_journals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on charging_journals to tollwright_account;
grant select on charging_journals to tollwright_app;
grant insert, select, update on charging_journals to tollwright_ingest;

create table commission_bases (
  tenant_id uuid not null,
  book_id uuid not null,
  invoice_id uuid not null,
  line integer not null,
  kind text not null,
  day date not null,
  service text not null,
  prefix text collate "C" not null,
  destination text not null,
  currency text not null,
  amount numeric(28,9) not null,
  constraint commission_bases_kind_check CHECK ((kind = ANY (ARRAY['revenue'::text, 'cost'::text]))),
  constraint commission_bases_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint commission_bases_pkey PRIMARY KEY (book_id, invoice_id, line)
);
alter table commission_bases enable row level security;
alter table commission_bases force row level security;
create policy ingest_all on commission_bases to tollwright_ingest using (true) with check (true);
create policy owner_all on commission_bases to tollwright_owner using (true) with check (true);
grant insert, select on commission_bases to tollwright_ingest;

create table commission_entries (
  tenant_id uuid not null,
  book_id uuid not null,
  account_id uuid not null,
  number bigint not null,
  period date not null,
  kind text not null,
  payer_account_id uuid not null,
  invoice_id uuid not null,
  rule text not null,
  of text not null,
  percent numeric not null,
  base numeric(28,9) not null,
  counted numeric(28,9) not null,
  currency text not null,
  amount numeric(28,9) not null,
  journal_number bigint not null,
  booked_at timestamp with time zone not null default now(),
  constraint commission_entries_kind_check CHECK ((kind = ANY (ARRAY['earned'::text, 'correction'::text, 'clawback'::text]))),
  constraint commission_entries_of_check CHECK ((of = ANY (ARRAY['revenue'::text, 'margin'::text]))),
  constraint commission_entries_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint commission_entries_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint commission_entries_payer_account_id_fkey FOREIGN KEY (payer_account_id) REFERENCES accounts(id),
  constraint commission_entries_pkey PRIMARY KEY (book_id, account_id, number)
);
CREATE INDEX commission_entries_period ON tollwright.commission_entries USING btree (tenant_id, period);
alter table commission_entries enable row level security;
alter table commission_entries force row level security;
create policy ingest_all on commission_entries to tollwright_ingest using (true) with check (true);
create policy owner_all on commission_entries to tollwright_owner using (true) with check (true);
create policy subtree on commission_entries to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on commission_entries to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on commission_entries to tollwright_account;
grant select on commission_entries to tollwright_app;
grant insert, select on commission_entries to tollwright_ingest;

create table commission_invoices (
  tenant_id uuid not null,
  book_id uuid not null,
  invoice_id uuid not null,
  read_at timestamp with time zone not null default now(),
  constraint commission_invoices_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint commission_invoices_pkey PRIMARY KEY (book_id, invoice_id)
);
alter table commission_invoices enable row level security;
alter table commission_invoices force row level security;
create policy ingest_all on commission_invoices to tollwright_ingest using (true) with check (true);
create policy owner_all on commission_invoices to tollwright_owner using (true) with check (true);
grant insert, select on commission_invoices to tollwright_ingest;

create table deck_rejects (
  tenant_id uuid not null,
  deck_id uuid not null,
  number integer not null,
  line integer not null,
  raw text not null,
  code text not null,
  what text not null,
  fix text not null,
  constraint deck_rejects_pkey PRIMARY KEY (deck_id, number)
);
alter table deck_rejects enable row level security;
alter table deck_rejects force row level security;
create policy ingest_all on deck_rejects to tollwright_ingest using (true) with check (true);
create policy owner_all on deck_rejects to tollwright_owner using (true) with check (true);
create policy tenant_isolation on deck_rejects to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on deck_rejects to tollwright_account;
grant delete, insert, select on deck_rejects to tollwright_app;

create table deck_rows (
  tenant_id uuid not null,
  deck_id uuid not null,
  number integer not null,
  line integer not null,
  prefix text collate "C" not null,
  code_text text not null,
  destination text not null,
  kind text not null,
  status text,
  rate numeric not null,
  unit_s integer not null,
  written_decimals integer not null,
  first_s integer not null,
  next_s integer not null,
  connect_fee numeric not null,
  effective_from timestamp with time zone,
  effective_to timestamp with time zone,
  currency text,
  comment text not null,
  origin text,
  slots jsonb,
  constraint deck_rows_pkey PRIMARY KEY (deck_id, number)
);
alter table deck_rows enable row level security;
alter table deck_rows force row level security;
create policy ingest_all on deck_rows to tollwright_ingest using (true) with check (true);
create policy owner_all on deck_rows to tollwright_owner using (true) with check (true);
create policy tenant_isolation on deck_rows to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on deck_rows to tollwright_account;
grant delete, insert, select on deck_rows to tollwright_app;

create table deck_templates (
  tenant_id uuid not null,
  name text not null,
  template jsonb not null,
  constraint deck_templates_name_check CHECK ((name <> ''::text)),
  constraint deck_templates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint deck_templates_pkey PRIMARY KEY (tenant_id, name)
);
alter table deck_templates enable row level security;
alter table deck_templates force row level security;
create policy ingest_all on deck_templates to tollwright_ingest using (true) with check (true);
create policy owner_all on deck_templates to tollwright_owner using (true) with check (true);
create policy tenant_isolation on deck_templates to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on deck_templates to tollwright_account;
grant delete, insert, select, update on deck_templates to tollwright_app;

create table decks (
  tenant_id uuid not null,
  id uuid not null,
  tariff_id uuid not null,
  file_name text not null,
  sha256 text not null,
  settings jsonb not null,
  state text not null default 'draft'::text,
  received_at timestamp with time zone not null,
  reading jsonb not null,
  preview jsonb not null,
  published_version integer,
  findings_accepted integer,
  created_at timestamp with time zone not null default now(),
  created_by text not null,
  constraint decks_check CHECK (((state = 'published'::text) = (published_version IS NOT NULL))),
  constraint decks_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'discarded'::text]))),
  constraint decks_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES tariffs(id),
  constraint decks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint decks_pkey PRIMARY KEY (id)
);
CREATE INDEX decks_tariff ON tollwright.decks USING btree (tariff_id, created_at);
alter table decks enable row level security;
alter table decks force row level security;
create policy ingest_all on decks to tollwright_ingest using (true) with check (true);
create policy owner_all on decks to tollwright_owner using (true) with check (true);
create policy tenant_isolation on decks to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on decks to tollwright_account;
grant insert, select, update on decks to tollwright_app;

create table event_objects (
  tenant_id uuid not null,
  kind text not null,
  id text not null,
  sequence bigint not null,
  constraint event_objects_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint event_objects_pkey PRIMARY KEY (tenant_id, kind, id)
);
alter table event_objects enable row level security;
alter table event_objects force row level security;
create policy ingest_all on event_objects to tollwright_ingest using (true) with check (true);
create policy owner_all on event_objects to tollwright_owner using (true) with check (true);
create policy tenant_isolation on event_objects to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on event_objects to tollwright_account;
grant select on event_objects to tollwright_app;
grant insert, select, update on event_objects to tollwright_ingest;

create table events (
  id uuid not null,
  tenant_id uuid not null,
  kind text not null,
  account_id uuid,
  data jsonb not null,
  happened_at timestamp with time zone not null default clock_timestamp(),
  logged_at timestamp with time zone,
  object_kind text not null,
  object_id text not null,
  sequence bigint,
  routed_at timestamp with time zone,
  constraint events_data_check CHECK ((jsonb_typeof(data) = 'object'::text)),
  constraint events_kind_check CHECK ((kind <> ''::text)),
  constraint events_routed CHECK (((sequence IS NULL) = (routed_at IS NULL))),
  constraint events_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint events_pkey PRIMARY KEY (id)
);
CREATE INDEX events_latest ON tollwright.events USING btree (tenant_id, happened_at, id);
CREATE INDEX events_unlogged ON tollwright.events USING btree (happened_at) WHERE (logged_at IS NULL);
CREATE INDEX events_unrouted ON tollwright.events USING btree (happened_at, id) WHERE (routed_at IS NULL);
alter table events enable row level security;
alter table events force row level security;
create policy ingest_all on events to tollwright_ingest using (true) with check (true);
create policy owner_all on events to tollwright_owner using (true) with check (true);
create policy subtree on events to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on events to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select on events to tollwright_account;
grant insert, select on events to tollwright_app;
grant insert, select on events to tollwright_ingest;

create table exchange_rates (
  tenant_id uuid not null,
  base text not null,
  quote text not null,
  effective_date date not null,
  rate numeric not null,
  constraint exchange_rates_base_check CHECK ((base ~ '^[A-Z]{3}$'::text)),
  constraint exchange_rates_check CHECK ((base <> quote)),
  constraint exchange_rates_quote_check CHECK ((quote ~ '^[A-Z]{3}$'::text)),
  constraint exchange_rates_rate_check CHECK ((rate > (0)::numeric)),
  constraint exchange_rates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint exchange_rates_pkey PRIMARY KEY (tenant_id, base, quote, effective_date)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.exchange_rates REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.exchange_rates REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.exchange_rates REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table exchange_rates enable row level security;
alter table exchange_rates force row level security;
create policy ingest_all on exchange_rates to tollwright_ingest using (true) with check (true);
create policy owner_all on exchange_rates to tollwright_owner using (true) with check (true);
create policy subtree on exchange_rates to tollwright_account using (((tenant_id = current_tenant()) AND true)) with check (((tenant_id = current_tenant()) AND true));
create policy tenant_isolation on exchange_rates to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on exchange_rates to tollwright_account;
grant insert, select, update on exchange_rates to tollwright_app;
grant select on exchange_rates to tollwright_ingest;

create table file_arrivals (
  tenant_id uuid not null,
  source_id uuid not null,
  name text not null,
  file_id uuid,
  arrived_at timestamp with time zone not null,
  constraint file_arrivals_file_id_fkey FOREIGN KEY (file_id) REFERENCES source_files(id),
  constraint file_arrivals_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint file_arrivals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint file_arrivals_pkey PRIMARY KEY (source_id, name)
);
alter table file_arrivals enable row level security;
alter table file_arrivals force row level security;
create policy ingest_all on file_arrivals to tollwright_ingest using (true) with check (true);
create policy owner_all on file_arrivals to tollwright_owner using (true) with check (true);
create policy tenant_isolation on file_arrivals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on file_arrivals to tollwright_account;
grant select on file_arrivals to tollwright_app;
grant insert, select, update on file_arrivals to tollwright_ingest;

create table idempotent_requests (
  tenant_id uuid not null,
  caller text not null,
  idempotency_key text not null,
  fingerprint text not null,
  status smallint not null,
  body json,
  answered_at timestamp with time zone not null default now(),
  constraint idempotent_requests_caller_check CHECK ((length(caller) <= 300)),
  constraint idempotent_requests_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text)),
  constraint idempotent_requests_idempotency_key_check CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255))),
  constraint idempotent_requests_status_check CHECK (((status >= 200) AND (status <= 299))),
  constraint idempotent_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint idempotent_requests_pkey PRIMARY KEY (tenant_id, caller, idempotency_key)
);
CREATE INDEX idempotent_requests_oldest ON tollwright.idempotent_requests USING btree (tenant_id, answered_at);
alter table idempotent_requests enable row level security;
alter table idempotent_requests force row level security;
create policy ingest_all on idempotent_requests to tollwright_ingest using (true) with check (true);
create policy owner_all on idempotent_requests to tollwright_owner using (true) with check (true);
create policy tenant_isolation on idempotent_requests to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on idempotent_requests to tollwright_account;
grant delete, insert, select, update on idempotent_requests to tollwright_app;

create table impersonations (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  user_id uuid,
  by_id uuid not null,
  by_name text not null,
  reason text not null,
  began_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint impersonations_reason_check CHECK (((reason <> ''::text) AND (length(reason) <= 500))),
  constraint impersonations_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint impersonations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint impersonations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint impersonations_pkey PRIMARY KEY (id)
);
CREATE INDEX impersonations_by ON tollwright.impersonations USING btree (by_id);
alter table impersonations enable row level security;
alter table impersonations force row level security;
create policy ingest_all on impersonations to tollwright_ingest using (true) with check (true);
create policy owner_all on impersonations to tollwright_owner using (true) with check (true);
create policy seen_user_id on impersonations as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on impersonations to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on impersonations to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on impersonations to tollwright_account;
grant insert, select, update on impersonations to tollwright_app;

create table invoice_lines (
  tenant_id uuid not null,
  book_id uuid not null,
  invoice_id uuid not null,
  line integer not null,
  kind text not null,
  description text not null,
  period_start_date date,
  period_end_date date,
  previous_period boolean not null,
  rate numeric,
  calls bigint,
  billed_s bigint,
  adjustment_id text,
  exact_amount numeric(28,9) not null,
  amount numeric(28,9) not null,
  connect_fees numeric(28,9),
  covered_s bigint,
  allowance text,
  preceding_invoice text,
  surcharges numeric(28,9),
  service text,
  constraint invoice_lines_kind_check CHECK ((kind = ANY (ARRAY['usage'::text, 'adjustment'::text]))),
  constraint invoice_lines_pkey PRIMARY KEY (book_id, invoice_id, line)
);
alter table invoice_lines enable row level security;
alter table invoice_lines force row level security;
create policy ingest_all on invoice_lines to tollwright_ingest using (true) with check (true);
create policy owner_all on invoice_lines to tollwright_owner using (true) with check (true);
create policy subtree on invoice_lines to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND ((book_id, invoice_id) IN ( SELECT invoices.book_id,
    invoices.id
   FROM invoices))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND ((book_id, invoice_id) IN ( SELECT invoices.book_id,
    invoices.id
   FROM invoices)))));
create policy tenant_isolation on invoice_lines to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on invoice_lines to tollwright_account;
grant insert, select on invoice_lines to tollwright_app;

create table invoice_logos (
  tenant_id uuid not null,
  sha256 text not null,
  format text not null,
  base64 text not null,
  constraint invoice_logos_format_check CHECK ((format = ANY (ARRAY['svg'::text, 'png'::text]))),
  constraint invoice_logos_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint invoice_logos_pkey PRIMARY KEY (tenant_id, sha256)
);
alter table invoice_logos enable row level security;
alter table invoice_logos force row level security;
create policy ingest_all on invoice_logos to tollwright_ingest using (true) with check (true);
create policy owner_all on invoice_logos to tollwright_owner using (true) with check (true);
create policy subtree on invoice_logos to tollwright_account using (((tenant_id = current_tenant()) AND (sha256 IN ( SELECT invoices.logo_sha256
   FROM invoices)))) with check (((tenant_id = current_tenant()) AND (sha256 IN ( SELECT invoices.logo_sha256
   FROM invoices))));
create policy tenant_isolation on invoice_logos to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on invoice_logos to tollwright_account;
grant insert, select on invoice_logos to tollwright_app;

create table invoice_payments (
  tenant_id uuid not null,
  book_id uuid not null,
  account_id uuid not null,
  invoice_id uuid not null,
  reference text not null,
  amount numeric(28,9) not null,
  effective_date date not null,
  journal_number bigint not null,
  booked_at timestamp with time zone not null default now(),
  constraint invoice_payments_amount_check CHECK ((amount <> (0)::numeric)),
  constraint invoice_payments_reference_check CHECK ((reference <> ''::text)),
  constraint invoice_payments_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint invoice_payments_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint invoice_payments_pkey PRIMARY KEY (book_id, account_id, reference)
);
CREATE INDEX invoice_payments_invoice ON tollwright.invoice_payments USING btree (book_id, invoice_id);
alter table invoice_payments enable row level security;
alter table invoice_payments force row level security;
create policy ingest_all on invoice_payments to tollwright_ingest using (true) with check (true);
create policy owner_all on invoice_payments to tollwright_owner using (true) with check (true);
create policy subtree on invoice_payments to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on invoice_payments to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on invoice_payments to tollwright_account;
grant insert, select on invoice_payments to tollwright_app;
grant select on invoice_payments to tollwright_ingest;

create table invoice_series (
  tenant_id uuid not null,
  name text not null,
  last_number bigint not null default 0,
  constraint invoice_series_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint invoice_series_pkey PRIMARY KEY (tenant_id, name)
);
alter table invoice_series enable row level security;
alter table invoice_series force row level security;
create policy ingest_all on invoice_series to tollwright_ingest using (true) with check (true);
create policy owner_all on invoice_series to tollwright_owner using (true) with check (true);
create policy tenant_isolation on invoice_series to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on invoice_series to tollwright_account;
grant insert, select, update on invoice_series to tollwright_app;

create table invoices (
  tenant_id uuid not null,
  book_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  series text not null,
  number text not null,
  kind text not null,
  period_start_date date not null,
  period_end_date date not null,
  period_end_at timestamp with time zone not null,
  covers_journal_number bigint not null,
  after_end_at timestamp with time zone not null,
  after_journal_number bigint not null,
  issue_date date not null,
  due_date date not null,
  currency text not null,
  exact_total numeric(28,9) not null,
  total numeric(28,9) not null,
  rounding numeric(28,9) not null,
  paid numeric(28,9) not null,
  due numeric(28,9) not null,
  overrun numeric(28,9) not null,
  journal_number bigint,
  document jsonb not null,
  logo_sha256 text,
  created_at timestamp with time zone not null default now(),
  seller_account_id uuid,
  constraint invoices_check CHECK ((period_end_date > period_start_date)),
  constraint invoices_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit-note'::text, 'statement'::text]))),
  constraint invoices_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint invoices_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint invoices_seller_account_id_fkey FOREIGN KEY (seller_account_id) REFERENCES accounts(id),
  constraint invoices_pkey PRIMARY KEY (book_id, id),
  constraint invoices_book_id_account_id_period_end_at_covers_journal_nu_key UNIQUE (book_id, account_id, period_end_at, covers_journal_number)
);
CREATE INDEX invoices_number ON tollwright.invoices USING btree (tenant_id, number);
alter table invoices enable row level security;
alter table invoices force row level security;
create policy ingest_all on invoices to tollwright_ingest using (true) with check (true);
create policy owner_all on invoices to tollwright_owner using (true) with check (true);
create policy subtree on invoices to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on invoices to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on invoices to tollwright_account;
grant insert, select on invoices to tollwright_app;
grant select on invoices to tollwright_ingest;

create table journals (
  tenant_id uuid not null,
  book_id uuid not null,
  number bigint not null,
  kind text not null,
  idempotency_key text not null,
  input_hash text not null,
  batch_id bigint,
  first_answered_at timestamp with time zone,
  effective_date date not null,
  reverses_key text,
  memo text not null default ''::text,
  booked_at timestamp with time zone not null default now(),
  booked_by text not null,
  constraint journals_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint journals_pkey PRIMARY KEY (book_id, number),
  constraint journals_book_id_idempotency_key_key UNIQUE (book_id, idempotency_key),
  constraint journals_book_id_reverses_key_key UNIQUE (book_id, reverses_key)
);
CREATE INDEX journals_batch ON tollwright.journals USING btree (book_id, batch_id);
alter table journals enable row level security;
alter table journals force row level security;
create policy ingest_all on journals to tollwright_ingest using (true) with check (true);
create policy owner_all on journals to tollwright_owner using (true) with check (true);
create policy subtree on journals to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (kind <> ALL (ARRAY['usage'::text, 'vendor-cost'::text])) AND (EXISTS ( SELECT
   FROM postings p
  WHERE ((p.book_id = journals.book_id) AND (p.journal_number = journals.number))))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (kind <> ALL (ARRAY['usage'::text, 'vendor-cost'::text])) AND (EXISTS ( SELECT
   FROM postings p
  WHERE ((p.book_id = journals.book_id) AND (p.journal_number = journals.number)))))));
create policy tenant_isolation on journals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select on journals to tollwright_app;
grant insert, select on journals to tollwright_ingest;

create table known_devices (
  tenant_id uuid not null,
  account_id uuid,
  user_id uuid not null,
  hash bytea not null,
  used_at timestamp with time zone not null default clock_timestamp(),
  constraint known_devices_hash_check CHECK ((length(hash) = 32)),
  constraint known_devices_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint known_devices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint known_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint known_devices_pkey PRIMARY KEY (user_id, hash)
);
alter table known_devices enable row level security;
alter table known_devices force row level security;
create policy ingest_all on known_devices to tollwright_ingest using (true) with check (true);
create policy owner_all on known_devices to tollwright_owner using (true) with check (true);
create policy seen_user_id on known_devices as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on known_devices to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on known_devices to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on known_devices to tollwright_account;
grant delete, insert, select, update on known_devices to tollwright_app;

create table log_in_failures (
  key bytea not null,
  failures integer not null,
  failed_at timestamp with time zone not null,
  waits_until timestamp with time zone not null,
  constraint log_in_failures_failures_check CHECK ((failures > 0)),
  constraint log_in_failures_key_check CHECK ((length(key) = 32)),
  constraint log_in_failures_pkey PRIMARY KEY (key)
);
CREATE INDEX log_in_failures_old ON tollwright.log_in_failures USING btree (failed_at);
alter table log_in_failures enable row level security;
alter table log_in_failures force row level security;
create policy ingest_all on log_in_failures to tollwright_ingest using (true) with check (true);
create policy owner_all on log_in_failures to tollwright_owner using (true) with check (true);
grant delete, insert, select, update on log_in_failures to tollwright_ingest;

create table log_in_settings (
  tenant_id uuid not null,
  second_factor_required boolean not null,
  session_idle_s integer not null,
  session_s integer not null,
  constraint log_in_settings_session_idle_s_check CHECK (((session_idle_s >= 300) AND (session_idle_s <= 2592000))),
  constraint log_in_settings_session_s_check CHECK (((session_s >= 300) AND (session_s <= 7776000))),
  constraint log_in_settings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint log_in_settings_pkey PRIMARY KEY (tenant_id)
);
alter table log_in_settings enable row level security;
alter table log_in_settings force row level security;
create policy ingest_all on log_in_settings to tollwright_ingest using (true) with check (true);
create policy owner_all on log_in_settings to tollwright_owner using (true) with check (true);
create policy tenant_isolation on log_in_settings to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on log_in_settings to tollwright_account;
grant insert, select, update on log_in_settings to tollwright_app;

create table mails (
  id uuid not null,
  tenant_id uuid not null,
  account_id uuid,
  recipient text not null,
  subject text not null,
  body text,
  state text not null default 'waiting'::text,
  tries integer not null default 0,
  fault text,
  queued_at timestamp with time zone not null default clock_timestamp(),
  due_at timestamp with time zone not null default clock_timestamp(),
  ended_at timestamp with time zone,
  constraint mails_body_check CHECK ((length(body) <= 100000)),
  constraint mails_check CHECK ((((state = 'waiting'::text) = (ended_at IS NULL)) AND ((state = 'waiting'::text) = (body IS NOT NULL)))),
  constraint mails_recipient_check CHECK ((recipient ~ '^[!-~]{3,254}$'::text)),
  constraint mails_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'given-up'::text]))),
  constraint mails_subject_check CHECK (((length(subject) <= 200) AND (subject !~ '[[:cntrl:]]'::text))),
  constraint mails_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint mails_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint mails_pkey PRIMARY KEY (id)
);
CREATE INDEX mails_due ON tollwright.mails USING btree (due_at, id) WHERE (state = 'waiting'::text);
CREATE INDEX mails_ended ON tollwright.mails USING btree (ended_at) WHERE (state <> 'waiting'::text);
CREATE INDEX mails_latest ON tollwright.mails USING btree (tenant_id, queued_at, id);
alter table mails enable row level security;
alter table mails force row level security;
create policy ingest_all on mails to tollwright_ingest using (true) with check (true);
create policy owner_all on mails to tollwright_owner using (true) with check (true);
create policy subtree on mails to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on mails to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert on mails to tollwright_account;
grant insert on mails to tollwright_app;
grant delete, select, update on mails to tollwright_ingest;

create table nanp_exchanges (
  tenant_id uuid not null,
  npa_nxx text collate "C" not null,
  state text not null,
  lata text,
  constraint nanp_exchanges_npa_nxx_check CHECK ((npa_nxx ~ '^[2-9][0-9]{5}$'::text)),
  constraint nanp_exchanges_state_check CHECK ((state ~ '^[A-Z]{2}$'::text)),
  constraint nanp_exchanges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint nanp_exchanges_pkey PRIMARY KEY (tenant_id, npa_nxx)
);
alter table nanp_exchanges enable row level security;
alter table nanp_exchanges force row level security;
create policy ingest_all on nanp_exchanges to tollwright_ingest using (true) with check (true);
create policy owner_all on nanp_exchanges to tollwright_owner using (true) with check (true);
create policy tenant_isolation on nanp_exchanges to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on nanp_exchanges to tollwright_account;
grant delete, insert, select on nanp_exchanges to tollwright_app;

create table nanp_imports (
  tenant_id uuid not null,
  kind text not null,
  file_name text not null,
  rows integer not null,
  imported_at timestamp with time zone not null default now(),
  imported_by text not null,
  constraint nanp_imports_kind_check CHECK ((kind = ANY (ARRAY['exchanges'::text, 'ported-numbers'::text]))),
  constraint nanp_imports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint nanp_imports_pkey PRIMARY KEY (tenant_id, kind)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.nanp_imports REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.nanp_imports REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.nanp_imports REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table nanp_imports enable row level security;
alter table nanp_imports force row level security;
create policy ingest_all on nanp_imports to tollwright_ingest using (true) with check (true);
create policy owner_all on nanp_imports to tollwright_owner using (true) with check (true);
create policy tenant_isolation on nanp_imports to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on nanp_imports to tollwright_account;
grant delete, insert, select, update on nanp_imports to tollwright_app;

create table nanp_ported_numbers (
  tenant_id uuid not null,
  number text collate "C" not null,
  routing_number text not null,
  constraint nanp_ported_numbers_number_check CHECK ((number ~ '^1[2-9][0-9]{9}$'::text)),
  constraint nanp_ported_numbers_routing_number_check CHECK ((routing_number ~ '^1[2-9][0-9]{9}$'::text)),
  constraint nanp_ported_numbers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint nanp_ported_numbers_pkey PRIMARY KEY (tenant_id, number)
);
alter table nanp_ported_numbers enable row level security;
alter table nanp_ported_numbers force row level security;
create policy ingest_all on nanp_ported_numbers to tollwright_ingest using (true) with check (true);
create policy owner_all on nanp_ported_numbers to tollwright_owner using (true) with check (true);
create policy tenant_isolation on nanp_ported_numbers to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on nanp_ported_numbers to tollwright_account;
grant delete, insert, select on nanp_ported_numbers to tollwright_app;

create table operations (
  id uuid not null,
  tenant_id uuid not null,
  account_id uuid,
  kind text not null,
  state text not null default 'waiting'::text,
  input json not null,
  rows_done bigint not null default 0,
  rows_total bigint,
  result json,
  problem json,
  begun_by text not null,
  begun_at timestamp with time zone not null default clock_timestamp(),
  ended_at timestamp with time zone,
  held_until timestamp with time zone,
  tries integer not null default 0,
  constraint operations_begun_by_check CHECK ((length(begun_by) <= 300)),
  constraint operations_check CHECK (((state = ANY (ARRAY['done'::text, 'failed'::text])) = (ended_at IS NOT NULL))),
  constraint operations_check1 CHECK ((((state = 'done'::text) = (result IS NOT NULL)) AND ((state = 'failed'::text) = (problem IS NOT NULL)))),
  constraint operations_kind_check CHECK ((length(kind) <= 64)),
  constraint operations_rows_done_check CHECK ((rows_done >= 0)),
  constraint operations_rows_total_check CHECK ((rows_total >= 0)),
  constraint operations_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint operations_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint operations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint operations_pkey PRIMARY KEY (id)
);
CREATE INDEX operations_latest ON tollwright.operations USING btree (tenant_id, begun_at, id);
CREATE INDEX operations_open ON tollwright.operations USING btree (begun_at, id) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
alter table operations enable row level security;
alter table operations force row level security;
create policy ingest_all on operations to tollwright_ingest using (true) with check (true);
create policy owner_all on operations to tollwright_owner using (true) with check (true);
create policy subtree on operations to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on operations to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select on operations to tollwright_app;
grant delete, select, update on operations to tollwright_ingest;

create table package_versions (
  tenant_id uuid not null,
  package_id uuid not null,
  number integer not null,
  effective_from timestamp with time zone not null,
  offer jsonb not null,
  published_at timestamp with time zone not null default now(),
  published_by text not null,
  constraint package_versions_number_check CHECK ((number > 0)),
  constraint package_versions_package_id_fkey FOREIGN KEY (package_id) REFERENCES packages(id),
  constraint package_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint package_versions_pkey PRIMARY KEY (package_id, number)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.package_versions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.package_versions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.package_versions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table package_versions enable row level security;
alter table package_versions force row level security;
create policy ingest_all on package_versions to tollwright_ingest using (true) with check (true);
create policy owner_all on package_versions to tollwright_owner using (true) with check (true);
create policy subtree on package_versions to tollwright_account using (((tenant_id = current_tenant()) AND (package_id IN ( SELECT packages.id
   FROM packages)))) with check (((tenant_id = current_tenant()) AND (package_id IN ( SELECT packages.id
   FROM packages))));
create policy tenant_isolation on package_versions to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select on package_versions to tollwright_app;
grant select on package_versions to tollwright_ingest;

create table packages (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  tariff_ids uuid[] not null default '{}'::uuid[],
  created_at timestamp with time zone not null default now(),
  constraint packages_name_check CHECK ((name <> ''::text)),
  constraint packages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint packages_pkey PRIMARY KEY (id),
  constraint packages_tenant_id_name_key UNIQUE (tenant_id, name)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.packages REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.packages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.packages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table packages enable row level security;
alter table packages force row level security;
create policy ingest_all on packages to tollwright_ingest using (true) with check (true);
create policy owner_all on packages to tollwright_owner using (true) with check (true);
create policy subtree on packages to tollwright_account using (((tenant_id = current_tenant()) AND (id IN ( SELECT account_packages.package_id
   FROM account_packages)))) with check (((tenant_id = current_tenant()) AND (id IN ( SELECT account_packages.package_id
   FROM account_packages))));
create policy tenant_isolation on packages to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on packages to tollwright_account;
grant insert, select, update on packages to tollwright_app;
grant select on packages to tollwright_ingest;

create table person_keys (
  tenant_id uuid not null,
  person text collate "C" not null,
  public_key bytea,
  private_key bytea,
  key_id text,
  made_at timestamp with time zone not null default clock_timestamp(),
  erased_at timestamp with time zone,
  constraint person_keys_check CHECK ((((erased_at IS NULL) = (public_key IS NOT NULL)) AND ((erased_at IS NULL) = (private_key IS NOT NULL)))),
  constraint person_keys_check1 CHECK (((erased_at IS NULL) OR (key_id IS NULL))),
  constraint person_keys_person_check CHECK ((person ~ '^(user|account):.'::text)),
  constraint person_keys_public_key_check CHECK ((length(public_key) = 32)),
  constraint person_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint person_keys_pkey PRIMARY KEY (tenant_id, person)
);
CREATE INDEX person_keys_unsealed ON tollwright.person_keys USING btree (tenant_id, person) WHERE ((key_id IS NULL) AND (erased_at IS NULL));
alter table person_keys enable row level security;
alter table person_keys force row level security;
create policy ingest_all on person_keys to tollwright_ingest using (true) with check (true);
create policy owner_all on person_keys to tollwright_owner using (true) with check (true);
create policy tenant_isolation on person_keys to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on person_keys to tollwright_ingest;

create table pool_months (
  tenant_id uuid not null,
  book_id uuid not null,
  pool_id uuid not null,
  start_at timestamp with time zone not null,
  rules_hash text not null,
  start_state jsonb not null,
  state jsonb not null,
  last_answered_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
  last_usage_id uuid not null default '00000000-0000-0000-0000-000000000000'::uuid,
  stale boolean not null,
  revision bigint not null default 0,
  constraint pool_months_pkey PRIMARY KEY (book_id, pool_id, start_at)
);
alter table pool_months enable row level security;
alter table pool_months force row level security;
create policy ingest_all on pool_months to tollwright_ingest using (true) with check (true);
create policy owner_all on pool_months to tollwright_owner using (true) with check (true);
create policy tenant_isolation on pool_months to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on pool_months to tollwright_account;
grant select on pool_months to tollwright_app;
grant delete, insert, select, update on pool_months to tollwright_ingest;

create table postings (
  tenant_id uuid not null,
  book_id uuid not null,
  journal_number bigint not null,
  line smallint not null,
  account_id uuid not null,
  kind text not null,
  currency text not null,
  amount numeric(28,9) not null,
  constraint postings_pkey PRIMARY KEY (book_id, journal_number, line)
);
alter table postings enable row level security;
alter table postings force row level security;
create policy ingest_all on postings to tollwright_ingest using (true) with check (true);
create policy owner_all on postings to tollwright_owner using (true) with check (true);
create policy subtree on postings to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on postings to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on postings to tollwright_account;
grant insert, select on postings to tollwright_app;
grant insert, select on postings to tollwright_ingest;

create table pulled_files (
  tenant_id uuid not null,
  pull_id uuid not null,
  path text collate "C" not null,
  size_bytes bigint not null,
  stamp text not null,
  seen_at timestamp with time zone not null,
  state text not null,
  sha256 text,
  bytes_done bigint not null default 0,
  end_sha256 text,
  failures integer not null default 0,
  not_before timestamp with time zone,
  problem_code text,
  problem_text text,
  gone_at timestamp with time zone,
  constraint pulled_files_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'imported'::text, 'done'::text, 'refused'::text]))),
  constraint pulled_files_pull_id_fkey FOREIGN KEY (pull_id) REFERENCES pulls(id),
  constraint pulled_files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint pulled_files_pkey PRIMARY KEY (pull_id, path)
);
alter table pulled_files enable row level security;
alter table pulled_files force row level security;
create policy ingest_all on pulled_files to tollwright_ingest using (true) with check (true);
create policy owner_all on pulled_files to tollwright_owner using (true) with check (true);
create policy tenant_isolation on pulled_files to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on pulled_files to tollwright_account;
grant delete, insert, select, update on pulled_files to tollwright_app;

create table pulled_rows (
  tenant_id uuid not null,
  pull_id uuid not null,
  table_name text collate "C" not null,
  row_hash uuid not null,
  "position" numeric(20,0) not null,
  constraint pulled_rows_pull_id_fkey FOREIGN KEY (pull_id) REFERENCES pulls(id),
  constraint pulled_rows_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint pulled_rows_pkey PRIMARY KEY (pull_id, table_name, row_hash)
);
CREATE INDEX pulled_rows_position ON tollwright.pulled_rows USING btree (pull_id, table_name, "position");
alter table pulled_rows enable row level security;
alter table pulled_rows force row level security;
create policy ingest_all on pulled_rows to tollwright_ingest using (true) with check (true);
create policy owner_all on pulled_rows to tollwright_owner using (true) with check (true);
create policy tenant_isolation on pulled_rows to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on pulled_rows to tollwright_account;
grant select on pulled_rows to tollwright_app;
grant delete, insert, select on pulled_rows to tollwright_ingest;

create table pulls (
  tenant_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  name text not null,
  holder text,
  held_until timestamp with time zone,
  started_at timestamp with time zone,
  succeeded_at timestamp with time zone,
  next_at timestamp with time zone not null default now(),
  failures integer not null default 0,
  problem_code text,
  problem_text text,
  cursor jsonb,
  pinned text,
  constraint pulls_check CHECK (((holder IS NULL) = (held_until IS NULL))),
  constraint pulls_check1 CHECK (((failures = 0) = (problem_text IS NULL))),
  constraint pulls_name_check CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint pulls_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint pulls_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint pulls_pkey PRIMARY KEY (id),
  constraint pulls_source_id_name_key UNIQUE (source_id, name)
);
alter table pulls enable row level security;
alter table pulls force row level security;
create policy ingest_all on pulls to tollwright_ingest using (true) with check (true);
create policy owner_all on pulls to tollwright_owner using (true) with check (true);
create policy tenant_isolation on pulls to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on pulls to tollwright_account;
grant insert, select, update on pulls to tollwright_app;
grant select, update on pulls to tollwright_ingest;

create table push_tokens (
  tenant_id uuid not null,
  source_id uuid not null,
  token_hash bytea not null,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  constraint push_tokens_token_hash_check CHECK ((length(token_hash) = 32)),
  constraint push_tokens_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint push_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint push_tokens_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX push_tokens_source ON tollwright.push_tokens USING btree (source_id);
alter table push_tokens enable row level security;
alter table push_tokens force row level security;
create policy ingest_all on push_tokens to tollwright_ingest using (true) with check (true);
create policy owner_all on push_tokens to tollwright_owner using (true) with check (true);
create policy tenant_isolation on push_tokens to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on push_tokens to tollwright_account;
grant insert, select, update on push_tokens to tollwright_app;
grant select on push_tokens to tollwright_ingest;

create table quarantine (
  tenant_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  file_id uuid not null,
  line bigint not null,
  code text not null,
  what text not null,
  fix text not null,
  raw text not null,
  raw_hash uuid not null,
  is_part boolean not null,
  state text not null,
  attempts integer not null default 0,
  corrected_raw text,
  created_at timestamp with time zone not null default now(),
  decided_at timestamp with time zone,
  started_at timestamp with time zone,
  trunk text,
  constraint quarantine_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'released'::text, 'dismissed'::text]))),
  constraint quarantine_file_id_fkey FOREIGN KEY (file_id) REFERENCES source_files(id),
  constraint quarantine_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint quarantine_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint quarantine_pkey PRIMARY KEY (id),
  constraint quarantine_source_id_raw_hash_key UNIQUE (source_id, raw_hash)
);
CREATE INDEX quarantine_file ON tollwright.quarantine USING btree (file_id);
CREATE INDEX quarantine_waiting ON tollwright.quarantine USING btree (tenant_id, code, created_at) WHERE (state = 'waiting'::text);
alter table quarantine enable row level security;
alter table quarantine force row level security;
create policy ingest_all on quarantine to tollwright_ingest using (true) with check (true);
create policy owner_all on quarantine to tollwright_owner using (true) with check (true);
create policy tenant_isolation on quarantine to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on quarantine to tollwright_account;
grant select, update on quarantine to tollwright_app;
grant insert, select, update on quarantine to tollwright_ingest;

create table rates (
  tenant_id uuid not null,
  tariff_id uuid not null,
  prefix text collate "C" not null,
  time_window text not null default ''::text,
  effective_from timestamp with time zone not null,
  effective_to timestamp with time zone,
  version_from integer not null,
  version_to integer,
  destination text not null,
  blocked boolean not null default false,
  rate numeric not null,
  unit_s integer not null default 60,
  first_s integer not null,
  next_s integer not null,
  slots jsonb,
  connect_fee numeric not null default 0,
  minimum_s integer not null default 0,
  free_s integer not null default 0,
  minimum_cost numeric,
  maximum_cost numeric,
  at_maximum_cost text,
  origin text not null default ''::text,
  constraint rates_at_maximum_cost_check CHECK ((at_maximum_cost = ANY (ARRAY['free'::text, 'disconnect'::text]))),
  constraint rates_check CHECK (((effective_to IS NULL) OR (effective_to > effective_from))),
  constraint rates_check1 CHECK (((version_to IS NULL) OR (version_to > version_from))),
  constraint rates_connect_fee_check CHECK ((connect_fee >= (0)::numeric)),
  constraint rates_first_s_check CHECK ((first_s >= 0)),
  constraint rates_free_s_check CHECK ((free_s >= 0)),
  constraint rates_minimum_s_check CHECK ((minimum_s >= 0)),
  constraint rates_next_s_check CHECK ((next_s > 0)),
  constraint rates_prefix_check CHECK ((prefix ~ '^=?[0-9]{0,15}$'::text)),
  constraint rates_rate_check CHECK ((rate >= (0)::numeric)),
  constraint rates_unit_s_check CHECK ((unit_s > 0)),
  constraint rates_pkey PRIMARY KEY (tariff_id, prefix, origin, time_window, effective_from, version_from)
);
alter table rates enable row level security;
alter table rates force row level security;
create policy ingest_all on rates to tollwright_ingest using (true) with check (true);
create policy owner_all on rates to tollwright_owner using (true) with check (true);
create policy subtree on rates to tollwright_account using (((tenant_id = current_tenant()) AND (tariff_id IN ( SELECT tariffs.id
   FROM tariffs)))) with check (((tenant_id = current_tenant()) AND (tariff_id IN ( SELECT tariffs.id
   FROM tariffs))));
create policy tenant_isolation on rates to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on rates to tollwright_account;
grant insert, select, update on rates to tollwright_app;
grant select on rates to tollwright_ingest;

create table record_numbers (
  tenant_id uuid not null,
  source_id uuid not null,
  file_id uuid not null,
  stream text not null,
  first_number bigint not null,
  last_number bigint not null,
  first_line bigint not null,
  last_line bigint not null,
  at timestamp with time zone not null,
  constraint record_numbers_check CHECK ((last_number >= first_number)),
  constraint record_numbers_file_id_fkey FOREIGN KEY (file_id) REFERENCES source_files(id),
  constraint record_numbers_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint record_numbers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint record_numbers_pkey PRIMARY KEY (file_id, stream, first_number, at)
);
CREATE INDEX record_numbers_source ON tollwright.record_numbers USING btree (source_id, at);
alter table record_numbers enable row level security;
alter table record_numbers force row level security;
create policy ingest_all on record_numbers to tollwright_ingest using (true) with check (true);
create policy owner_all on record_numbers to tollwright_owner using (true) with check (true);
create policy tenant_isolation on record_numbers to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on record_numbers to tollwright_account;
grant select on record_numbers to tollwright_app;
grant delete, insert, select on record_numbers to tollwright_ingest;

create table rerate_kept (
  tenant_id uuid not null,
  run_id uuid not null,
  code text not null,
  calls bigint not null,
  examples jsonb not null,
  constraint rerate_kept_run_id_fkey FOREIGN KEY (run_id) REFERENCES rerate_runs(id),
  constraint rerate_kept_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint rerate_kept_pkey PRIMARY KEY (run_id, code)
);
alter table rerate_kept enable row level security;
alter table rerate_kept force row level security;
create policy ingest_all on rerate_kept to tollwright_ingest using (true) with check (true);
create policy owner_all on rerate_kept to tollwright_owner using (true) with check (true);
create policy tenant_isolation on rerate_kept to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on rerate_kept to tollwright_account;
grant insert, select, update on rerate_kept to tollwright_app;
grant insert, select, update on rerate_kept to tollwright_ingest;

create table rerate_runs (
  tenant_id uuid not null,
  id uuid not null,
  request_hash text not null,
  request jsonb not null,
  state text not null,
  author text not null,
  reason text not null,
  tariff_epoch bigint not null,
  settings_fingerprint text not null,
  started_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  position_book_id uuid,
  position_answered_at timestamp with time zone,
  position_usage_id uuid,
  looked bigint not null default 0,
  changed bigint not null default 0,
  moved bigint not null default 0,
  constraint rerate_runs_check CHECK (((state = 'running'::text) = (ended_at IS NULL))),
  constraint rerate_runs_check1 CHECK ((num_nulls(position_book_id, position_answered_at, position_usage_id) = ANY (ARRAY[0, 3]))),
  constraint rerate_runs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'cancelled'::text]))),
  constraint rerate_runs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint rerate_runs_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX rerate_runs_running ON tollwright.rerate_runs USING btree (tenant_id, request_hash) WHERE (state = 'running'::text);
alter table rerate_runs enable row level security;
alter table rerate_runs force row level security;
create policy ingest_all on rerate_runs to tollwright_ingest using (true) with check (true);
create policy owner_all on rerate_runs to tollwright_owner using (true) with check (true);
create policy tenant_isolation on rerate_runs to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on rerate_runs to tollwright_account;
grant insert, select, update on rerate_runs to tollwright_app;
grant insert, select, update on rerate_runs to tollwright_ingest;

create table rerate_totals (
  tenant_id uuid not null,
  run_id uuid not null,
  account_id uuid not null,
  side text not null,
  currency text not null,
  cause text not null,
  looked bigint not null,
  changed bigint not null,
  was numeric(28,9) not null,
  should_be numeric(28,9) not null,
  constraint rerate_totals_cause_check CHECK ((cause = ANY (ARRAY['priced'::text, 'excluded'::text, 'in-turn'::text]))),
  constraint rerate_totals_side_check CHECK ((side = ANY (ARRAY['cost'::text, 'reseller'::text, 'customer'::text]))),
  constraint rerate_totals_run_id_fkey FOREIGN KEY (run_id) REFERENCES rerate_runs(id),
  constraint rerate_totals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint rerate_totals_pkey PRIMARY KEY (run_id, account_id, side, currency, cause)
);
alter table rerate_totals enable row level security;
alter table rerate_totals force row level security;
create policy ingest_all on rerate_totals to tollwright_ingest using (true) with check (true);
create policy owner_all on rerate_totals to tollwright_owner using (true) with check (true);
create policy tenant_isolation on rerate_totals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on rerate_totals to tollwright_account;
grant insert, select, update on rerate_totals to tollwright_app;
grant insert, select, update on rerate_totals to tollwright_ingest;

create table retention_policies (
  tenant_id uuid not null,
  online_months integer not null,
  archive_months integer,
  constraint retention_policies_archive_months_check CHECK (((archive_months >= 0) AND (archive_months <= 1200))),
  constraint retention_policies_online_months_check CHECK (((online_months >= 1) AND (online_months <= 1200))),
  constraint retention_policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint retention_policies_pkey PRIMARY KEY (tenant_id)
);
alter table retention_policies enable row level security;
alter table retention_policies force row level security;
create policy ingest_all on retention_policies to tollwright_ingest using (true) with check (true);
create policy owner_all on retention_policies to tollwright_owner using (true) with check (true);
create policy tenant_isolation on retention_policies to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on retention_policies to tollwright_account;
grant delete, insert, select, update on retention_policies to tollwright_app;

create table roles (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid,
  name text collate "C" not null,
  permissions text[] not null,
  changed_by text not null,
  changed_at timestamp with time zone not null default clock_timestamp(),
  constraint roles_name_check CHECK (((name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(name) <= 50))),
  constraint roles_permissions_check CHECK (((cardinality(permissions) >= 1) AND (cardinality(permissions) <= 200))),
  constraint roles_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint roles_pkey PRIMARY KEY (id),
  constraint roles_tenant_id_account_id_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, account_id, name)
);
alter table roles enable row level security;
alter table roles force row level security;
create policy ingest_all on roles to tollwright_ingest using (true) with check (true);
create policy owner_all on roles to tollwright_owner using (true) with check (true);
create policy subtree on roles to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on roles to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on roles to tollwright_account;
grant delete, insert, select, update on roles to tollwright_app;
grant select on roles to tollwright_ingest;

create table row_hours (
  tenant_id uuid not null,
  source_id uuid not null,
  file_id uuid not null,
  hour timestamp with time zone not null,
  trunk text not null,
  known bigint not null,
  non_billable bigint not null,
  constraint row_hours_file_id_fkey FOREIGN KEY (file_id) REFERENCES source_files(id),
  constraint row_hours_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint row_hours_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint row_hours_pkey PRIMARY KEY (file_id, hour, trunk)
);
CREATE INDEX row_hours_hour ON tollwright.row_hours USING btree (tenant_id, hour);
alter table row_hours enable row level security;
alter table row_hours force row level security;
create policy ingest_all on row_hours to tollwright_ingest using (true) with check (true);
create policy owner_all on row_hours to tollwright_owner using (true) with check (true);
create policy tenant_isolation on row_hours to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on row_hours to tollwright_account;
grant select on row_hours to tollwright_app;
grant delete, insert, select, update on row_hours to tollwright_ingest;

create table saved_searches (
  tenant_id uuid not null,
  name text not null,
  request jsonb not null,
  saved_by text not null,
  saved_at timestamp with time zone not null default now(),
  constraint saved_searches_name_check CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint saved_searches_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint saved_searches_pkey PRIMARY KEY (tenant_id, name)
);
alter table saved_searches enable row level security;
alter table saved_searches force row level security;
create policy ingest_all on saved_searches to tollwright_ingest using (true) with check (true);
create policy owner_all on saved_searches to tollwright_owner using (true) with check (true);
create policy tenant_isolation on saved_searches to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on saved_searches to tollwright_account;
grant delete, insert, select, update on saved_searches to tollwright_app;

create table schema_migrations (
  version integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default clock_timestamp(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);
grant select on schema_migrations to tollwright_account;
grant select on schema_migrations to tollwright_app;
grant select on schema_migrations to tollwright_ingest;
comment on table schema_migrations is 'Which migrations made this schema. Written by the migration runner only.';

create table session_cuts (
  id uuid not null,
  tenant_id uuid not null,
  session_id uuid not null,
  source_id uuid not null,
  call_key text not null,
  account_id uuid,
  reason text not null,
  asked_by text not null,
  why text not null,
  asked_at timestamp with time zone not null default clock_timestamp(),
  next_try_at timestamp with time zone not null default clock_timestamp(),
  tries integer not null default 0,
  way text,
  what text,
  outcome text,
  done_at timestamp with time zone,
  constraint session_cuts_check CHECK (((outcome IS NULL) = (done_at IS NULL))),
  constraint session_cuts_outcome_check CHECK ((outcome = ANY (ARRAY['ended'::text, 'no-call'::text, 'failed'::text]))),
  constraint session_cuts_reason_check CHECK ((reason = ANY (ARRAY['operator'::text, 'money-ended'::text, 'grant-exceeded'::text, 'given-up'::text]))),
  constraint session_cuts_tries_check CHECK ((tries >= 0)),
  constraint session_cuts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint session_cuts_pkey PRIMARY KEY (id)
);
CREATE INDEX session_cuts_asked ON tollwright.session_cuts USING btree (tenant_id, asked_at);
CREATE INDEX session_cuts_due ON tollwright.session_cuts USING btree (next_try_at) WHERE (done_at IS NULL);
CREATE INDEX session_cuts_session ON tollwright.session_cuts USING btree (session_id, asked_at);
CREATE UNIQUE INDEX session_cuts_waiting ON tollwright.session_cuts USING btree (session_id) WHERE (done_at IS NULL);
alter table session_cuts enable row level security;
alter table session_cuts force row level security;
create policy done_stays on session_cuts for update as restrictive to tollwright_ingest using ((done_at IS NULL)) with check (true);
create policy ingest_all on session_cuts to tollwright_ingest using (true) with check (true);
create policy owner_all on session_cuts to tollwright_owner using (true) with check (true);
create policy tenant_isolation on session_cuts to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on session_cuts to tollwright_account;
grant select on session_cuts to tollwright_app;
grant insert, select on session_cuts to tollwright_ingest;

create table sessions (
  id uuid not null,
  tenant_id uuid not null,
  source_id uuid not null,
  state text not null,
  book_id uuid,
  account_id uuid,
  levels jsonb not null,
  attempt json not null,
  opened_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  used_s bigint not null,
  granted_s bigint not null,
  expires_at timestamp with time zone not null,
  answers json not null,
  cut_at timestamp with time zone,
  silent_from timestamp with time zone generated always as (
CASE
    WHEN (state = 'open'::text) THEN date_bin('PT10M'::interval, expires_at, '2000-01-01 00:00:00+00'::timestamp with time zone)
    ELSE NULL::timestamp with time zone
END) stored,
  forget_at timestamp with time zone generated always as (
CASE
    WHEN (state <> 'open'::text) THEN expires_at
    ELSE NULL::timestamp with time zone
END) stored,
  switch_key text,
  constraint sessions_granted_s_check CHECK ((granted_s >= 0)),
  constraint sessions_levels_check CHECK ((jsonb_typeof(levels) = 'array'::text)),
  constraint sessions_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text, 'refused'::text]))),
  constraint sessions_used_s_check CHECK ((used_s >= 0)),
  constraint sessions_pkey PRIMARY KEY (id)
);
CREATE INDEX sessions_account ON tollwright.sessions USING btree (account_id) WHERE (state = 'open'::text);
CREATE INDEX sessions_forgotten ON tollwright.sessions USING btree (forget_at) WHERE (forget_at IS NOT NULL);
CREATE INDEX sessions_silent ON tollwright.sessions USING btree (silent_from) WHERE (silent_from IS NOT NULL);
CREATE INDEX sessions_switch_key ON tollwright.sessions USING btree (source_id, switch_key) WHERE (switch_key IS NOT NULL);
alter table sessions enable row level security;
alter table sessions force row level security;
create policy ingest_all on sessions to tollwright_ingest using (true) with check (true);
create policy owner_all on sessions to tollwright_owner using (true) with check (true);
create policy subtree on sessions to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on sessions to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on sessions to tollwright_app;
grant delete, insert, select, update on sessions to tollwright_ingest;

create table setting_changes (
  tenant_id uuid not null,
  id bigint not null generated always as identity,
  kind text not null,
  subject jsonb not null,
  changed_at timestamp with time zone not null default now(),
  state text not null default 'open'::text,
  decided_at timestamp with time zone,
  decided_by text,
  constraint setting_changes_check CHECK (((state = 'open'::text) = (decided_at IS NULL))),
  constraint setting_changes_kind_check CHECK ((kind = ANY (ARRAY['tariff'::text, 'assignment'::text, 'exchange-rate'::text, 'rules'::text, 'source'::text]))),
  constraint setting_changes_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'dismissed'::text]))),
  constraint setting_changes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint setting_changes_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX setting_changes_open ON tollwright.setting_changes USING btree (tenant_id, kind, subject) WHERE (state = 'open'::text);
alter table setting_changes enable row level security;
alter table setting_changes force row level security;
create policy ingest_all on setting_changes to tollwright_ingest using (true) with check (true);
create policy owner_all on setting_changes to tollwright_owner using (true) with check (true);
create policy tenant_isolation on setting_changes to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on setting_changes to tollwright_account;
grant insert, select, update on setting_changes to tollwright_app;

create table sip_users (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  name text collate "C" not null,
  realm text collate "C" not null,
  secret_kind text not null,
  secret bytea not null,
  key_id text not null,
  changed_by text not null,
  changed_at timestamp with time zone not null default clock_timestamp(),
  constraint sip_users_check CHECK (((secret_kind = 'password'::text) OR (realm <> ''::text))),
  constraint sip_users_name_check CHECK ((name <> ''::text)),
  constraint sip_users_secret_kind_check CHECK ((secret_kind = ANY (ARRAY['password'::text, 'ha1'::text]))),
  constraint sip_users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint sip_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint sip_users_pkey PRIMARY KEY (id),
  constraint sip_users_tenant_id_name_realm_key UNIQUE (tenant_id, name, realm)
);
CREATE INDEX sip_users_account ON tollwright.sip_users USING btree (account_id);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.sip_users REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.sip_users REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.sip_users REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table sip_users enable row level security;
alter table sip_users force row level security;
create policy ingest_all on sip_users to tollwright_ingest using (true) with check (true);
create policy owner_all on sip_users to tollwright_owner using (true) with check (true);
create policy subtree on sip_users to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on sip_users to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on sip_users to tollwright_app;
grant select on sip_users to tollwright_ingest;

create table source_files (
  tenant_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  sha256 text not null,
  name text not null,
  size_bytes bigint not null,
  received_at timestamp with time zone not null,
  preamble text not null default ''::text,
  state text not null,
  pass integer not null default 1,
  rows_done bigint not null default 0,
  line_done bigint not null default 0,
  bytes_done bigint not null default 0,
  rows bigint not null default 0,
  stored bigint not null default 0,
  duplicate bigint not null default 0,
  corrected bigint not null default 0,
  non_billable bigint not null default 0,
  quarantined bigint not null default 0,
  open bigint not null default 0,
  constraint source_files_check CHECK ((rows = ((((stored + duplicate) + non_billable) + quarantined) + open))),
  constraint source_files_state_check CHECK ((state = ANY (ARRAY['importing'::text, 'imported'::text]))),
  constraint source_files_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint source_files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint source_files_pkey PRIMARY KEY (id),
  constraint source_files_source_id_sha256_key UNIQUE (source_id, sha256)
);
CREATE INDEX source_files_received ON tollwright.source_files USING btree (tenant_id, received_at);
alter table source_files enable row level security;
alter table source_files force row level security;
create policy ingest_all on source_files to tollwright_ingest using (true) with check (true);
create policy owner_all on source_files to tollwright_owner using (true) with check (true);
create policy tenant_isolation on source_files to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on source_files to tollwright_account;
grant insert, select, update on source_files to tollwright_app;
grant insert, select, update on source_files to tollwright_ingest;

create table source_signs (
  tenant_id uuid not null,
  source_id uuid not null,
  at timestamp with time zone not null,
  constraint source_signs_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint source_signs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint source_signs_pkey PRIMARY KEY (source_id, at)
);
alter table source_signs enable row level security;
alter table source_signs force row level security;
create policy ingest_all on source_signs to tollwright_ingest using (true) with check (true);
create policy owner_all on source_signs to tollwright_owner using (true) with check (true);
create policy tenant_isolation on source_signs to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on source_signs to tollwright_account;
grant select on source_signs to tollwright_app;
grant insert, select on source_signs to tollwright_ingest;

create table sources (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  format text not null,
  settings jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  constraint sources_name_check CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint sources_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint sources_pkey PRIMARY KEY (id),
  constraint sources_tenant_id_name_key UNIQUE (tenant_id, name)
);
alter table sources enable row level security;
alter table sources force row level security;
create policy ingest_all on sources to tollwright_ingest using (true) with check (true);
create policy owner_all on sources to tollwright_owner using (true) with check (true);
create policy tenant_isolation on sources to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on sources to tollwright_account;
grant insert, select, update on sources to tollwright_app;
grant select on sources to tollwright_ingest;

create table spend_postings (
  tenant_id uuid not null,
  book_id uuid not null,
  account_id uuid not null,
  period_start_date date not null,
  kind text not null,
  name text not null,
  adjustment_id text not null,
  amount numeric(28,9) not null,
  constraint spend_postings_kind_check CHECK ((kind = ANY (ARRAY['tier-fee'::text, 'minimum-spend'::text, 'maximum-spend'::text]))),
  constraint spend_postings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint spend_postings_book_id_fkey FOREIGN KEY (book_id) REFERENCES books(id),
  constraint spend_postings_pkey PRIMARY KEY (book_id, adjustment_id)
);
CREATE INDEX spend_postings_period ON tollwright.spend_postings USING btree (book_id, account_id, period_start_date);
alter table spend_postings enable row level security;
alter table spend_postings force row level security;
create policy ingest_all on spend_postings to tollwright_ingest using (true) with check (true);
create policy owner_all on spend_postings to tollwright_owner using (true) with check (true);
create policy subtree on spend_postings to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on spend_postings to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on spend_postings to tollwright_account;
grant insert, select on spend_postings to tollwright_app;

create table switch_totals (
  tenant_id uuid not null,
  source_id uuid not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone not null,
  counted_by text not null,
  side text not null,
  trunk text not null,
  calls bigint,
  answered bigint,
  talked_s bigint,
  stated_by text not null,
  stated_at timestamp with time zone not null default now(),
  constraint switch_totals_answered_check CHECK ((answered >= 0)),
  constraint switch_totals_calls_check CHECK ((calls >= 0)),
  constraint switch_totals_check CHECK (((side = ''::text) = (trunk = ''::text))),
  constraint switch_totals_check1 CHECK ((from_at < until_at)),
  constraint switch_totals_check2 CHECK ((num_nonnulls(calls, answered, talked_s) > 0)),
  constraint switch_totals_counted_by_check CHECK ((counted_by = ANY (ARRAY['start'::text, 'answer'::text, 'end'::text]))),
  constraint switch_totals_side_check CHECK ((side = ANY (ARRAY[''::text, 'ingress'::text, 'egress'::text]))),
  constraint switch_totals_talked_s_check CHECK ((talked_s >= 0)),
  constraint switch_totals_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint switch_totals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint switch_totals_pkey PRIMARY KEY (source_id, from_at, until_at, counted_by, side, trunk)
);
CREATE INDEX switch_totals_period ON tollwright.switch_totals USING btree (tenant_id, from_at);
alter table switch_totals enable row level security;
alter table switch_totals force row level security;
create policy ingest_all on switch_totals to tollwright_ingest using (true) with check (true);
create policy owner_all on switch_totals to tollwright_owner using (true) with check (true);
create policy tenant_isolation on switch_totals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on switch_totals to tollwright_account;
grant insert, select, update on switch_totals to tollwright_app;

create table syslog_streams (
  tenant_id uuid not null,
  source_id uuid not null,
  backlog_id uuid not null,
  segment bigint not null default 0,
  byte_offset bigint not null default 0,
  messages bigint not null default 0,
  ignored bigint not null default 0,
  dropped bigint not null default 0,
  last_at timestamp with time zone,
  constraint syslog_streams_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint syslog_streams_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint syslog_streams_pkey PRIMARY KEY (source_id, backlog_id)
);
alter table syslog_streams enable row level security;
alter table syslog_streams force row level security;
create policy ingest_all on syslog_streams to tollwright_ingest using (true) with check (true);
create policy owner_all on syslog_streams to tollwright_owner using (true) with check (true);
create policy tenant_isolation on syslog_streams to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on syslog_streams to tollwright_account;
grant select on syslog_streams to tollwright_app;
grant insert, select, update on syslog_streams to tollwright_ingest;

create table tariff_epochs (
  tenant_id uuid not null,
  epoch bigint not null default 0,
  constraint tariff_epochs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint tariff_epochs_pkey PRIMARY KEY (tenant_id)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.tariff_epochs REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.tariff_epochs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.tariff_epochs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table tariff_epochs enable row level security;
alter table tariff_epochs force row level security;
create policy ingest_all on tariff_epochs to tollwright_ingest using (true) with check (true);
create policy owner_all on tariff_epochs to tollwright_owner using (true) with check (true);
create policy tenant_isolation on tariff_epochs to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on tariff_epochs to tollwright_account;
grant insert, select, update on tariff_epochs to tollwright_app;
grant select on tariff_epochs to tollwright_ingest;

create table tariff_versions (
  tenant_id uuid not null,
  tariff_id uuid not null,
  number integer not null,
  epoch bigint not null,
  terms jsonb not null,
  derivation jsonb,
  base_tariff_id uuid,
  deck_id uuid,
  published_at timestamp with time zone not null default now(),
  published_by text not null,
  constraint tariff_versions_number_check CHECK ((number > 0)),
  constraint tariff_versions_base_tariff_id_fkey FOREIGN KEY (base_tariff_id) REFERENCES tariffs(id),
  constraint tariff_versions_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES tariffs(id),
  constraint tariff_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint tariff_versions_pkey PRIMARY KEY (tariff_id, number),
  constraint tariff_versions_tenant_id_epoch_key UNIQUE (tenant_id, epoch)
);
alter table tariff_versions enable row level security;
alter table tariff_versions force row level security;
create policy ingest_all on tariff_versions to tollwright_ingest using (true) with check (true);
create policy owner_all on tariff_versions to tollwright_owner using (true) with check (true);
create policy subtree on tariff_versions to tollwright_account using (((tenant_id = current_tenant()) AND (tariff_id IN ( SELECT tariffs.id
   FROM tariffs)))) with check (((tenant_id = current_tenant()) AND (tariff_id IN ( SELECT tariffs.id
   FROM tariffs))));
create policy tenant_isolation on tariff_versions to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select on tariff_versions to tollwright_app;
grant select on tariff_versions to tollwright_ingest;

create table tariffs (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  account_id uuid,
  created_at timestamp with time zone not null default now(),
  constraint tariffs_name_check CHECK ((name <> ''::text)),
  constraint tariffs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint tariffs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint tariffs_pkey PRIMARY KEY (id),
  constraint tariffs_tenant_id_name_key UNIQUE (tenant_id, name)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.tariffs REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.tariffs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.tariffs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table tariffs enable row level security;
alter table tariffs force row level security;
create policy ingest_all on tariffs to tollwright_ingest using (true) with check (true);
create policy owner_all on tariffs to tollwright_owner using (true) with check (true);
create policy subtree on tariffs to tollwright_account using (((tenant_id = current_tenant()) AND (id IN ( SELECT account_tariffs.tariff_id
   FROM account_tariffs)))) with check (((tenant_id = current_tenant()) AND (id IN ( SELECT account_tariffs.tariff_id
   FROM account_tariffs))));
create policy tenant_isolation on tariffs to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on tariffs to tollwright_account;
grant insert, select, update on tariffs to tollwright_app;
grant select on tariffs to tollwright_ingest;

create table tenants (
  id uuid not null,
  name text not null,
  currency text not null,
  time_zone text not null,
  letterhead jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  emergency_numbers text[] not null default '{112,911}'::text[],
  destination_groups jsonb not null default '[]'::jsonb,
  low_balance numeric(28,9)[] not null default '{}'::numeric[],
  constraint tenants_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint tenants_destination_groups_check CHECK ((jsonb_typeof(destination_groups) = 'array'::text)),
  constraint tenants_name_check CHECK ((name <> ''::text)),
  constraint tenants_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tenants_name ON tollwright.tenants USING btree (lower(name));
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.tenants REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.tenants REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.tenants REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table tenants enable row level security;
alter table tenants force row level security;
create policy ingest_all on tenants to tollwright_ingest using (true) with check (true);
create policy owner_all on tenants to tollwright_owner using (true) with check (true);
create policy subtree on tenants to tollwright_account using (((id = current_tenant()) AND (cardinality(( SELECT current_subtree() AS current_subtree)) > 0))) with check (((id = current_tenant()) AND (cardinality(( SELECT current_subtree() AS current_subtree)) > 0)));
create policy tenant_isolation on tenants to tollwright_app using ((id = current_tenant())) with check ((id = current_tenant()));
grant select, update on tenants to tollwright_app;
grant select on tenants to tollwright_ingest;

create table trunks (
  tenant_id uuid not null,
  id uuid not null,
  source_id uuid,
  name text not null,
  account_id uuid not null,
  direction text not null,
  numbers jsonb,
  created_at timestamp with time zone not null default now(),
  when_database_away jsonb,
  limits jsonb not null default '{}'::jsonb,
  constraint trunks_direction_check CHECK ((direction = ANY (ARRAY['ingress'::text, 'egress'::text]))),
  constraint trunks_limits_check CHECK ((jsonb_typeof(limits) = 'object'::text)),
  constraint trunks_name_check CHECK ((name <> ''::text)),
  constraint trunks_when_database_away_check CHECK (((when_database_away IS NULL) OR (jsonb_typeof(when_database_away) = 'object'::text))),
  constraint trunks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint trunks_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint trunks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint trunks_pkey PRIMARY KEY (id),
  constraint trunks_tenant_id_source_id_name_direction_key UNIQUE NULLS NOT DISTINCT (tenant_id, source_id, name, direction)
);
CREATE TRIGGER note_deletes AFTER DELETE ON tollwright.trunks REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_inserts AFTER INSERT ON tollwright.trunks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
CREATE TRIGGER note_updates AFTER UPDATE ON tollwright.trunks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_changed_settings();
alter table trunks enable row level security;
alter table trunks force row level security;
create policy ingest_all on trunks to tollwright_ingest using (true) with check (true);
create policy owner_all on trunks to tollwright_owner using (true) with check (true);
create policy subtree on trunks to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on trunks to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on trunks to tollwright_account;
grant delete, insert, select, update on trunks to tollwright_app;
grant select on trunks to tollwright_ingest;

create table usage_events (
  tenant_id uuid not null,
  book_id uuid not null,
  started_at timestamp with time zone not null,
  id uuid not null,
  account_id uuid not null,
  source_id uuid not null,
  batch_id bigint not null,
  line bigint not null,
  revision smallint not null default 0,
  call_key text not null,
  leg text not null,
  call_id text,
  direction text not null,
  calling text collate "C" not null,
  called text collate "C" not null,
  answered_at timestamp with time zone,
  ended_at timestamp with time zone not null,
  talked_ms bigint not null,
  talked_s integer not null,
  account_code text,
  sip_user text,
  source_address text,
  ingress_trunk text,
  egress_trunk text,
  vendor_account_id uuid,
  q850 smallint,
  sip smallint,
  cause_text text,
  tech_prefix text,
  routing_number text,
  started_on date not null generated always as (((started_at AT TIME ZONE 'UTC'::text))::date) stored,
  service text,
  quantity bigint,
  constraint usage_events_pkey PRIMARY KEY (book_id, started_at, id)
) partition by range (started_at);
CREATE INDEX usage_events_called ON ONLY tollwright.usage_events USING btree (started_on, called, started_at);
CREATE INDEX usage_events_calling ON ONLY tollwright.usage_events USING btree (started_on, calling, started_at);
CREATE INDEX usage_events_started ON ONLY tollwright.usage_events USING brin (started_at timestamptz_minmax_multi_ops);
alter table usage_events enable row level security;
alter table usage_events force row level security;
create policy ingest_all on usage_events to tollwright_ingest using (true) with check (true);
create policy owner_all on usage_events to tollwright_owner using (true) with check (true);
create policy subtree on usage_events to tollwright_account using (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest))))) with check (((tenant_id = current_tenant()) AND ((book_id = ANY (( SELECT current_books() AS current_books)::uuid[])) AND (account_id IN ( SELECT unnest(current_subtree()) AS unnest)))));
create policy tenant_isolation on usage_events to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on usage_events to tollwright_app;
grant delete, insert, select, update on usage_events to tollwright_ingest;

create table usage_history (
  tenant_id uuid not null,
  book_id uuid not null,
  id uuid not null,
  revision smallint not null,
  replaced_at timestamp with time zone not null default now(),
  batch_id bigint not null,
  event jsonb not null,
  constraint usage_history_pkey PRIMARY KEY (book_id, id, revision)
);
alter table usage_history enable row level security;
alter table usage_history force row level security;
create policy ingest_all on usage_history to tollwright_ingest using (true) with check (true);
create policy owner_all on usage_history to tollwright_owner using (true) with check (true);
create policy tenant_isolation on usage_history to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on usage_history to tollwright_account;
grant select on usage_history to tollwright_app;
grant insert, select on usage_history to tollwright_ingest;

create table usage_identities (
  id uuid not null,
  book_id uuid not null,
  started_at timestamp with time zone not null,
  content_hash bigint not null,
  derived_hash bigint not null,
  constraint usage_identities_pkey PRIMARY KEY (id)
);
alter table usage_identities enable row level security;
create policy ingest_all on usage_identities to tollwright_ingest using (true) with check (true);
grant delete, insert, select, update on usage_identities to tollwright_ingest;

create table user_authenticators (
  tenant_id uuid not null,
  account_id uuid,
  factor_id uuid not null,
  user_id uuid not null,
  credential_id text collate "C" not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  rp_id text not null,
  constraint user_authenticators_counter_check CHECK ((counter >= 0)),
  constraint user_authenticators_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1400))),
  constraint user_authenticators_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint user_authenticators_factor_id_fkey FOREIGN KEY (factor_id) REFERENCES user_second_factors(id) ON DELETE CASCADE,
  constraint user_authenticators_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint user_authenticators_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_authenticators_pkey PRIMARY KEY (factor_id),
  constraint user_authenticators_user_id_credential_id_key UNIQUE (user_id, credential_id)
);
alter table user_authenticators enable row level security;
alter table user_authenticators force row level security;
create policy ingest_all on user_authenticators to tollwright_ingest using (true) with check (true);
create policy owner_all on user_authenticators to tollwright_owner using (true) with check (true);
create policy seen_factor_id on user_authenticators as restrictive to tollwright_account using (true) with check (((factor_id IS NULL) OR (factor_id IN ( SELECT user_second_factors.id
   FROM user_second_factors))));
create policy seen_user_id on user_authenticators as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on user_authenticators to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on user_authenticators to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on user_authenticators to tollwright_account;
grant insert, select, update on user_authenticators to tollwright_app;

create table user_passwords (
  tenant_id uuid not null,
  account_id uuid,
  user_id uuid not null,
  hash text not null,
  changed_at timestamp with time zone not null default clock_timestamp(),
  constraint user_passwords_hash_check CHECK ((hash ~~ '$argon2id$%'::text)),
  constraint user_passwords_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint user_passwords_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint user_passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_passwords_pkey PRIMARY KEY (user_id)
);
alter table user_passwords enable row level security;
alter table user_passwords force row level security;
create policy ingest_all on user_passwords to tollwright_ingest using (true) with check (true);
create policy owner_all on user_passwords to tollwright_owner using (true) with check (true);
create policy seen_user_id on user_passwords as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on user_passwords to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on user_passwords to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on user_passwords to tollwright_account;
grant insert, select, update on user_passwords to tollwright_app;

create table user_recovery_codes (
  tenant_id uuid not null,
  account_id uuid,
  user_id uuid not null,
  hash bytea not null,
  constraint user_recovery_codes_hash_check CHECK ((length(hash) = 32)),
  constraint user_recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint user_recovery_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint user_recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_recovery_codes_pkey PRIMARY KEY (user_id, hash)
);
alter table user_recovery_codes enable row level security;
alter table user_recovery_codes force row level security;
create policy ingest_all on user_recovery_codes to tollwright_ingest using (true) with check (true);
create policy owner_all on user_recovery_codes to tollwright_owner using (true) with check (true);
create policy seen_user_id on user_recovery_codes as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on user_recovery_codes to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on user_recovery_codes to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select on user_recovery_codes to tollwright_account;
grant delete, insert, select on user_recovery_codes to tollwright_app;

create table user_second_factors (
  tenant_id uuid not null,
  account_id uuid,
  id uuid not null,
  user_id uuid not null,
  kind text not null,
  name text not null,
  secret bytea,
  key_id text,
  last_step bigint,
  created_at timestamp with time zone not null default clock_timestamp(),
  confirmed_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint user_second_factors_kind_check CHECK ((kind = ANY (ARRAY['totp'::text, 'webauthn'::text]))),
  constraint user_second_factors_name_check CHECK (((name <> ''::text) AND (length(name) <= 100))),
  constraint user_second_factors_secret_check CHECK ((((kind = 'totp'::text) = (secret IS NOT NULL)) AND ((secret IS NULL) = (key_id IS NULL)))),
  constraint user_second_factors_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint user_second_factors_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint user_second_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_second_factors_pkey PRIMARY KEY (id)
);
CREATE INDEX user_second_factors_user ON tollwright.user_second_factors USING btree (user_id);
alter table user_second_factors enable row level security;
alter table user_second_factors force row level security;
create policy ingest_all on user_second_factors to tollwright_ingest using (true) with check (true);
create policy owner_all on user_second_factors to tollwright_owner using (true) with check (true);
create policy seen_user_id on user_second_factors as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on user_second_factors to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on user_second_factors to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on user_second_factors to tollwright_account;
grant delete, insert, select, update on user_second_factors to tollwright_app;

create table user_sessions (
  tenant_id uuid not null,
  account_id uuid,
  id uuid not null,
  user_id uuid not null,
  hash bytea not null,
  stage text not null,
  began_at timestamp with time zone not null default clock_timestamp(),
  seen_at timestamp with time zone not null default clock_timestamp(),
  idle_s integer not null,
  expires_at timestamp with time zone not null,
  address text,
  user_agent text,
  constraint user_sessions_hash_check CHECK ((length(hash) = 32)),
  constraint user_sessions_idle_s_check CHECK ((idle_s > 0)),
  constraint user_sessions_stage_check CHECK ((stage = ANY (ARRAY['full'::text, 'second-factor'::text, 'enrolment'::text]))),
  constraint user_sessions_user_agent_check CHECK ((length(user_agent) <= 300)),
  constraint user_sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint user_sessions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint user_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_sessions_pkey PRIMARY KEY (id),
  constraint user_sessions_hash_key UNIQUE (hash)
);
CREATE INDEX user_sessions_expiring ON tollwright.user_sessions USING btree (expires_at);
CREATE INDEX user_sessions_user ON tollwright.user_sessions USING btree (user_id);
alter table user_sessions enable row level security;
alter table user_sessions force row level security;
create policy ingest_all on user_sessions to tollwright_ingest using (true) with check (true);
create policy owner_all on user_sessions to tollwright_owner using (true) with check (true);
create policy seen_user_id on user_sessions as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on user_sessions to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on user_sessions to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on user_sessions to tollwright_account;
grant delete, insert, select, update on user_sessions to tollwright_app;
grant delete, select on user_sessions to tollwright_ingest;

create table user_tokens (
  tenant_id uuid not null,
  account_id uuid,
  user_id uuid not null,
  purpose text not null,
  hash bytea not null,
  expires_at timestamp with time zone not null,
  constraint user_tokens_hash_check CHECK ((length(hash) = 32)),
  constraint user_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'password-reset'::text]))),
  constraint user_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint user_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint user_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_tokens_pkey PRIMARY KEY (user_id, purpose),
  constraint user_tokens_hash_key UNIQUE (hash)
);
alter table user_tokens enable row level security;
alter table user_tokens force row level security;
create policy ingest_all on user_tokens to tollwright_ingest using (true) with check (true);
create policy owner_all on user_tokens to tollwright_owner using (true) with check (true);
create policy seen_user_id on user_tokens as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on user_tokens to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on user_tokens to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on user_tokens to tollwright_account;
grant delete, insert, select, update on user_tokens to tollwright_app;
grant select on user_tokens to tollwright_ingest;

create table users (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid,
  email text collate "C" not null,
  name text not null,
  language text not null,
  state text not null,
  roles text[] not null,
  created_by text not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  changed_at timestamp with time zone not null default clock_timestamp(),
  last_log_in_at timestamp with time zone,
  constraint users_email_check CHECK (((length(email) <= 254) AND (email = lower(email)) AND (email ~ '^[!-~]+@[!-~]+$'::text))),
  constraint users_language_check CHECK ((language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'::text)),
  constraint users_name_check CHECK (((name <> ''::text) AND (length(name) <= 100))),
  constraint users_roles_check CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20))),
  constraint users_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text, 'locked'::text, 'disabled'::text]))),
  constraint users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_tenant_id_email_key UNIQUE (tenant_id, email)
);
CREATE INDEX users_account ON tollwright.users USING btree (account_id);
alter table users enable row level security;
alter table users force row level security;
create policy ingest_all on users to tollwright_ingest using (true) with check (true);
create policy owner_all on users to tollwright_owner using (true) with check (true);
create policy subtree on users to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on users to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on users to tollwright_account;
grant insert, select, update on users to tollwright_app;
grant select on users to tollwright_ingest;

create table vendor_accruals (
  tenant_id uuid not null,
  vendor_account_id uuid not null,
  payer_book_id uuid not null,
  day date not null,
  currency text not null,
  amount numeric(28,9) not null,
  postings integer not null,
  constraint vendor_accruals_payer_book_id_fkey FOREIGN KEY (payer_book_id) REFERENCES books(id),
  constraint vendor_accruals_vendor_account_id_fkey FOREIGN KEY (vendor_account_id) REFERENCES accounts(id),
  constraint vendor_accruals_pkey PRIMARY KEY (vendor_account_id, day, currency, payer_book_id)
);
alter table vendor_accruals enable row level security;
alter table vendor_accruals force row level security;
create policy ingest_all on vendor_accruals to tollwright_ingest using (true) with check (true);
create policy owner_all on vendor_accruals to tollwright_owner using (true) with check (true);
create policy tenant_isolation on vendor_accruals to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on vendor_accruals to tollwright_account;
grant insert, select, update on vendor_accruals to tollwright_app;

create table webauthn_challenges (
  tenant_id uuid not null,
  account_id uuid,
  user_id uuid not null,
  purpose text not null,
  challenge text not null,
  rp_id text not null,
  expires_at timestamp with time zone not null,
  constraint webauthn_challenges_purpose_check CHECK ((purpose = ANY (ARRAY['registration'::text, 'authentication'::text]))),
  constraint webauthn_challenges_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint webauthn_challenges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint webauthn_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint webauthn_challenges_pkey PRIMARY KEY (user_id, purpose)
);
alter table webauthn_challenges enable row level security;
alter table webauthn_challenges force row level security;
create policy ingest_all on webauthn_challenges to tollwright_ingest using (true) with check (true);
create policy owner_all on webauthn_challenges to tollwright_owner using (true) with check (true);
create policy seen_user_id on webauthn_challenges as restrictive to tollwright_account using (true) with check (((user_id IS NULL) OR (user_id IN ( SELECT users.id
   FROM users))));
create policy subtree on webauthn_challenges to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on webauthn_challenges to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on webauthn_challenges to tollwright_account;
grant delete, insert, select, update on webauthn_challenges to tollwright_app;

create table webhook_deliveries (
  tenant_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event_id uuid not null,
  object_kind text not null,
  object_id text not null,
  sequence bigint not null,
  state text not null default 'waiting'::text,
  tries integer not null default 0,
  due_at timestamp with time zone not null,
  status integer,
  what text,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint webhook_deliveries_check CHECK (((state = 'waiting'::text) = (ended_at IS NULL))),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'given-up'::text]))),
  constraint webhook_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id),
  constraint webhook_deliveries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE,
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_webhook_id_event_id_key UNIQUE (webhook_id, event_id)
);
CREATE INDEX webhook_deliveries_due ON tollwright.webhook_deliveries USING btree (webhook_id, due_at) WHERE (state = 'waiting'::text);
CREATE INDEX webhook_deliveries_ended ON tollwright.webhook_deliveries USING btree (ended_at) WHERE (state <> 'waiting'::text);
CREATE INDEX webhook_deliveries_event ON tollwright.webhook_deliveries USING btree (event_id);
CREATE INDEX webhook_deliveries_latest ON tollwright.webhook_deliveries USING btree (webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_waiting ON tollwright.webhook_deliveries USING btree (webhook_id, object_kind, object_id, sequence) WHERE (state = 'waiting'::text);
alter table webhook_deliveries enable row level security;
alter table webhook_deliveries force row level security;
create policy ingest_all on webhook_deliveries to tollwright_ingest using (true) with check (true);
create policy owner_all on webhook_deliveries to tollwright_owner using (true) with check (true);
create policy seen_event_id on webhook_deliveries as restrictive to tollwright_account using (true) with check (((event_id IS NULL) OR (event_id IN ( SELECT events.id
   FROM events))));
create policy subtree on webhook_deliveries to tollwright_account using (((tenant_id = current_tenant()) AND (webhook_id IN ( SELECT webhooks.id
   FROM webhooks)))) with check (((tenant_id = current_tenant()) AND (webhook_id IN ( SELECT webhooks.id
   FROM webhooks))));
create policy tenant_isolation on webhook_deliveries to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant insert, select, update on webhook_deliveries to tollwright_account;
grant insert, select, update on webhook_deliveries to tollwright_app;
grant delete, insert, select, update on webhook_deliveries to tollwright_ingest;

create table webhook_secrets (
  tenant_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  kind text not null,
  sealed bytea not null,
  key_id text not null,
  public_key text,
  created_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone,
  constraint webhook_secrets_check CHECK (((kind = 'ed25519'::text) = (public_key IS NOT NULL))),
  constraint webhook_secrets_kind_check CHECK ((kind = ANY (ARRAY['hmac'::text, 'ed25519'::text]))),
  constraint webhook_secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint webhook_secrets_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE,
  constraint webhook_secrets_pkey PRIMARY KEY (id)
);
CREATE INDEX webhook_secrets_webhook ON tollwright.webhook_secrets USING btree (webhook_id);
alter table webhook_secrets enable row level security;
alter table webhook_secrets force row level security;
create policy ingest_all on webhook_secrets to tollwright_ingest using (true) with check (true);
create policy owner_all on webhook_secrets to tollwright_owner using (true) with check (true);
create policy subtree on webhook_secrets to tollwright_account using (((tenant_id = current_tenant()) AND (webhook_id IN ( SELECT webhooks.id
   FROM webhooks)))) with check (((tenant_id = current_tenant()) AND (webhook_id IN ( SELECT webhooks.id
   FROM webhooks))));
create policy tenant_isolation on webhook_secrets to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert on webhook_secrets to tollwright_account;
grant delete, insert on webhook_secrets to tollwright_app;
grant select on webhook_secrets to tollwright_ingest;

create table webhook_tries (
  tenant_id uuid not null,
  id uuid not null,
  delivery_id uuid not null,
  number integer not null,
  began_at timestamp with time zone not null,
  took_ms integer not null,
  status integer,
  what text,
  answer text,
  constraint webhook_tries_answer_check CHECK ((length(answer) <= 1024)),
  constraint webhook_tries_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries(id) ON DELETE CASCADE,
  constraint webhook_tries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint webhook_tries_pkey PRIMARY KEY (id)
);
CREATE INDEX webhook_tries_delivery ON tollwright.webhook_tries USING btree (delivery_id, began_at);
alter table webhook_tries enable row level security;
alter table webhook_tries force row level security;
create policy ingest_all on webhook_tries to tollwright_ingest using (true) with check (true);
create policy owner_all on webhook_tries to tollwright_owner using (true) with check (true);
create policy subtree on webhook_tries to tollwright_account using (((tenant_id = current_tenant()) AND (delivery_id IN ( SELECT webhook_deliveries.id
   FROM webhook_deliveries)))) with check (((tenant_id = current_tenant()) AND (delivery_id IN ( SELECT webhook_deliveries.id
   FROM webhook_deliveries))));
create policy tenant_isolation on webhook_tries to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant select on webhook_tries to tollwright_account;
grant select on webhook_tries to tollwright_app;
grant delete, insert, select on webhook_tries to tollwright_ingest;

create table webhooks (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid,
  url text not null,
  description text not null,
  kinds text[] not null,
  disabled_reason text,
  disabled_at timestamp with time zone,
  failures integer not null default 0,
  failing_since timestamp with time zone,
  created_by text not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint webhooks_check CHECK (((disabled_reason IS NULL) = (disabled_at IS NULL))),
  constraint webhooks_check1 CHECK (((failures = 0) = (failing_since IS NULL))),
  constraint webhooks_description_check CHECK ((length(description) <= 200)),
  constraint webhooks_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['asked'::text, 'gone'::text, 'failing'::text]))),
  constraint webhooks_kinds_check CHECK ((cardinality(kinds) <= 100)),
  constraint webhooks_url_check CHECK (((length(url) >= 1) AND (length(url) <= 2048))),
  constraint webhooks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint webhooks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint webhooks_pkey PRIMARY KEY (id)
);
CREATE INDEX webhooks_tenant ON tollwright.webhooks USING btree (tenant_id, created_at, id);
alter table webhooks enable row level security;
alter table webhooks force row level security;
create policy ingest_all on webhooks to tollwright_ingest using (true) with check (true);
create policy owner_all on webhooks to tollwright_owner using (true) with check (true);
create policy subtree on webhooks to tollwright_account using (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[])))) with check (((tenant_id = current_tenant()) AND (account_id = ANY (( SELECT current_subtree() AS current_subtree)::uuid[]))));
create policy tenant_isolation on webhooks to tollwright_app using ((tenant_id = current_tenant())) with check ((tenant_id = current_tenant()));
grant delete, insert, select, update on webhooks to tollwright_account;
grant delete, insert, select, update on webhooks to tollwright_app;
grant select, update on webhooks to tollwright_ingest;
