import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { migrationOrder } from "./database-problems.ts";

/** A migration file. */
export interface Migration {
  /** The number in its name; the first is 1 and none is missing. */
  readonly version: number;
  /** Its name without `.sql`: `0001_roles_and_scope`. */
  readonly name: string;
  readonly sql: string;
  /** Of its text with line ends as `\n`, so that a checkout on Windows is no edit. */
  readonly sha256: string;
}

/** The migrations shipped with this version of Tollwright. */
const MIGRATIONS_DIR = join(import.meta.dirname, "../../../migrations");

/**
 * Reads all migrations, in order.
 *
 * @throws Problem `migration-order` for a gap, a number taken twice, or a file with another kind of name.
 */
export async function loadMigrations(directory: string = MIGRATIONS_DIR): Promise<readonly Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  return await Promise.all(
    files.map(async (file, index) => {
      const [, digits] = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(file) ?? [];
      if (Number(digits) !== index + 1) {
        throw migrationOrder({ reason: `The migration ${file} stands where number ${index + 1} is due.` });
      }
      const sql = (await readFile(join(directory, file), "utf8")).replaceAll("\r\n", "\n");
      const sha256 = createHash("sha256").update(sql).digest("hex");
      return { version: index + 1, name: file.slice(0, -".sql".length), sql, sha256 };
    }),
  );
}
