-- Moves in the tree. An account that moves is closed where it is and opened anew where it goes: what was booked stays in its book,
-- and calls from before the move still find the account that they were of.
alter table accounts
  -- Whose place this one took, and from when on calls are its own; null: it never moved.
  add predecessor_id uuid unique references accounts,
  add since_at timestamptz,
  -- When another one took this one's place.
  add closed_at timestamptz,
  add constraint accounts_succession_check check ((predecessor_id is null) = (since_at is null));

-- As before, and with everybody whose place the account took: its own history is seen by it and by who stood above it then, and
-- not by who stands above it now.
create or replace function current_subtree() returns uuid[]
  language sql stable security definer parallel safe
  set search_path = tollwright, pg_temp
as $$
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
$$;
