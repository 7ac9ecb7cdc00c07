import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileUnreadable, folderEmpty } from "./problems.ts";
import { fileFault } from "./read-file.ts";

/** Files that a switch or a transfer is still writing, or that are nobody's records. */
const UNFINISHED = /^\.|\.(part|tmp)$/;

/** Whether a file of this name may hold records. */
export const isRecordFile = (name: string): boolean => !UNFINISHED.test(name);

/**
 * The files that paths stand for: a folder stands for the regular files in it, by name, folders below it excepted.
 *
 * Errors: Problems `file-unreadable`, `folder-empty`.
 */
export async function listRecordFiles(paths: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      if (!(await readable(path, stat(path))).isDirectory()) return [path];
      const names = await recordFilesIn(path);
      if (names.length === 0) throw folderEmpty({ path });
      return names.map((name) => join(path, name));
    }),
  );
  return lists.flat();
}

/** Names of the regular files in a folder that may hold records, in order. Errors: Problem `file-unreadable`. */
export async function recordFilesIn(folder: string): Promise<readonly string[]> {
  const entries = await readable(folder, readdir(folder, { withFileTypes: true }));
  return entries
    .filter((entry) => entry.isFile() && isRecordFile(entry.name))
    .map((entry) => entry.name)
    .sort();
}

async function readable<T>(path: string, work: Promise<T>): Promise<T> {
  return await work.catch((cause: unknown) => {
    throw fileUnreadable({ path, reason: fileFault(cause), cause });
  });
}
