import type { Check } from "../check.ts";

const TABLES = `pg_class c where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p')
  and c.relname <> 'schema_migrations'`;

export const tablesAreIsolated: Check = {
  name: "isolation",
  holds: "Row-level security is enabled and forced on every table and partition.",
  countSql: `select count(*) from ${TABLES}`,
  differencesSql: `
    select format('table %s: row-level security is %s and %s', c.relname,
      case when c.relrowsecurity then 'enabled' else 'not enabled' end,
      case when c.relforcerowsecurity then 'forced' else 'not forced' end) as what
    from ${TABLES} and not (c.relrowsecurity and c.relforcerowsecurity)`,
};
