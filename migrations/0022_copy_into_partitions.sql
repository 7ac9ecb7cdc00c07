-- Row-level security of partitions stays enabled, without a policy, and no longer binds their owner: COPY is refused to
-- whom it binds, and a staged INSERT … SELECT costs half as much again. Nobody but the owner is granted anything on a
-- partition; whom it shows rows to through the parent is the parent's row-level security, as before.
create or replace function ensure_partition(parent regclass, day date) returns void
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
  execute format('alter table %s attach partition tollwright.%I for values from (%L) to (%L)',
    parent, partition_name, to_char(month, 'YYYY-MM-DD 00:00:00+00'), to_char(following, 'YYYY-MM-DD 00:00:00+00'));
end
$$;

do $$
declare
  child regclass;
begin
  for child in select oid::regclass from pg_class where relnamespace = 'tollwright'::regnamespace and relispartition loop
    execute format('alter table %s no force row level security', child);
    execute format('drop policy if exists owner_all on %s', child);
  end loop;
end
$$;
