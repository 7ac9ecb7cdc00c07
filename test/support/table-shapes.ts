import type { TestDatabase } from "./database.ts";

/** A column as the catalogue has it. */
export interface ColumnShape {
  readonly name: string;
  /** As SQL names it: `uuid`, `timestamp with time zone`, `text[]`. */
  readonly type: string;
  /** Somebody has to say what goes in: it may not be null and has no default. */
  readonly isRequired: boolean;
  readonly isKey: boolean;
  /** Computed from others: nobody may say what goes in. */
  readonly isGenerated: boolean;
  /** The table that it points at, where it does so alone. */
  readonly references: string | null;
  /** The first of the few values that a check allows; null: it has no such check. */
  readonly firstAllowed: string | null;
}

/** A table that migrations made; partitions are their parent's. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
}

/** Every table of the schema but the record of its migrations, by name. */
export async function loadTableShapes(db: TestDatabase): Promise<readonly TableShape[]> {
  return await db.session(async (client) => {
    const { rows } = await client.query<TableShape>(`
      select c.relname as name, json_agg(json_build_object(
          'name', a.attname,
          'type', format_type(a.atttypid, null),
          'isRequired', a.attnotnull and not a.atthasdef and a.attidentity = '',
          'isGenerated', a.attgenerated <> '',
          'isKey', exists (select from pg_index i
            where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)),
          'references', (select f.confrelid::regclass::text from pg_constraint f
            where f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum]),
          'firstAllowed', (
            select min(substring(pg_get_constraintdef(k.oid) from '= ANY \\(ARRAY\\[''([^'']*)''::text'))
            from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum])
        ) order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> 'schema_migrations'
      group by c.relname order by c.relname`);
    return rows;
  });
}
