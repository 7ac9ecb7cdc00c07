import { createInterface } from "node:readline";
import { Problem } from "../../src/core/problem.ts";
import { openDatabase } from "../../src/server/db/database.ts";
import { type ImportRequest, importFile } from "../../src/server/mediation/import-file.ts";

/**
 * A process of its own that imports files into a database: `node importer.ts <url>`. Says `ready`, takes the requests
 * as one line of JSON, says `stored` after every batch and `done` at the end, or `failed` and why.
 */
async function run(url: string): Promise<void> {
  const db = await openDatabase({ url });
  say("ready");
  for await (const line of createInterface(process.stdin)) {
    for (const request of JSON.parse(line) as ImportRequest[])
      await importFile(db, { ...request, onProgress: () => say("stored") });
    say("done");
  }
  await db.close();
}

const say = (line: string) => process.stdout.write(`${line}\n`);

run(process.argv[2] ?? "").catch((error: unknown) => {
  say(`failed ${error instanceof Problem ? error.code : error instanceof Error ? error.stack : String(error)}`);
  process.exit(2);
});
