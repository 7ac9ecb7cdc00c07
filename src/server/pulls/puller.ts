import type { Database } from "../db/database.ts";
import type { ImportedFile } from "../mediation/import-file.ts";
import type { RowCounts } from "../mediation/row-counts.ts";
import type { Source } from "../mediation/source.ts";
import type { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { StoredPull } from "./pull-store.ts";

/** What happened to one thing that a pull fetches: a file, a bucket's object, rows of a table. */
export type PullEvent =
  | { readonly kind: "imported"; readonly path: string; readonly file: ImportedFile }
  /** Its content was imported before, under this name or another. */
  | { readonly kind: "known"; readonly path: string }
  /** A table's rows: those that were new, as far as they are stored. */
  | { readonly kind: "read"; readonly path: string; readonly counts: RowCounts }
  /** A Problem, or a bug. `retryS` is null when nothing is tried again before it changes. */
  | { readonly kind: "failed"; readonly path: string; readonly error: unknown; readonly retryS: number | null };

/** What a run would do with one thing that is there. */
export interface PullPreview {
  readonly path: string;
  readonly sizeBytes: number | null;
  readonly fate: "fetch" | "wait" | "done" | "refused";
  /** Why, where the fate does not say so. */
  readonly reason: string | null;
}

/** What one run of a pull works with. */
export interface PullRun<Settings> {
  readonly db: Database;
  readonly source: Source;
  readonly settings: Settings;
  /** How far the pull had come when the run began. */
  readonly pull: StoredPull;
  /** A folder of the pull's own for what it fetches, kept from run to run; made by whoever writes to it. */
  readonly spoolDir: string;
  readonly rating: LiveRatingContext;
  /** Only says what would be done: nothing is remembered. */
  readonly isPreview: boolean;
  /** Aborted when the process is to end, or another one has taken the pull over. */
  readonly signal: AbortSignal;
  report(event: PullEvent): void;
}

/** A kind of pull. */
export interface Puller<Settings> {
  /**
   * Fetches and imports what there is; answers in how many seconds it has more to do, null: not before its next time.
   * Errors: a Problem makes the run a failed one, which is tried again later.
   */
  run(run: PullRun<Settings>): Promise<{ readonly againS: number | null }>;
  /** What a run would do now; changes nothing, here or there. */
  preview(run: PullRun<Settings>): Promise<readonly PullPreview[]>;
}
