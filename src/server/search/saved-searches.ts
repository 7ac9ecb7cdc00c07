import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { searchNameInvalid, searchUnknown } from "./problems.ts";
import type { SavedSearch } from "./search-request.ts";
import { deleteSearch, loadSearches, putSearch } from "./search-store.ts";

/** As names of sources and accounts are: something that needs no quotes in a shell. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Keeps a search under a name; one of that name is replaced. Errors: Problem `search-invalid`. */
export async function saveSearch(db: Database, actor: Actor, search: Omit<SavedSearch, "savedBy">): Promise<void> {
  const { tenantId } = actor;
  if (!NAME.test(search.name)) throw searchNameInvalid({ name: search.name });
  await db.transaction("app", { tenantId }, async (tx) => {
    await putSearch(tx, tenantId, { ...search, savedBy: actor.name });
    const object = { kind: "search", id: null, name: search.name };
    await recordAudit(tx, actor, [{ action: "search.saved", object, before: null, after: null, reason: null }]);
  });
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
export async function removeSearch(db: Database, actor: Actor, name: string): Promise<void> {
  const wasThere = await db.transaction("app", { tenantId: actor.tenantId }, async (tx) => {
    const isRemoved = await deleteSearch(tx, name);
    const object = { kind: "search", id: null, name };
    const entry = { action: "search.removed", object, before: null, after: null, reason: null };
    if (isRemoved) await recordAudit(tx, actor, [entry]);
    return isRemoved;
  });
  if (!wasThere) throw searchUnknown({ name });
}
