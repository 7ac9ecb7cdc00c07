import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { watch } from "chokidar";
import { Problem, type ProblemCode } from "../../core/problem.ts";
import type { Database } from "../db/database.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import type { SourceFile } from "./file-store.ts";
import { importNewFile } from "./import-new-file.ts";
import { recordFilesIn } from "./list-record-files.ts";
import { moveFile } from "./move-file.ts";

/** A folder that a switch, or a transfer from it, leaves files in. */
export interface WatchedFolder {
  readonly tenantId: string;
  readonly source: string;
  readonly dir: string;
  /** Where imported files are moved; null leaves them. */
  readonly doneDir: string | null;
  /** Seconds that a file must not have changed before it is read. */
  readonly settleS: number;
}

/** What happened to a file, or to the folder itself. */
export type FolderEvent =
  | { readonly kind: "imported"; readonly path: string; readonly file: SourceFile }
  /** Imported before, under this name or another. */
  | { readonly kind: "known"; readonly path: string }
  /** A Problem, or a bug. `retryS` is null when nothing is tried again before the file changes. */
  | { readonly kind: "failed"; readonly path: string; readonly error: unknown; readonly retryS: number | null };

/** A file as it was last seen. */
interface Seen {
  readonly version: string;
  readonly sinceMs: number;
  /** Nothing is left to do until it changes. */
  readonly isSettled: boolean;
  readonly failures: number;
  readonly notBeforeMs: number;
}

/** Where nothing tells of changes (NFS), the folder is looked at this often. */
const SCAN_MS = 30_000;
const RETRY_S_MAX = 300;
const MS_PER_S = 1_000;
/** A timer may fire this much early. */
const TIMER_SLACK_MS = 5;
/** A file that is being written is noticed at every write: scans keep this distance. */
const WAKE_MS = 200;

/** What no further try can mend: it is the file. */
const isFilesFault = (error: unknown): boolean => error instanceof Problem && FILES_FAULTS.has(error.code);
const FILES_FAULTS: ReadonlySet<ProblemCode> = new Set([
  ...(["file-not-text", "file-not-export", "file-other-format", "packed-file-too-large"] as const),
]);

/**
 * Imports the files of one folder as they come, each once. One scan at a time looks at every file; the file system's
 * notices only make the next scan come sooner, so a lost one costs seconds and never a file.
 */
export class FolderWatch {
  readonly #db: Database;
  readonly #folder: WatchedFolder;
  readonly #report: (event: FolderEvent) => void;
  readonly #rating = new LiveRatingContext();
  readonly #seen = new Map<string, Seen>();

  constructor(db: Database, folder: WatchedFolder, report: (event: FolderEvent) => void) {
    this.#db = db;
    this.#folder = folder;
    this.#report = report;
  }

  /** Since when the first file waits, on the clock of `performance.now()`; undefined: none does. */
  get waitsSinceMs(): number | undefined {
    const waiting = this.#seen.values().filter(({ isSettled }) => !isSettled);
    return waiting.reduce<number | undefined>((first, { sinceMs }) => Math.min(first ?? sinceMs, sinceMs), undefined);
  }

  /**
   * Imports what rests and comes to rest, and ends when nothing is left to wait for. Errors: Problems of the folder
   * and source.
   */
  async once(signal: AbortSignal): Promise<void> {
    for (let round = 0; round < 2 && !signal.aborted; round += 1) {
      if (round > 0) await pause(this.#folder.settleS * MS_PER_S + TIMER_SLACK_MS, signal);
      await this.#scan(signal);
    }
  }

  /** Watches until `signal`; the file under way is finished first. Nothing that goes wrong ends it. */
  async run(signal: AbortSignal): Promise<void> {
    let wake = new AbortController();
    const watcher = watch(this.#folder.dir, { depth: 0, ignoreInitial: true, persistent: true });
    watcher.on("all", () => wake.abort());
    watcher.on("error", () => undefined); // the scan meets the same fault, and reports it
    try {
      while (!signal.aborted) {
        wake = new AbortController();
        const restMs = await this.#scan(signal).catch((error: unknown) => this.#folderFailed(error));
        await pause(restMs, AbortSignal.any([signal, wake.signal]));
        await pause(WAKE_MS, signal);
      }
    } finally {
      await watcher.close();
    }
  }

  /** Looks at every file once; answers the milliseconds until one may be ready. */
  async #scan(signal: AbortSignal): Promise<number> {
    const names = await recordFilesIn(this.#folder.dir);
    const present = new Set(names);
    for (const name of this.#seen.keys()) if (!present.has(name)) this.#seen.delete(name);
    let restMs = SCAN_MS;
    for (const name of names) {
      if (signal.aborted) break;
      const seen = await this.#look(name);
      if (seen === undefined || seen.isSettled) continue;
      const waitMs = Math.max(seen.sinceMs + this.#folder.settleS * MS_PER_S, seen.notBeforeMs) - performance.now();
      if (waitMs <= 0) await this.#take(name, seen);
      const left = this.#seen.get(name);
      if (left && !left.isSettled) restMs = Math.min(restMs, Math.max(waitMs, left.notBeforeMs - performance.now(), 1));
    }
    return restMs;
  }

  /** What is known of a file as it stands now; undefined when it has gone. */
  async #look(name: string): Promise<Seen | undefined> {
    const found = await stat(join(this.#folder.dir, name)).catch(() => undefined);
    if (found === undefined) return undefined;
    const version = `${found.ino}:${found.size}:${found.mtimeMs}`;
    const before = this.#seen.get(name);
    if (before?.version === version) return before;
    const seen = { version, sinceMs: performance.now(), isSettled: false, failures: 0, notBeforeMs: 0 };
    this.#seen.set(name, seen);
    return seen;
  }

  async #take(name: string, seen: Seen): Promise<void> {
    const path = join(this.#folder.dir, name);
    try {
      await this.#import(path);
      if (this.#folder.doneDir !== null) await moveFile(path, this.#folder.doneDir);
      this.#seen.set(name, { ...seen, isSettled: true });
    } catch (error) {
      await this.#failed(name, seen, error);
    }
  }

  async #import(path: string): Promise<void> {
    const { tenantId, source } = this.#folder;
    const file = await importNewFile(this.#db, { tenantId, source, path, rating: this.#rating });
    this.#report(file === "known" ? { kind: "known", path } : { kind: "imported", path, file });
  }

  async #failed(name: string, seen: Seen, error: unknown): Promise<void> {
    if ((await this.#look(name)) !== seen) return; // gone, or written to meanwhile: another file now
    const path = join(this.#folder.dir, name);
    const isFinal = isFilesFault(error);
    const retryS = Math.min(2 ** seen.failures, RETRY_S_MAX);
    const notBeforeMs = performance.now() + retryS * MS_PER_S;
    this.#seen.set(name, { ...seen, isSettled: isFinal, failures: seen.failures + 1, notBeforeMs });
    this.#report({ kind: "failed", path, error, retryS: isFinal ? null : retryS });
    if (!isFinal || this.#folder.doneDir === null) return;
    await moveFile(path, join(this.#folder.dir, "error")).catch((cause: unknown) =>
      this.#report({ kind: "failed", path, error: cause, retryS: null }),
    );
  }

  #folderFailed(error: unknown): number {
    this.#report({ kind: "failed", path: this.#folder.dir, error, retryS: SCAN_MS / MS_PER_S });
    return SCAN_MS;
  }
}

/** Waits, or ends at the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
