import { mkdir } from "node:fs/promises";
import { exportNotWritten } from "./problems.ts";

/**
 * Makes a folder for what is exported, and those above it, for its owner alone; one that is there is left as it is.
 *
 * @throws Problem `export-not-written`.
 */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw exportNotWritten({ path, reason: cause.message, cause });
  });
}
