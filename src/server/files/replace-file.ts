import { rename, rm, writeFile } from "node:fs/promises";
import { exportNotWritten } from "./problems.ts";

/**
 * Writes a file for somebody to take away: `write` fills one beside it, which takes its name when it is whole, so that
 * no reader ever sees half of it. One that is there is replaced. It is for its owner alone (mode 0600): what leaves
 * here names people and prices.
 *
 * @throws Problem `export-not-written`; nothing half-done stays.
 */
export async function replaceFile(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const part = `${path}.part`;
  try {
    await rm(part, { force: true }); // one that a killed process left may be readable by others
    await writeFile(part, "", { mode: 0o600, flag: "wx" });
    await write(part);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined); // in a folder that can't be entered there is none
    if (isFileError(error)) throw exportNotWritten({ path, reason: error.message, cause: error });
    throw error;
  }
}

/** Errors of the file system; a broken connection to the database has system calls of its own. */
const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  "syscall" in error &&
  /^(open|write|close|rename|unlink|rm|lstat)$/.test(String(error.syscall));
