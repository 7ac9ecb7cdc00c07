import { nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { Database } from "../db/database.ts";
import { searchUnknown } from "./problems.ts";
import type { SearchRequest } from "./search-request.ts";

/** A search that is kept under a name, to be run again or exported by the clock. */
export interface SavedSearch {
  readonly name: string;
  readonly request: SearchRequest;
  readonly savedBy: string;
}

/** Amounts are decimals in the stored document. */
interface StoredRequest extends Omit<SearchRequest, "minCost" | "maxCost"> {
  readonly minCost?: string;
  readonly maxCost?: string;
}

/** Keeps a search under a name; one of that name is replaced. */
export async function saveSearch(db: Database, tenantId: string, search: SavedSearch): Promise<void> {
  await db.transaction("app", { tenantId }, (tx) =>
    tx.query(
      `insert into saved_searches (tenant_id, name, request, saved_by) values ($1, $2, $3, $4)
       on conflict (tenant_id, name) do update set request = excluded.request, saved_by = excluded.saved_by,
         saved_at = now()`,
      [tenantId, search.name, JSON.stringify(toStored(search.request)), search.savedBy],
    ),
  );
}

/** All saved searches, by name. */
export async function listSearches(db: Database, tenantId: string): Promise<readonly SavedSearch[]> {
  const { rows } = await db.transaction("app", { tenantId }, (tx) =>
    tx.query<{ name: string; request: StoredRequest; saved_by: string }>(
      "select name, request, saved_by from saved_searches order by name",
    ),
  );
  return rows.map((row) => ({ name: row.name, request: fromStored(row.request), savedBy: row.saved_by }));
}

/** The saved search of that name. Errors: Problem `search-unknown`. */
export async function findSearch(db: Database, tenantId: string, name: string): Promise<SavedSearch> {
  const found = (await listSearches(db, tenantId)).find((search) => search.name === name);
  if (found === undefined) throw searchUnknown({ name });
  return found;
}

/** Forgets a saved search. Errors: Problem `search-unknown`. */
export async function removeSearch(db: Database, tenantId: string, name: string): Promise<void> {
  const { rowCount } = await db.transaction("app", { tenantId }, (tx) =>
    tx.query("delete from saved_searches where name = $1", [name]),
  );
  if (rowCount === 0) throw searchUnknown({ name });
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
