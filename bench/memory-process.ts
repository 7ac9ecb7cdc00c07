import { openDatabase } from "../src/server/db/database.ts";
import { loadRatingContext } from "../src/server/rating/rating-context.ts";

/** Run by memory.bench.ts as a process of its own: loads all tariffs of a tenant, and prints what it then takes. */
const [url = "", tenantId = ""] = process.argv.slice(2);
const db = await openDatabase({ url });
const context = await db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null));
const tables = [...context.tariffs.tariffs.values()].flatMap(({ numbers }) => numbers.layers.map(({ table }) => table));
const prefixes = tables.reduce((sum, { prefixCount }) => sum + prefixCount, 0);
process.stdout.write(JSON.stringify({ rssMiB: process.memoryUsage.rss() / 1024 / 1024, prefixes }));
await db.close();
