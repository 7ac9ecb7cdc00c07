import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../db/database.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { ProtocolSource, SwitchProtocol } from "./source-store.ts";

type Sources = readonly ProtocolSource<SwitchProtocol>[];

/** Folders that keep what was read of databases. */
const folders = new WeakMap<Database, string>();
/** What each file holds, by its path: one that would say the same is not written again. */
const written = new Map<string, string>();

/**
 * Has the sources of switches that are read of a database kept in a folder, for a start without it. They hold no
 * secrets: settings name where these are. Errors: those of the folder.
 */
export async function keepLastKnown(db: Database, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  folders.set(db, folder);
}

/** Whether there is anything to start with. */
export const hasLastKnown = async (folder: string): Promise<boolean> =>
  (await readdir(folder).catch(() => [])).some((name) => name.endsWith(".json"));

/** Notes sources as they were read now. A disk that does not take them costs no call its answer. */
export async function noteSources(db: Database, protocol: SwitchProtocol, sources: Sources): Promise<void> {
  const folder = folders.get(db);
  if (folder === undefined) return;
  const path = pathOf(folder, protocol);
  const text = JSON.stringify(sources);
  if (written.get(path) === text) return;
  await replaceFile(path, (part) => writeFile(part, text)).then(
    () => written.set(path, text),
    () => undefined,
  );
}

/** Sources as they were read last; undefined: they never were, or the disk has not kept them. */
export async function lastKnownSources(db: Database, protocol: SwitchProtocol): Promise<Sources | undefined> {
  const folder = folders.get(db);
  if (folder === undefined) return undefined;
  try {
    return JSON.parse(await readFile(pathOf(folder, protocol), "utf8")) as Sources;
  } catch {
    return undefined;
  }
}

const pathOf = (folder: string, protocol: SwitchProtocol): string => join(folder, `${protocol}.json`);
