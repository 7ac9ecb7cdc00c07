import type { Archive } from "../archive/archive.ts";
import type { ArchivedRows, RowsJson } from "../archive/archived-rows.ts";
import { timestampToSql } from "../db/sql-types.ts";
import { conditionOf } from "./call-condition.ts";
import type { CallFilter } from "./call-filter.ts";
import { type CallPage, orderOf } from "./call-store.ts";

/** Calls of the archive with what belongs to them, each as rows of its table. */
export interface ArchivedCalls {
  readonly events: RowsJson;
  readonly charges: RowsJson;
}

/** Looks for calls of a filter in parts of the archive, by the very condition that the tables are searched by. */
export async function findArchivedCalls(
  archive: ArchivedRows,
  parts: readonly Archive[],
  { filter, page }: { readonly filter: CallFilter; readonly page: CallPage },
): Promise<ArchivedCalls> {
  const { sql, values } = conditionOf(filter, page.after, page.order);
  const events = await archive.rows(parts, {
    table: "usage_events",
    sql: `where ${sql} order by ${orderOf(page)} limit ${page.limit}`,
    values,
  });
  const ids = (JSON.parse(events) as { id: string }[]).map(({ id }) => id);
  const charges = ids.length === 0 ? "[]" : await chargesOf(archive, parts, { ids, from: filter.from });
  return { events, charges };
}

/** Charges of calls, all that stand in these parts: the answer comes after the start. */
const chargesOf = (
  archive: ArchivedRows,
  parts: readonly Archive[],
  { ids, from }: { readonly ids: readonly string[]; readonly from: CallFilter["from"] },
): Promise<RowsJson> =>
  archive.rows(parts, {
    table: "charges",
    sql: "where c.answered_at >= $1::timestamptz and c.usage_id = any($2::uuid[])",
    values: [timestampToSql(from), ids],
  });
