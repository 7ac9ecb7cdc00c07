import type { Database } from "../src/server/db/database.ts";
import { importDeck } from "../src/server/tariff/import-deck.ts";
import { Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import { arrivalOf } from "./deck-arrival.ts";
import { deckBytes } from "./deck-bytes.ts";
import { withDatabase } from "./own-database.ts";

/** 20 s and 8 s for a deck of 200,000 rows. */
const BUDGET = { smoke: 2_000, full: 200_000, unit: "rows", floor: 10_000, goal: 25_000 };

bench("deck import: a first deck read, checked, kept and published", BUDGET, (n, meter) =>
  withDatabase(async (db, pid) => {
    const operator = await Operator.create(db);
    const bytes = deckBytes(n, 0);
    meter.watch(pid);
    meter.start();
    await importDeck(db, arrivalOf(operator.tenantId, bytes));
    meter.stop();
    return await sums(operator, { version: 1, rows: n, rates: n });
  }),
);

bench("deck import: a deck with a tenth of its prices changed against the version in force", BUDGET, (n, meter) =>
  withDatabase(async (db, pid) => {
    const operator = await Operator.create(db);
    await importDeck(db, arrivalOf(operator.tenantId, deckBytes(n, 0)));
    await analyzed(db);
    const bytes = deckBytes(n, 1);
    meter.watch(pid);
    meter.start();
    const { comparison } = await importDeck(db, arrivalOf(operator.tenantId, bytes));
    meter.stop();
    const changed = Math.ceil(n / 10);
    const { increase } = comparison.diff.counts;
    if (increase !== changed) throw new Error(`${increase} increases instead of ${changed}`);
    return await sums(operator, { version: 2, rows: 2 * n, rates: n });
  }),
);

/** As autovacuum leaves the tables of a deck that was imported last week. */
const analyzed = (db: Database) => db.transaction("owner", {}, (tx) => tx.query("analyze rates"));

async function sums(operator: Operator, expected: { version: number; rows: number; rates: number }) {
  const found = await operator.figures<{ version: number; rows: number; rates: number; sum: string }>(
    `select (select max(number) from tariff_versions) as version, (select count(*)::int from deck_rows) as rows,
       count(distinct prefix)::int as rates, sum(rate) filter (where effective_to is null)::text as sum
     from rates where version_to is null`,
  );
  const { sum, ...counts } = found;
  if (JSON.stringify(counts) !== JSON.stringify(expected))
    throw new Error(`found ${JSON.stringify(counts)}, expected ${JSON.stringify(expected)}`);
  return { checksum: sum, verified: counts };
}
