-- Roles, the schema, and the functions that every later migration builds on.
--
-- This first migration runs as the login of DATABASE_URL; all later ones run as tollwright_owner.
--
--   tollwright_owner   owns every table; migrations, backup, maintenance. Has no login.
--   tollwright_app     what requests run as: sees the rows of one tenant, owns nothing.
--   tollwright_ingest  bulk load and charging: sees all tenants, through policies. Not BYPASSRLS, which a managed
--                      PostgreSQL does not let its users grant.
--
-- Roles belong to the whole server, so another database's Tollwright may have made them already.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['tollwright_owner', 'tollwright_app', 'tollwright_ingest'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then
        null; -- another database's migration made it between the two statements
      end;
    end if;
    -- From 16 on, who makes a role may administer it, but not yet take it.
    if not pg_has_role(wanted, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)
    then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end
$$;

create schema tollwright authorization tollwright_owner;
grant usage on schema tollwright to tollwright_app, tollwright_ingest;

set local role tollwright_owner;
set local search_path = tollwright, pg_temp;

create table schema_migrations (
  version    integer primary key,
  name       text not null,
  sha256     text not null,
  applied_at timestamptz not null default clock_timestamp()
);
comment on table schema_migrations is 'Which migrations made this schema. Written by the migration runner only.';
grant select on schema_migrations to tollwright_app, tollwright_ingest;

-- The tenant that the transaction works for, set by a literal `set local app.tenant_id`; null reads nothing.
-- After the first use in a session the unset value is '' and no longer null: hence nullif.
create function current_tenant() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '')::uuid;

-- Row-level security for a table with a tenant column:
--   tenant_isolation  tollwright_app reads and writes the rows of its tenant;
--   ingest_all        tollwright_ingest crosses tenants;
--   owner_all         tollwright_owner, because FORCE binds the owner too.
-- `privileges` is what tollwright_app gets, such as 'select, insert' (append-only); what tollwright_ingest needs, the
-- migration grants by name. `tenant_column` is `id` for the table of tenants itself.
create function protect(target regclass, privileges text, tenant_column name default 'tenant_id') returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
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
end
$$;

-- Makes the partition of `parent` for the UTC month of `day`, unless it is there: usage_events_2026_03.
--
-- The partition is made aside and attached, which takes no lock that stops readers or writers of the parent
-- (`create table … partition of` would wait for every running insert, and two inserting sessions that each need a
-- new month would deadlock). Nobody is granted anything on it: policies of the parent do not cover a partition
-- that is read directly. The advisory lock makes concurrent callers wait for the first one's commit.
create function ensure_partition(parent regclass, day date) returns void
  language plpgsql security definer
  set search_path = tollwright, pg_temp
as $$
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
  execute format('alter table tollwright.%I force row level security', partition_name);
  execute format('create policy owner_all on tollwright.%I to tollwright_owner using (true) with check (true)',
    partition_name);
  execute format('alter table %s attach partition tollwright.%I for values from (%L) to (%L)',
    parent, partition_name, to_char(month, 'YYYY-MM-DD 00:00:00+00'), to_char(following, 'YYYY-MM-DD 00:00:00+00'));
end
$$;

revoke execute on function protect(regclass, text, name), ensure_partition(regclass, date) from public;
grant execute on function ensure_partition(regclass, date) to tollwright_ingest;
