import { join } from "node:path";
import { now, uuidv7 } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { Pull } from "./find-pulls.ts";
import type { StoredPull } from "./pull-store.ts";
import type { PullPreview } from "./puller.ts";
import { pullerOf } from "./pullers.ts";

/** Says what a run of the pull would do now, and changes nothing. Errors: those of its kind. */
export function previewPull(
  db: Database,
  { source, settings, stored }: Pull,
  { spoolDir, signal }: { readonly spoolDir: string; readonly signal: AbortSignal },
): Promise<readonly PullPreview[]> {
  const pull = stored ?? neverRun({ tenantId: source.tenantId, sourceId: source.id, name: settings.name });
  return pullerOf(settings.kind).preview({
    ...{ db, source, settings, pull, signal, isPreview: true },
    spoolDir: join(spoolDir, pull.id),
    rating: new LiveRatingContext(),
    report: () => undefined,
  });
}

/** A pull before its first run. */
const neverRun = (pull: Pick<StoredPull, "tenantId" | "sourceId" | "name">): StoredPull => ({
  ...pull,
  ...{ id: uuidv7(), holder: null, startedAt: null, succeededAt: null, nextAt: fromInstant(now()), isDue: true },
  ...{ failures: 0, problem: null, cursor: null, pinned: null },
});
