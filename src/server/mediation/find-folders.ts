import type { Database } from "../db/database.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { findSources } from "./find-sources.ts";
import type { WatchedFolder } from "./watch-folder.ts";

/** The folders that sources of all tenants are to be watched in, by their settings. */
export async function findFolders(db: Database): Promise<readonly WatchedFolder[]> {
  const sources = await Promise.all((await findTenants(db)).map(({ id }) => findSources(db, id)));
  return sources
    .flat()
    .flatMap(({ tenantId, name, config: { folder } }) =>
      folder === null ? [] : [{ tenantId, source: name, ...folder }],
    );
}
