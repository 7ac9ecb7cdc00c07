import type { Check } from "../check.ts";

export const treeIsWhole: Check = {
  name: "tree",
  holds: "Accounts are in their parents' books, and what left one that moved has arrived at its successor.",
  countSql: "select count(*) from accounts",
  differencesSql: `
    select format('account %s is in another book than its parent', a.code) as what
    from accounts a join accounts p on p.id = a.parent_id where a.book_id <> p.book_id
    union all
    select format('account %s is closed, and no account has its place', a.code)
    from accounts a
    where a.closed_at is not null and not exists (select from accounts s where s.predecessor_id = a.id)
    union all
    select format('%s %s left accounts of tenant %s and did not arrive', trim_scale(sum(amount)), currency, tenant_id)
    from balances where kind = 'transfer-clearing' group by tenant_id, currency having sum(amount) <> 0`,
};
