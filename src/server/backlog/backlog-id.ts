import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uuidv7 } from "../../clock.ts";

/** A name of a folder's backlogs that no other folder's have; it is written there. Errors: those of the folder. */
export async function backlogIdOf(folder: string): Promise<string> {
  const path = join(folder, "backlog-id");
  await writeFile(path, uuidv7(), { flag: "wx" }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  return (await readFile(path, "utf8")).trim();
}
