import { posix } from "node:path";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { FilePullSettings } from "./file-pull-settings.ts";
import { isUsableName, type ListedFile } from "./file-server.ts";
import { readNamePattern } from "./name-pattern.ts";
import type { SeenFile } from "./seen-file-store.ts";

/** What is to be done about the files of a folder. */
export interface ChosenFiles {
  /** To be remembered: new files, changed ones, ones that have gone or are back. */
  readonly changed: readonly SeenFile[];
  /** To be fetched now. */
  readonly ready: readonly SeenFile[];
  /** Imported; the server's file is still to be moved away. */
  readonly unfinished: readonly SeenFile[];
  /** May still be written; `untilMs` is the instant from which on it counts as complete, null: nothing tells. */
  readonly waiting: readonly { readonly file: SeenFile; readonly untilMs: EpochMs | null }[];
  /** Failed before; tried again later. */
  readonly delayed: readonly SeenFile[];
  /** Dealt with, as it is now. */
  readonly settled: readonly SeenFile[];
}

const MS_PER_S = 1_000;

/**
 * Decides what to do about the files that a server lists, given what is remembered of them. A file is taken when it has
 * not changed for `settleS` between two looks, or when its marker is there; one that is appended to, whenever it has
 * grown. Times of a listing are never understood, only compared: many name no zone.
 */
export function chooseFiles(
  listed: readonly ListedFile[],
  seen: ReadonlyMap<string, SeenFile>,
  settings: FilePullSettings,
  now: EpochMs,
): ChosenFiles {
  const isThere = new Set(listed.map(({ path }) => path));
  const isWanted = wantedFiles(settings);
  const wanted = listed.filter(({ path }) => isWanted(path));
  const files = wanted.map((file) => asSeen(file, seen.get(file.path), settings, now));
  const names = new Set(wanted.map(({ path }) => path));
  const gone = [...seen.values()].filter(({ path, goneAt }) => !names.has(path) && goneAt === null);
  const isDelayed = ({ notBefore }: SeenFile) => notBefore !== null && notBefore > now;
  const open = files.filter(({ state }) => state === "waiting" || state === "imported");
  const waiting = open
    .filter(({ state }) => state === "waiting")
    .map((file) => ({ file, untilMs: completeAt(file, settings, isThere) }));
  const isComplete = (untilMs: EpochMs | null) => untilMs !== null && untilMs <= now;
  return {
    changed: [
      ...files.filter((file) => file !== seen.get(file.path)),
      ...gone.map((file) => ({ ...file, goneAt: now })),
    ],
    ready: waiting.filter(({ file, untilMs }) => isComplete(untilMs) && !isDelayed(file)).map(({ file }) => file),
    unfinished: open.filter((file) => file.state === "imported" && !isDelayed(file)),
    waiting: waiting.filter(({ untilMs }) => !isComplete(untilMs)),
    delayed: open.filter(isDelayed),
    settled: files.filter(({ state }) => state === "done" || state === "refused"),
  };
}

/** Reads from the settings which files are asked for, by their paths. */
export function wantedFiles(settings: FilePullSettings): (path: string) => boolean {
  const { marker, after, renameSuffix } = settings;
  const [names, ignore] = [settings.names, settings.ignore].map((patterns) =>
    patterns.map((pattern) => ({ isOfPath: pattern.includes("/"), fits: readNamePattern(pattern) })),
  ) as [Pattern[], Pattern[]];
  const movedTo = movedBelow(settings);
  return (path) => {
    const name = posix.basename(path);
    const fits = (pattern: Pattern) => pattern.fits.test(pattern.isOfPath ? path : name);
    if (!path.split("/").every(isUsableName) || !names.some(fits) || ignore.some(fits)) return false;
    if (marker !== null && path.endsWith(marker)) return false;
    if (after === "rename" && path.endsWith(renameSuffix)) return false;
    return movedTo === null || !path.startsWith(movedTo);
  };
}

interface Pattern {
  readonly isOfPath: boolean;
  readonly fits: RegExp;
}

/** What the paths of moved files begin with, below the pull's folder; null when they are nowhere in it. */
function movedBelow({ after, moveTo, folder }: FilePullSettings): string | null {
  if (after !== "move" || moveTo === null) return null;
  return `${posix.relative(posix.resolve("/", folder), posix.resolve("/", folder, moveTo))}/`;
}

/** What a listed file is now, given what is remembered of its path; the remembered object itself if nothing changed. */
function asSeen(file: ListedFile, before: SeenFile | undefined, settings: FilePullSettings, now: EpochMs): SeenFile {
  const fresh = {
    ...{ path: file.path, sizeBytes: file.sizeBytes, stamp: file.stamp, seenAt: now },
    ...({ state: "waiting", sha256: null, failures: 0, notBefore: null, goneAt: null } as const),
  };
  if (before === undefined) return { ...fresh, bytesDone: 0, endSha256: null };
  // What was moved away and is there again is new, though it has the size and the minute of the old one.
  const isBack = before.state === "done" && settings.after !== "leave";
  const isSame = !isBack && before.sizeBytes === file.sizeBytes && isSameStamp(before.stamp, file.stamp);
  if (isSame) return before.goneAt === null ? before : { ...before, goneAt: null };
  const { bytesDone, endSha256 } = settings.appends ? before : { bytesDone: 0, endSha256: null };
  return { ...fresh, bytesDone, endSha256 };
}

function completeAt(file: SeenFile, settings: FilePullSettings, isThere: ReadonlySet<string>): EpochMs | null {
  if (file.sizeBytes === 0) return null; // made a moment ago, or left by a transfer that never began
  if (settings.appends) return file.seenAt;
  if (settings.marker !== null) return isThere.has(file.path + settings.marker) ? file.seenAt : null;
  return (file.seenAt + restS(file, settings) * MS_PER_S) as EpochMs;
}

/** Matches a time of day without seconds. */
const MINUTES_ONLY = /(?<![\d:])\d{1,2}:\d{2}(?!:?\d)/;
const MINUTE_S = 60;

/**
 * How long a file has to rest. One that stays where it is must rest for as long as its time has no finer step: written
 * anew with the same size in the same minute, it could not be told from what was fetched.
 */
function restS({ stamp }: SeenFile, { settleS, after }: FilePullSettings): number {
  const isCoarse = after === "leave" && MINUTES_ONLY.test(stamp);
  return settleS > 0 && isCoarse ? Math.max(settleS, MINUTE_S) : settleS;
}

const LIST_STAMP = /^(\w{3} +\d{1,2}) +(\d{1,2}:\d{2}|\d{4})$/;

/**
 * Whether two stamps may be those of one state of a file. A plain FTP listing shows "Nov 21 16:30" until the file is
 * half a year old, and then "Nov 21 2026": the file has not changed by that.
 */
export function isSameStamp(before: string, after: string): boolean {
  if (before === after) return true;
  const [was, is] = [LIST_STAMP.exec(before), LIST_STAMP.exec(after)];
  return was !== null && is !== null && was[1] === is[1] && was[2]?.includes(":") === true && !is[2]?.includes(":");
}
