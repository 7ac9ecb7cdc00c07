import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { findFolders } from "./find-folders.ts";
import { type FolderEvent, FolderWatch, type WatchedFolder } from "./watch-folder.ts";

/** Tells what goes on in the folders, and which they are. */
export interface FoldersReport {
  event(event: FolderEvent): void;
  /** `watch` tells for how long files wait there. */
  begun(folder: WatchedFolder, watch: Pick<FolderWatch, "waitsSinceMs">): void;
  ended(folder: WatchedFolder): void;
  /** The settings could not be read; what was watched before is watched on. */
  settingsFailed(error: unknown): void;
}

/** A setup that was applied takes effect within this time. */
const LOOK_MS = 10_000;

interface Watch {
  readonly folder: WatchedFolder;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Watches every folder that sources' settings name, until `signal`: one that a setup adds is taken up, one that it
 * drops or changes is let go of first. Files under way are finished.
 */
export async function watchFolders(
  db: Database,
  report: FoldersReport,
  { signal, lookMs = LOOK_MS }: { readonly signal: AbortSignal; readonly lookMs?: number },
): Promise<void> {
  const watches = new Map<string, Watch>();
  while (!signal.aborted) {
    const wanted = await findFolders(db).catch((error: unknown) => report.settingsFailed(error));
    if (wanted) await follow(watches, wanted, (folder) => begin(db, report, folder), report);
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all([...watches.values()].map(end));
}

async function follow(
  watches: Map<string, Watch>,
  wanted: readonly WatchedFolder[],
  start: (folder: WatchedFolder) => Watch,
  report: FoldersReport,
): Promise<void> {
  const byKey = new Map(wanted.map((folder) => [JSON.stringify(folder), folder]));
  for (const [key, watch] of watches) {
    if (byKey.has(key)) continue;
    await end(watch);
    watches.delete(key);
    report.ended(watch.folder);
  }
  for (const [key, folder] of byKey) if (!watches.has(key)) watches.set(key, start(folder));
}

function begin(db: Database, report: FoldersReport, folder: WatchedFolder): Watch {
  const stop = new AbortController();
  const watch = new FolderWatch(db, folder, (event) => report.event(event));
  report.begun(folder, watch);
  return { folder, stop, ended: watch.run(stop.signal) };
}

async function end({ stop, ended }: Watch): Promise<void> {
  stop.abort();
  await ended;
}
