-- What open sessions hold of each allowance, beside money: the sums over sessions.levels, by the time at which the units expire
-- (milliseconds since 1970; null: never). Its row is the lock that grants and charges of an allowance wait for. Not kept with
-- pool_months, which is a cache and may be forgotten.
create table allowance_holds (
  tenant_id uuid not null,
  book_id uuid not null,
  -- As in the states of pool_months: which account's subscription, and what of it.
  key text not null,
  held jsonb not null default '[]' check (jsonb_typeof(held) = 'array'),
  primary key (book_id, key)
) with (fillfactor = 70);
select protect('allowance_holds', 'select');
grant select, insert, update on allowance_holds to tollwright_ingest;
