import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import type { LiveRatingContext } from "../rating/live-rating-context.ts";
import { type OpenedSource, openSource } from "./open-source.ts";
import type { Source } from "./source.ts";
import { findSourceById } from "./source-store.ts";

/**
 * A source with its settings and the tenant's prices as they are now, ready to read records that come now. Errors:
 * those of {@link openSource} and the database.
 */
export async function openSourceNow(
  db: Database,
  { tenantId, sourceId }: { readonly tenantId: string; readonly sourceId: string },
  rating: LiveRatingContext,
): Promise<{ readonly source: Source; readonly opened: OpenedSource }> {
  return await db.transaction("app", { tenantId }, async (tx) => {
    const source = await findSourceById(tx, sourceId);
    return { source, opened: openSource(source, await rating.current(tx, tenantId), fromInstant(now())) };
  });
}
