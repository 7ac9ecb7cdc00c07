-- Second factors of people below the operator, as the rest of what their people have.
select protect_by_account('user_authenticators', privileges => 'select, insert, update');
select protect_by_account('webauthn_challenges', privileges => 'select, insert, update, delete');

-- What a subtree's rows point at. A reference is checked by the database without regard to who sees what is pointed at, so a row of
-- one's own that points at a stranger's user or event has to be refused by a policy.
create function protect_reference(target regclass, reference name, seen regclass) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'create policy %I on %s as restrictive to tollwright_account using (true) '
    'with check (%I is null or %I in (select id from %s))',
    'seen_' || reference, target, reference, reference, seen);
end
$$;
revoke execute on function protect_reference(regclass, name, regclass) from public;

select protect_reference(c.conrelid, a.attname, c.confrelid)
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
where c.contype = 'f' and c.confrelid in ('users'::regclass, 'user_second_factors'::regclass, 'events'::regclass)
  and has_table_privilege('tollwright_account', c.conrelid, 'insert')
order by c.conrelid::regclass::text, a.attname;

-- Who names an account of another tenant is of none.
alter policy subtree on tenants
  using (id = current_tenant() and cardinality((select current_subtree())) > 0)
  with check (id = current_tenant() and cardinality((select current_subtree())) > 0);
