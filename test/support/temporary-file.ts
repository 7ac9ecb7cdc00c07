import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidv7 } from "../../src/clock.ts";

/** Writes a file that no other test meets; answers its path. */
export async function writeTemporary(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(tmpdir(), `${uuidv7()}-${name}`);
  await writeFile(path, content);
  return path;
}
