import { Problem } from "../../src/core/problem.ts";
import { backup } from "../../src/server/db/backup.ts";
import { openDatabase } from "../../src/server/db/database.ts";

/** A backup in a process of its own, for limits that bind a whole process: `node backup-process.ts <url> <file>`. */
async function run(url: string, file: string): Promise<object> {
  const db = await openDatabase({ url });
  try {
    return await backup(db, file);
  } catch (error) {
    return error instanceof Problem ? { code: error.code, what: error.what } : { what: String(error) };
  } finally {
    await db.close();
  }
}

const [, , url = "", file = ""] = process.argv;
process.stdout.write(JSON.stringify(await run(url, file)));
