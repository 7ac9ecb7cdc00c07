import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = process.env.TOLLWRIGHT_SHARED_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));

/**
 * Path of a real file that others wrote (`cdrs/cucm_cdr.txt`); null, and a word on why, when this machine has it
 * not.
 */
export function sharedData(path: string): string | null {
  const file = `${root}/${path}`;
  if (existsSync(file)) return file;
  process.stderr.write(`not run: ${file} is not there; set TOLLWRIGHT_SHARED_DATA to the folder of real files\n`);
  return null;
}
