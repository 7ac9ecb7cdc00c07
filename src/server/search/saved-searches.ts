import type { Database } from "../db/database.ts";
import { searchNameInvalid, searchUnknown } from "./problems.ts";
import type { SavedSearch } from "./search-request.ts";
import { deleteSearch, loadSearches, putSearch } from "./search-store.ts";

/** As names of sources and accounts are: something that needs no quotes in a shell. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Keeps a search under a name; one of that name is replaced. Errors: Problem `search-invalid`. */
export async function saveSearch(db: Database, tenantId: string, search: SavedSearch): Promise<void> {
  if (!NAME.test(search.name)) throw searchNameInvalid({ name: search.name });
  await db.transaction("app", { tenantId }, (tx) => putSearch(tx, tenantId, search));
}

/** All saved searches, by name. */
export const listSearches = (db: Database, tenantId: string): Promise<readonly SavedSearch[]> =>
  db.transaction("app", { tenantId }, loadSearches);

/** The saved search of that name. Errors: Problem `search-unknown`. */
export async function findSearch(db: Database, tenantId: string, name: string): Promise<SavedSearch> {
  const found = (await listSearches(db, tenantId)).find((search) => search.name === name);
  if (found === undefined) throw searchUnknown({ name });
  return found;
}

/** Forgets a saved search. Errors: Problem `search-unknown`. */
export async function removeSearch(db: Database, tenantId: string, name: string): Promise<void> {
  const wasThere = await db.transaction("app", { tenantId }, (tx) => deleteSearch(tx, name));
  if (!wasThere) throw searchUnknown({ name });
}
