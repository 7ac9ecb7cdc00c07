import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now } from "../src/clock.ts";
import { formatDecimal } from "../src/core/money/decimal.ts";
import { fromInstant } from "../src/core/time/epoch.ts";
import type { Database } from "../src/server/db/database.ts";
import { importFile } from "../src/server/mediation/import-file.ts";
import { LiveRatingContext } from "../src/server/rating/live-rating-context.ts";
import { anyRate, Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import {
  DESTINATIONS,
  type DestinationClass,
  GeneratedMonth,
  MONTH_TRUNKS,
  type MonthTotals,
} from "./generated-month.ts";
import { withDatabase } from "./own-database.ts";
import { processTreeCpuUs } from "./process-tree-cpu.ts";
import { SWITCH_COLUMNS } from "./switch-columns.ts";

const decimal = (hundredthsOfACent: number): string => formatDecimal({ units: BigInt(hundredthsOfACent), scale: 4 });

async function prepare(db: Database, accounts: number) {
  const operator = await Operator.create(db);
  const rates = (price: (destination: DestinationClass) => number) =>
    DESTINATIONS.map((to) =>
      anyRate(to.prefix, decimal(price(to)), { increments: { firstS: to.stepS, nextS: to.stepS } }),
    );
  const customers = [];
  for (let i = 0; i < accounts; i += 1) customers.push(await operator.account(`acct${i}`));
  const vendors = [];
  for (let i = 0; i < MONTH_TRUNKS; i += 1) vendors.push(await operator.account(`vendor${i}`, { kind: "vendor" }));
  await operator.tariff(
    "retail",
    rates((to) => to.salePerMinute),
    customers,
  );
  await operator.tariff(
    "cost",
    rates((to) => to.costPerMinute),
    vendors,
  );
  for (const [i, vendor] of vendors.entries()) await operator.trunk(`carrier${i}`, vendor, "egress");
  await operator.rules(customers.map((account, i) => [account, { match: { accountCode: `acct${i}` } }]));
  const source = await operator.source("switch", "freeswitch-csv", { mapping: { columns: SWITCH_COLUMNS } });
  return { operator, source };
}

/** CPU time of a stretch of the month, this process and the database's, and how many rows it was for. */
interface Stretch {
  rows: number;
  cpuUs: number;
}

const cpuUs = (pid: number): number => {
  const { user, system } = process.cpuUsage();
  return user + system + processTreeCpuUs(pid);
};

/** Imports every file of the month, as it is delivered; answers CPU time by tenths of the rows. */
async function importMonth(
  { operator, source }: Awaited<ReturnType<typeof prepare>>,
  month: GeneratedMonth,
  { size, pid }: { readonly size: number; readonly pid: number },
): Promise<{ readonly counts: Record<string, number>; readonly tenths: readonly Stretch[] }> {
  const rating = new LiveRatingContext();
  const counts = { rows: 0, stored: 0, duplicate: 0, quarantined: 0 };
  const tenths: Stretch[] = Array.from({ length: 10 }, () => ({ rows: 0, cpuUs: 0 }));
  for (const { name, text } of month.files()) {
    const path = join(tmpdir(), `tollwright-month-${process.pid}-${name}`);
    await writeFile(path, text);
    const before = cpuUs(pid);
    const file = await importFile(operator.db, { source, path, receivedAt: fromInstant(now()), rating });
    const tenth = tenths[Math.min(9, Math.floor((counts.rows * 10) / (size * 1.04)))] as Stretch;
    tenth.cpuUs += cpuUs(pid) - before;
    tenth.rows += file.counts.rows;
    for (const key of ["rows", "stored", "duplicate", "quarantined"] as const) counts[key] += file.counts[key];
    await rm(path);
  }
  return { counts, tenths };
}

async function verify(operator: Operator, totals: MonthTotals, counts: Record<string, number>): Promise<void> {
  const found = await operator.figures<Record<string, string>>(
    `select (select count(*) from usage_events) as stored, (select sum(talked_s) from usage_events) as talked_s,
       (select count(*) from usage_events where answered_at is not null) as answered,
       (select count(*) from quarantine where state = 'waiting') as quarantined,
       (select sum(amount) from charges where side = 'customer') as sold,
       (select sum(amount) from charges where side = 'cost') as cost,
       (select sum(amount) from balances where kind = 'unbilled') as unbilled`,
  );
  const nanos = (amount: string | undefined): bigint => BigInt((amount ?? "").replace(".", ""));
  const pairs: [string, unknown, unknown][] = [
    ["rows counted", counts.rows, totals.rows],
    ["stored counted", counts.stored, totals.stored],
    ["duplicates counted", counts.duplicate, totals.duplicate],
    ["quarantined counted", counts.quarantined, totals.quarantined],
    ["usage events", Number(found.stored), totals.stored],
    ["answered", Number(found.answered), totals.answered],
    ["seconds talked", Number(found.talked_s), totals.talkedS],
    ["in quarantine", Number(found.quarantined), totals.quarantined],
    ["sold", nanos(found.sold), totals.sold],
    ["cost", nanos(found.cost), totals.cost],
    ["unbilled in the ledger", nanos(found.unbilled), totals.sold],
  ];
  const wrong = pairs.filter(([, is, expected]) => is !== expected);
  if (wrong.length > 0)
    throw new Error(wrong.map(([what, is, expected]) => `${what}: ${is}, expected ${expected}`).join("; "));
}

/** `TOLLWRIGHT_MONTH_RECORDS=50000000` makes a month of that size; it takes about a kilobyte of disk a record. */
const FULL = Number(process.env.TOLLWRIGHT_MONTH_RECORDS ?? 1_000_000);

bench(
  "ingest: a generated month, late and repeated records",
  { smoke: 3_000, full: FULL, unit: "records" },
  (n, meter) =>
    withDatabase(async (db, pid) => {
      const month = new GeneratedMonth(n);
      const prepared = await prepare(db, month.accounts);
      meter.watch(pid);
      meter.start();
      const { counts, tenths } = await importMonth(prepared, month, { size: n, pid });
      meter.stop();
      await verify(prepared.operator, month.totals, counts);
      const perRow = tenths.map(({ rows, cpuUs: us }) => us / Math.max(1, rows));
      const figures = [
        { name: "first tenth", value: perRow[0] ?? 0, unit: "CPU µs a row" },
        { name: "last tenth", value: perRow[9] ?? 0, unit: "CPU µs a row" },
      ];
      const { stored, duplicate, quarantined, talkedS } = month.totals;
      return { checksum: month.totals.sold, verified: { stored, duplicate, quarantined, talkedS }, figures };
    }),
);
