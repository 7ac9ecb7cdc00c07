import { open } from "node:fs/promises";

/** Makes the names in a folder outlive a loss of power: what is synced of a file does not say where it lies. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // a folder can't be opened there
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}
