import type { Database } from "../db/database.ts";
import { findPulls, type Pull, type PullFilter } from "./find-pulls.ts";
import { countSeenFiles, type FailedFile, listFailedFiles, type SeenCounts } from "./seen-file-store.ts";
import { countReadRows } from "./sql-progress-store.ts";

export type { FailedFile, SeenCounts };

/** What a pull is doing: `off` when its settings disable it, `new` before its first run. */
export type PullState = "off" | "new" | "running" | "failed" | "ok";

/** A pull, and what it has seen on its server. */
export interface PullStatus extends Pull {
  readonly state: PullState;
  readonly files: SeenCounts;
  /** Rows that a pull of tables has read, whatever became of them; null for one of files. */
  readonly rows: number | null;
  /** Files that could not be fetched, imported or moved away, the first of them by path. */
  readonly failedFiles: readonly FailedFile[];
}

const FAILED_LISTED_MAX = 20;
const NO_FILES: SeenCounts = { waiting: 0, failed: 0, imported: 0, done: 0, refused: 0 };

/** How the pulls of a tenant are doing. Errors: Problem `pull-unknown`. */
export async function pullStatus(
  db: Database,
  tenantId: string,
  filter: PullFilter = {},
): Promise<readonly PullStatus[]> {
  const pulls = await findPulls(db, tenantId, filter);
  return await db.transaction("app", { tenantId }, async (tx) => {
    const counts = await countSeenFiles(tx, tenantId);
    const statuses: PullStatus[] = [];
    for (const pull of pulls) {
      const id = pull.stored?.id;
      const failedFiles = id === undefined ? [] : await listFailedFiles(tx, id, FAILED_LISTED_MAX);
      const files = (id === undefined ? undefined : counts.get(id)) ?? NO_FILES;
      const rows = pull.settings.kind === "sql" ? await countReadRows(tx, pull.source.id, pull.settings.name) : null;
      statuses.push({ ...pull, state: stateOf(pull), files, rows, failedFiles });
    }
    return statuses;
  });
}

function stateOf({ settings, stored }: Pull): PullState {
  if (!settings.enabled) return "off";
  if (stored === null || stored.startedAt === null) return "new";
  if (stored.holder !== null) return "running";
  return stored.failures > 0 ? "failed" : "ok";
}
