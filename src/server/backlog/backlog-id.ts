import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uuidv7 } from "../../clock.ts";
import { syncFolder } from "../files/sync-folder.ts";

/**
 * A name of a folder's backlogs that no other folder's have; it is written there, whole or not at all. Errors: those of
 * the folder.
 */
export async function backlogIdOf(folder: string): Promise<string> {
  const path = join(folder, "backlog-id");
  const known = await readFile(path, "utf8").catch(() => "");
  if (known !== "") return known.trim();
  const id = uuidv7();
  const part = `${path}.${id}`;
  await writeFile(part, id, { flush: true });
  await link(part, path).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  await rm(part);
  await syncFolder(folder);
  return (await readFile(path, "utf8")).trim();
}
