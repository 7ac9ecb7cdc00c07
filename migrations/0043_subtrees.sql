-- What a reseller or a customer sees: the rows of its own subtree, itself and everything below it. Their transactions run as a role
-- of their own, so that what the operator's run as keeps its policies, its plans and its speed, and so that a table shows them
-- nothing until a migration says what it is to them (docs/decisions/0009-isolation.md, docs/reference/isolation.md).

-- Roles are made by the login, as in the first migration.
reset role;
do $$
begin
  if not exists (select from pg_roles where rolname = 'tollwright_account') then
    begin
      create role tollwright_account nologin;
    exception when duplicate_object or unique_violation then
      null; -- another database's migration made it between the two statements
    end;
  end if;
  if not pg_has_role('tollwright_account',
    case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)
  then
    grant tollwright_account to current_user;
  end if;
end
$$;
set local role tollwright_owner;

grant usage on schema tollwright to tollwright_account;
grant select on schema_migrations to tollwright_account;

-- Whose subtree the transaction sees, set by a literal `set local app.account_id`; null: the operator's, who see the whole tenant.
create function current_account() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.account_id', true), '')::uuid;

-- The account and everything below it. A policy asks for it once a statement: `account_id = any ((select current_subtree())::uuid[])`.
-- It reads with its owner's rights, because the policy of accounts asks for it too. `union` ends in a loop of parents, too.
create function current_subtree() returns uuid[]
  language sql stable security definer parallel safe
  set search_path = tollwright, pg_temp
as $$
  with recursive subtree as (
    select id from accounts where id = current_account() and tenant_id = current_tenant()
    union
    select below.id from accounts below join subtree above on below.parent_id = above.id
    where below.tenant_id = current_tenant()
  )
  select coalesce(array_agg(id), '{}') from subtree
$$;

-- The books that the subtree's money is kept in: the first column of the large tables' keys.
create function current_books() returns uuid[]
  language sql stable security definer parallel safe
  set search_path = tollwright, pg_temp
as $$
  select coalesce(array_agg(distinct book_id), '{}') from accounts where id = any ((select current_subtree())::uuid[])
$$;

revoke execute on function current_subtree(), current_books() from public;
grant execute on function current_subtree(), current_books() to tollwright_account;

-- Every protected table is there for the scoped, and shows them nothing: they may ask for the columns that requests may ask for,
-- and no policy gives them a row. A statement that joins such a table finds nothing in it and does not fail.
create or replace function protect(target regclass, privileges text, tenant_column name default 'tenant_id') returns void
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
  execute format('grant select on %s to tollwright_account', target);
end
$$;

-- Shows the scoped the rows whose `account_column` is of their subtree, and lets them do `privileges` to them ('select', or more).
-- With `columns` they see no others: 'id, state'. A null account is the operator's own, which they never see.
-- Where the table is kept by book, the policy names the book, which leads its keys, and looks accounts up in a hash: the subtree
-- of a reseller may be thousands of accounts, its books are one or two.
create function protect_by_account(
  target regclass, account_column name default 'account_id', privileges text default 'select', columns text default null
) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
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
$$;

-- The same by any condition: for tables whose tie to an account is another table's row, such as the lines of an invoice.
create function protect_by(
  target regclass, condition text, privileges text default 'select', columns text default null
) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
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
$$;

revoke execute on function protect_by_account(regclass, name, text, text), protect_by(regclass, text, text, text) from public;

do $$
declare
  target regclass;
begin
  for target in
    select c.oid from pg_class c
    where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and exists (select from pg_policy where polrelid = c.oid and polname = 'tenant_isolation')
  loop
    execute format('grant select on %s to tollwright_account', target);
  end loop;
end
$$;

-- The tree and what an account has.
select protect_by('tenants', 'true', columns => 'id, currency, time_zone');
select protect_by_account('accounts', 'id');
select protect_by_account('account_rules');
select protect_by_account('account_tariffs');
select protect_by_account('account_packages');
select protect_by_account('trunks');
select protect_by_account('sip_users', columns => 'tenant_id, id, account_id, name, realm, secret_kind, changed_by, changed_at');

-- Prices that somebody of the subtree buys at. How a price is derived from another, and from which deck it came, is the seller's.
select protect_by('tariffs', 'id in (select tariff_id from tollwright.account_tariffs)');
select protect_by('tariff_versions', 'tariff_id in (select id from tollwright.tariffs)',
  columns => 'tenant_id, tariff_id, number, epoch, terms, published_at');
select protect_by('rates', 'tariff_id in (select id from tollwright.tariffs)');
select protect_by('packages', 'id in (select package_id from tollwright.account_packages)');
select protect_by('package_versions', 'package_id in (select id from tollwright.packages)',
  columns => 'tenant_id, package_id, number, effective_from, offer, published_at');

-- Calls and money. A call's vendor and the trunk it left by are the operator's; a charge is of who pays it, on every level another.
select protect_by_account('usage_events', columns =>
  'tenant_id, book_id, started_at, id, account_id, source_id, line, revision, call_key, leg, call_id, direction, calling, called, '
  'answered_at, ended_at, talked_ms, talked_s, account_code, sip_user, source_address, ingress_trunk, q850, sip, cause_text, '
  'tech_prefix, routing_number, started_on, service, quantity');
select protect_by_account('charges');
select protect_by_account('archived_sums');
select protect_by_account('account_holds');
select protect_by_account('balances');
select protect_by_account('postings');
select protect_by_account('spend_postings');
-- A journal of usage is of many accounts at once, and its charges say it all.
select protect_by('journals', 'book_id = any ((select tollwright.current_books())::uuid[]) and kind not in (''usage'', ''vendor-cost'') '
  'and exists (select from tollwright.postings p where p.book_id = journals.book_id and p.journal_number = journals.number)',
  columns => 'tenant_id, book_id, number, kind, idempotency_key, effective_date, reverses_key, memo, booked_at');
select protect_by_account('invoices');
select protect_by('invoice_lines', 'book_id = any ((select tollwright.current_books())::uuid[]) '
  'and (book_id, invoice_id) in (select book_id, id from tollwright.invoices)');
select protect_by('invoice_logos', 'sha256 in (select logo_sha256 from tollwright.invoices)');
-- Levels, the request and the answers of a session hold the prices of every level: they are nobody's below the operator.
select protect_by_account('sessions',
  columns => 'id, tenant_id, state, book_id, account_id, opened_at, answered_at, used_s, granted_s, expires_at, cut_at');

-- What happened to them, and who acts for them.
select protect_by_account('events');
select protect_by_account('api_keys', privileges => 'select, insert, update');
select protect_by_account('mails', privileges => 'insert',
  columns => 'id, tenant_id, account_id, recipient, subject, state, tries, fault, queued_at, due_at, ended_at');
select protect_by_account('audit_entries', privileges => 'select, insert');
