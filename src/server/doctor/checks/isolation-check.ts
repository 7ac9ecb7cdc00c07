import type { Check } from "../check.ts";

const TABLES = `pg_class c where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p')
  and c.relname <> 'schema_migrations'`;

/**
 * COPY is refused to whom row-level security binds, so the owner is not bound where nobody else may be (a partition:
 * server/db/copy-into-partitions.ts) or where only who crosses tenants anyway is granted anything.
 */
const NOT_OF_REQUESTS = `(not exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner
  and (c.relispartition or a.grantee <> 'tollwright_ingest'::regrole)))`;

export const tablesAreIsolated: Check = {
  name: "isolation",
  holds: "Row-level security is enabled on every table and partition, and forced on all that requests are granted.",
  countSql: `select count(*) from ${TABLES}`,
  differencesSql: `
    select format('table %s: row-level security is %s and %s', c.relname,
      case when c.relrowsecurity then 'enabled' else 'not enabled' end,
      case when c.relforcerowsecurity then 'forced' else 'not forced' end) as what
    from ${TABLES} and not (c.relrowsecurity and (c.relforcerowsecurity or ${NOT_OF_REQUESTS}))`,
};
