import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase } from "../src/server/db/database.ts";
import { migrate } from "../src/server/db/migrate.ts";
import { throwAwayServer } from "../test/support/throw-away-server.ts";
import { dumpSchema } from "./schema-dump.ts";

/** `npm run schema`: writes schema.sql anew from the migrations, on a throw-away server. */
async function writeSchema(): Promise<void> {
  const server = await throwAwayServer();
  try {
    const db = await openDatabase({ url: server.url });
    const { version } = await migrate(db);
    await writeFile(join(import.meta.dirname, "../schema.sql"), await dumpSchema(db));
    await db.close();
    process.stdout.write(`schema.sql is the schema of migration ${version}.\n`);
  } finally {
    await server.stop();
  }
}

await writeSchema();
