import type { Check } from "../check.ts";

const TABLES = `pg_class c where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p')
  and c.relname <> 'schema_migrations'`;

/** A partition is the owner's alone, whom COPY asks not to be bound (server/db/copy-into-partitions.ts). */
const UNGRANTED_PARTITION = `(c.relispartition and not exists (
  select from aclexplode(c.relacl) a where a.grantee <> c.relowner))`;

export const tablesAreIsolated: Check = {
  name: "isolation",
  holds: "Row-level security is enabled on every table and partition, and forced on all that anybody is granted.",
  countSql: `select count(*) from ${TABLES}`,
  differencesSql: `
    select format('table %s: row-level security is %s and %s', c.relname,
      case when c.relrowsecurity then 'enabled' else 'not enabled' end,
      case when c.relforcerowsecurity then 'forced' else 'not forced' end) as what
    from ${TABLES} and not (c.relrowsecurity and (c.relforcerowsecurity or ${UNGRANTED_PARTITION}))`,
};
