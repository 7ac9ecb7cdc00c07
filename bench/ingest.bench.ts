import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../src/server/db/database.ts";
import { anyRate, Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import { withDatabase } from "./own-database.ts";
import { SWITCH_COLUMNS } from "./switch-columns.ts";

const ACCOUNTS = 1_000;
const PREFIXES = 10_000;

/** Answered calls of 1 s to 10 min over 28 days of February 2026, in order of their start, from a fixed seed. */
function calls(n: number): { readonly text: string; readonly talkedS: number } {
  let seed = 42;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const stamp = (s: number) => new Date(s * 1000).toISOString().slice(0, 19).replace("T", " ");
  const start = Date.UTC(2026, 1, 1) / 1000;
  const lines: string[] = [];
  let talkedS = 0;
  for (let i = 0; i < n; i += 1) {
    const setup = start + Math.floor((i * 28 * 86_400) / n);
    const ring = next(10);
    const talk = 1 + next(600);
    talkedS += talk;
    const key = `${next(2 ** 32)
      .toString(16)
      .padStart(8, "0")}-${i.toString(16).padStart(12, "0")}`;
    const called = `${2 + next(8)}${String(next(10_000)).padStart(4, "0")}${String(next(1_000_000)).padStart(6, "0")}`;
    lines.push(
      `"4420794600${next(90) + 10}","${called}","${stamp(setup)}","${stamp(setup + ring)}","${stamp(setup + ring + talk)}","${
        ring + talk
      }","${talk}","NORMAL_CLEARING","${key}","acct${next(ACCOUNTS)}","carrier${next(4)}"`,
    );
  }
  return { text: `${lines.join("\n")}\n`, talkedS };
}

async function prepare(db: Database) {
  const operator = await Operator.create(db);
  const prefixes = Array.from({ length: PREFIXES }, (_, i) => String(i + 10_000 + (i % 9) * 10_000).slice(0, 5));
  const rates = (price: string) => [...new Set(prefixes)].map((prefix) => anyRate(prefix, price));
  const customers = [];
  for (let i = 0; i < ACCOUNTS; i += 1) customers.push(await operator.account(`acct${i}`));
  const vendors = [];
  for (let i = 0; i < 4; i += 1) vendors.push(await operator.account(`vendor${i}`, { kind: "vendor" }));
  await operator.tariff("retail", [anyRate("", "0.06"), ...rates("0.05")], customers);
  await operator.tariff("cost", [anyRate("", "0.02"), ...rates("0.01")], vendors);
  for (const [i, vendor] of vendors.entries()) await operator.trunk(`carrier${i}`, vendor, "egress");
  await operator.rules(customers.map((account, i) => [account, { match: { accountCode: `acct${i}` } }]));
  return {
    operator,
    source: await operator.source("switch", "freeswitch-csv", { mapping: { columns: SWITCH_COLUMNS } }),
  };
}

bench(
  "ingest: CDR file, two sides rated, identity table, durable",
  { smoke: 2_000, full: 400_000, unit: "CDRs", floor: 25_000, goal: 45_000 },
  (n, meter) =>
    withDatabase(async (db, pid) => {
      const { operator, source } = await prepare(db);
      const { text, talkedS } = calls(n);
      const path = join(tmpdir(), `tollwright-bench-${process.pid}.csv`);
      await writeFile(path, text);
      meter.watch(pid);
      meter.start();
      const file = await operator.importPath(source, path);
      meter.stop();
      await rm(path);
      const sums = await operator.figures<{ events: number; talked_s: string; charges: number; amount: string }>(
        `select (select count(*)::int from usage_events) as events, (select sum(talked_s)
          from usage_events) as talked_s,
           count(*)::int as charges, sum(amount) as amount from charges`,
      );
      if (file.counts.stored !== n || sums.events !== n || Number(sums.talked_s) !== talkedS || sums.charges !== 2 * n)
        throw new Error(`stored ${JSON.stringify(file.counts)}, found ${JSON.stringify(sums)}, expected ${n} calls`);
      return { checksum: sums.amount, verified: { events: sums.events, talkedS, charges: sums.charges } };
    }),
);
