import { openDatabase } from "../../src/server/db/database.ts";
import type { ReratingRequest } from "../../src/server/rerating/selection.ts";
import { apply } from "./requests.ts";

/**
 * A process of its own that re-rates: `node rerater.ts <url> <request as JSON>`. Says `page` after every page and `done`
 * at the end.
 */
async function run(url: string, asked: ReratingRequest): Promise<void> {
  const db = await openDatabase({ url });
  await apply(db, asked, { pageCalls: 5, onProgress: () => say("page") });
  say("done");
  await db.close();
}

const say = (line: string) => process.stdout.write(`${line}\n`);

await run(process.argv[2] ?? "", JSON.parse(process.argv[3] ?? "{}") as ReratingRequest);
