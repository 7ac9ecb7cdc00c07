import type pg from "pg";
import { invariant } from "../../core/invariant.ts";

/** A table and the columns that a copy of it has to carry: all but the generated ones. */
export interface TableColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * What is of this database alone: its migrations, which the runner writes anew in a restored one, and notes by the
 * numbers of its transactions.
 */
const NOT_DATA = ["schema_migrations", "changed_settings"];

/**
 * All tables of the schema (partitions are within theirs), each after those that its foreign keys refer to, so that
 * rows can be loaded in this order with every key checked.
 */
export async function tablesInOrder(client: pg.ClientBase): Promise<readonly TableColumns[]> {
  const { rows } = await client.query<{ table: string; columns: string[]; refers_to: string[] }>(
    `select c.relname as table,
       array(select attname::text from pg_attribute
             where attrelid = c.oid and attnum > 0 and not attisdropped
               and attgenerated = '' order by attnum) as columns,
       array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
             where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as refers_to
     from pg_class c
     where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> all($1)
     order by c.relname collate "C"`,
    [NOT_DATA],
  );
  const ordered = new Map<string, TableColumns>();
  while (ordered.size < rows.length) {
    const free = rows.filter((row) => !ordered.has(row.table) && row.refers_to.every((name) => ordered.has(name)));
    invariant(free.length > 0, "foreign keys between tables form no circle");
    for (const { table, columns } of free) ordered.set(table, { table, columns });
  }
  return [...ordered.values()];
}
