import { ArchivedRows } from "../server/archive/archived-rows.ts";
import type { CommandContext } from "./command.ts";
import { flag } from "./input.ts";

/** The option of commands that look at archived months as well. */
export const withoutArchive = flag("--without-archive", "leave archived months out");

/** Opens the archive for `work`, unless it is to be left out, and closes it. */
export async function withArchive<T>(
  { config }: CommandContext,
  isLeftOut: boolean,
  work: (archive: ArchivedRows | null) => Promise<T>,
): Promise<T> {
  if (isLeftOut) return await work(null);
  const archive = new ArchivedRows(config.archiveDir);
  try {
    return await work(archive);
  } finally {
    await archive.close();
  }
}
