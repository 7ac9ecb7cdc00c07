import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../src/server/db/database.ts";
import { startEmbedded } from "../src/server/db/embedded.ts";
import { migrate } from "../src/server/db/migrate.ts";
import { dumpSchema } from "../src/server/db/schema-dump.ts";

/** `npm run schema`: writes schema.sql anew from the migrations, on a throw-away server. */
async function writeSchema(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "tollwright-schema-"));
  try {
    const server = await startEmbedded({ dataDir, durable: false });
    const db = await openDatabase({ url: server.url });
    try {
      const { version } = await migrate(db);
      await writeFile(join(import.meta.dirname, "../schema.sql"), await dumpSchema(db));
      process.stdout.write(`schema.sql is the schema of migration ${version}.\n`);
    } finally {
      await db.close();
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

await writeSchema();
