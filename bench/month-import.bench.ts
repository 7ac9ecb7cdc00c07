import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now } from "../src/clock.ts";
import { formatDecimal } from "../src/core/money/decimal.ts";
import { fromInstant } from "../src/core/time/epoch.ts";
import type { Database } from "../src/server/db/database.ts";
import { importFile } from "../src/server/mediation/import-file.ts";
import { LiveRatingContext } from "../src/server/rating/live-rating-context.ts";
import type { StoredAccount } from "../src/server/tenancy/party.ts";
import { anyRate, Operator } from "../test/support/operator.ts";
import { bench, type Figure } from "./bench.ts";
import {
  DESTINATIONS,
  type DestinationClass,
  GeneratedMonth,
  MONTH_TRUNKS,
  type MonthTotals,
} from "./generated-month.ts";
import { withDatabase } from "./own-database.ts";
import { processTreeCpuUs } from "./process-tree-cpu.ts";
import { type KnownCall, searchLatencies } from "./search-latencies.ts";
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
  return { operator, source, customers };
}

const knownCalls = (customers: readonly StoredAccount[], { samples }: GeneratedMonth): readonly KnownCall[] =>
  samples.map(({ account, called }) => {
    const { bookId, id } = customers[account] as StoredAccount;
    return { book: bookId, account: id, called };
  });

/** A stretch of the month: its rows, how long they took, and the CPU time of this process and the database's. */
interface Stretch {
  rows: number;
  wallMs: number;
  cpuUs: number;
}

const cpuUs = (pid: number): number => {
  const { user, system } = process.cpuUsage();
  return user + system + processTreeCpuUs(pid);
};

/** Imports every file of the month, as it is delivered; answers what each tenth of the rows took. */
async function importMonth(
  { operator, source }: Awaited<ReturnType<typeof prepare>>,
  month: GeneratedMonth,
  { size, pid }: { readonly size: number; readonly pid: number },
): Promise<{ readonly counts: Record<string, number>; readonly tenths: readonly Stretch[] }> {
  const rating = new LiveRatingContext();
  const counts = { rows: 0, stored: 0, duplicate: 0, quarantined: 0 };
  const tenths: Stretch[] = Array.from({ length: 10 }, () => ({ rows: 0, wallMs: 0, cpuUs: 0 }));
  for (const { name, text } of month.files()) {
    const path = join(tmpdir(), `tollwright-month-${process.pid}-${name}`);
    await writeFile(path, text);
    const before = { cpuUs: cpuUs(pid), at: performance.now() };
    const file = await importFile(operator.db, { source, path, receivedAt: fromInstant(now()), rating });
    const tenth = tenths[Math.min(9, Math.floor((counts.rows * 10) / (size * 1.04)))] as Stretch;
    tenth.cpuUs += cpuUs(pid) - before.cpuUs;
    tenth.wallMs += performance.now() - before.at;
    tenth.rows += file.counts.rows;
    for (const key of ["rows", "stored", "duplicate", "quarantined"] as const) counts[key] += file.counts[key];
    await rm(path);
  }
  return { counts, tenths };
}

const FIGURES = `
  select (select count(*) from usage_events) as stored, (select sum(talked_s) from usage_events) as talked_s,
    (select count(*) from usage_events where answered_at is not null) as answered,
    (select count(*) from quarantine where state = 'waiting') as quarantined,
    (select sum(amount) from charges where side = 'customer') as sold,
    (select sum(amount) from charges where side = 'cost') as cost,
    (select sum(amount) from balances where kind = 'unbilled') as unbilled`;

/** Compares what is stored with the generator's own sums; in a session, because a request may last a minute at most. */
async function verify(db: Database, totals: MonthTotals, counts: Record<string, number>): Promise<void> {
  const { rows } = await db.session((client) => client.query<Record<string, string>>(FIGURES));
  const found = rows[0] ?? {};
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
      await verify(db, month.totals, counts);
      await db.session((client) => client.query("vacuum analyze"));
      const searched = await searchLatencies(db, prepared.operator.tenantId, knownCalls(prepared.customers, month));
      const perRow = (no: number, of: (tenth: Stretch) => number): number => {
        const tenth = tenths[no] as Stretch;
        return of(tenth) / Math.max(1, tenth.rows);
      };
      const figures: Figure[] = [
        { name: "first tenth", value: perRow(0, ({ cpuUs: us }) => us), unit: "CPU µs a row" },
        { name: "last tenth", value: perRow(9, ({ cpuUs: us }) => us), unit: "CPU µs a row" },
        // The speed at the end ÷ the speed at the start: a floor of 0.7, a goal of 0.9.
        {
          name: "time of the last tenth ÷ that of the first",
          value: perRow(9, ({ wallMs }) => wallMs) / perRow(0, ({ wallMs }) => wallMs),
          unit: "",
          max: 1 / 0.7,
          goal: 1 / 0.9,
        },
        ...searched.figures,
      ];
      const { stored, duplicate, quarantined, talkedS } = month.totals;
      return { checksum: month.totals.sold, verified: { stored, duplicate, quarantined, talkedS }, figures };
    }),
);
