import type { Check } from "../check.ts";

export const holdsAreSums: Check = {
  name: "holds",
  holds: "What is held of an account, and how many of its sessions are open, are the sums over its open sessions.",
  countSql: "select count(*) from account_holds",
  differencesSql: `
    select format('account %s: %s held in %s open sessions, its sessions hold %s in %s', account_id,
      trim_scale(coalesce(h.held, 0)), coalesce(h.open_sessions, 0), trim_scale(coalesce(s.held, 0)),
      coalesce(s.sessions, 0)) as what
    from account_holds h
    full join (
      select s.book_id, (l ->> 'accountId')::uuid as account_id, sum((l ->> 'amount')::numeric) as held,
        count(*) as sessions
      from sessions s cross join jsonb_array_elements(s.levels) l where s.state = 'open' group by 1, 2
    ) s using (book_id, account_id)
    where coalesce(h.held, 0) <> coalesce(s.held, 0) or coalesce(h.open_sessions, 0) <> coalesce(s.sessions, 0)`,
};

export const unitHoldsAreSums: Check = {
  name: "holds of allowances",
  holds: "What is held of an allowance is the sum over the open sessions.",
  countSql: "select count(*) from sessions where state = 'open'",
  differencesSql: `
    select format('allowance %s, units that expire at %s: %s held, its sessions hold %s', key, expires,
      coalesce(h.quantity, 0), coalesce(s.quantity, 0)) as what
    from (
      select book_id, key, coalesce(u ->> 'expiresAt', 'never') as expires, (u ->> 'quantity')::numeric as quantity
      from allowance_holds cross join jsonb_array_elements(held) u
    ) h
    full join (
      select s.book_id, u ->> 'key' as key, coalesce(u ->> 'expiresAt', 'never') as expires,
        sum((u ->> 'quantity')::numeric) as quantity
      from sessions s cross join jsonb_array_elements(s.levels) l cross join jsonb_array_elements(l -> 'units') u
      where s.state = 'open' group by 1, 2, 3
    ) s using (book_id, key, expires)
    where coalesce(h.quantity, 0) <> coalesce(s.quantity, 0)`,
};

export const endedSessionsHoldNothing: Check = {
  name: "ended sessions",
  holds: "A session that has ended holds nothing.",
  countSql: "select count(*) from sessions where state <> 'open'",
  differencesSql: `
    select format('session %s is %s and holds money still', id, state) as what
    from sessions where state <> 'open' and jsonb_array_length(levels) > 0`,
};

export const scopeHoldsAreSums: Check = {
  name: "holds of groups and trunks",
  holds:
    "What is held and open in a group of destinations, or on a trunk, with limits is the sum over its open sessions.",
  countSql: "select count(*) from account_holds",
  differencesSql: `
    select format('account %s, %s: %s held in %s open sessions, its sessions hold %s in %s', account_id, scope,
      trim_scale(coalesce(h.held, 0)), coalesce(h.open, 0), trim_scale(coalesce(s.held, 0)), coalesce(s.sessions, 0))
      as what
    from (
      select book_id, account_id, c.key as scope, (c.value ->> 'held')::numeric as held, (c.value ->> 'open')::bigint as open
      from account_holds cross join jsonb_each(counters -> 'scopes') c where c.key <> ''
    ) h
    full join (
      select s.book_id, (l ->> 'accountId')::uuid as account_id, scope, sum((l ->> 'amount')::numeric) as held,
        count(*) as sessions
      from sessions s cross join jsonb_array_elements(s.levels) l cross join jsonb_array_elements_text(l -> 'scopes') scope
      where s.state = 'open' group by 1, 2, 3
    ) s using (book_id, account_id, scope)
    where coalesce(h.held, 0) <> coalesce(s.held, 0) or coalesce(h.open, 0) <> coalesce(s.sessions, 0)`,
};

export const usedIsSum: Check = {
  name: "cost so far",
  holds: "What an account's open sessions have cost so far, by which it is warned, is the sum over them.",
  countSql: "select count(*) from account_holds",
  differencesSql: `
    select format('account %s: %s used so far, by its sessions %s', account_id, trim_scale(coalesce(h.used, 0)),
      trim_scale(coalesce(s.used, 0))) as what
    from (
      select book_id, account_id, (counters ->> 'used')::numeric as used from account_holds
    ) h
    full join (
      select s.book_id, (l ->> 'accountId')::uuid as account_id, sum((l ->> 'used')::numeric) as used
      from sessions s cross join jsonb_array_elements(s.levels) l where s.state = 'open' group by 1, 2
    ) s using (book_id, account_id)
    where coalesce(h.used, 0) <> coalesce(s.used, 0)`,
};
