-- Which settings that pricing depends on have changed. The database itself notes it whenever a statement changes such a table,
-- so that no writer can forget to. A process asks which of these changes it could not see when it looked last: by transaction
-- and not by a number or a time, for transactions commit in another order than they begin. Every transaction has a row of its
-- own for a table, so that none waits for another's. No part of a backup: on another server transactions have other numbers.
create table changed_settings (
  tenant_id uuid not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  table_name text not null,
  -- Which of its rows, by account, rule or SIP user; null: many, or of another table.
  row_ids uuid[],
  noted_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, transaction_id, table_name)
);
create index changed_settings_noted on changed_settings (noted_at);
select protect('changed_settings', 'select');
grant select on changed_settings to tollwright_ingest;

-- What was noted more than a day ago is forgotten: nobody goes by a look as old as that.
create function note_setting_change(tenant uuid, changed_table text, changed_ids uuid[]) returns void
  language plpgsql
  set search_path = tollwright, pg_temp
as $$
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
$$;

-- Runs after every statement that changes settings; `changed` is all that it wrote, or deleted.
create function note_changed_settings() returns trigger
  language plpgsql security definer
  set search_path = tollwright, pg_temp
as $$
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
$$;

-- One trigger a verb, for only such a trigger has all rows of its statement at hand.
create function watch_settings(target regclass) returns void
  language plpgsql
  set search_path = tollwright, pg_temp
as $$
begin
  execute format('create trigger note_inserts after insert on %s referencing new table as changed '
    'for each statement execute function note_changed_settings()', target);
  execute format('create trigger note_updates after update on %s referencing new table as changed '
    'for each statement execute function note_changed_settings()', target);
  execute format('create trigger note_deletes after delete on %s referencing old table as changed '
    'for each statement execute function note_changed_settings()', target);
end
$$;
revoke execute on function note_setting_change(uuid, text, uuid[]), note_changed_settings(), watch_settings(regclass) from public;

select watch_settings(name::regclass) from unnest('{tenants,accounts,account_rules,account_tariffs,sip_users,trunks,tariffs,
  tariff_epochs,exchange_rates,packages,package_versions,account_packages,nanp_imports}'::text[]) as name;
