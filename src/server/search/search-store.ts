import { nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { Tx } from "../db/tx.ts";
import type { SavedSearch, SearchRequest } from "./search-request.ts";

/** Amounts are decimals in the stored document. */
interface StoredRequest extends Omit<SearchRequest, "minCost" | "maxCost"> {
  readonly minCost?: string;
  readonly maxCost?: string;
}

/** Keeps a search; one of its name is replaced. */
export async function putSearch(tx: Tx, tenantId: string, search: SavedSearch): Promise<void> {
  await tx.query(
    `insert into saved_searches (tenant_id, name, request, saved_by) values ($1, $2, $3, $4)
     on conflict (tenant_id, name) do update set request = excluded.request, saved_by = excluded.saved_by,
       saved_at = now()`,
    [tenantId, search.name, JSON.stringify(toStored(search.request)), search.savedBy],
  );
}

/** All saved searches, by name. */
export async function loadSearches(tx: Tx): Promise<readonly SavedSearch[]> {
  const { rows } = await tx.query<{ name: string; request: StoredRequest; saved_by: string }>(
    "select name, request, saved_by from saved_searches order by name",
  );
  return rows.map((row) => ({ name: row.name, request: fromStored(row.request), savedBy: row.saved_by }));
}

/** Whether there was a search of that name to take away. */
export async function deleteSearch(tx: Tx, name: string): Promise<boolean> {
  const { rowCount } = await tx.query("delete from saved_searches where name = $1", [name]);
  return rowCount > 0;
}

const toStored = ({ minCost, maxCost, ...rest }: SearchRequest): StoredRequest => ({
  ...rest,
  ...(minCost === undefined ? {} : { minCost: nanosToSql(minCost) }),
  ...(maxCost === undefined ? {} : { maxCost: nanosToSql(maxCost) }),
});

const fromStored = ({ minCost, maxCost, ...rest }: StoredRequest): SearchRequest => ({
  ...rest,
  ...(minCost === undefined ? {} : { minCost: nanosFromSql(minCost) }),
  ...(maxCost === undefined ? {} : { maxCost: nanosFromSql(maxCost) }),
});
