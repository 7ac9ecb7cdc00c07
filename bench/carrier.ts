import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../src/server/db/database.ts";
import { anyRate, Operator } from "../test/support/operator.ts";
import type { Meter } from "./meter.ts";
import { SWITCH_COLUMNS } from "./switch-columns.ts";

const ACCOUNTS = 1_000;
const VENDORS = 4;
const PREFIXES = 10_000;

/** A carrier whose switch writes files of calls. */
export interface Carrier {
  readonly operator: Operator;
  readonly source: Awaited<ReturnType<Operator["source"]>>;
}

/** Sets up 1,000 customers and 4 vendors with 10,000 prefixes each, and a FreeSWITCH as their source. */
export async function setUpCarrier(db: Database): Promise<Carrier> {
  const operator = await Operator.create(db);
  const prefixes = Array.from({ length: PREFIXES }, (_, i) => String(i + 10_000 + (i % 9) * 10_000).slice(0, 5));
  const rates = (price: string) => [...new Set(prefixes)].map((prefix) => anyRate(prefix, price));
  const customers = [];
  for (let i = 0; i < ACCOUNTS; i += 1) customers.push(await operator.account(`acct${i}`));
  const vendors = [];
  for (let i = 0; i < VENDORS; i += 1) vendors.push(await operator.account(`vendor${i}`, { kind: "vendor" }));
  await operator.tariff("retail", [anyRate("", "0.06"), ...rates("0.05")], customers);
  await operator.tariff("cost", [anyRate("", "0.02"), ...rates("0.01")], vendors);
  for (const [i, vendor] of vendors.entries()) await operator.trunk(`carrier${i}`, vendor, "egress");
  await operator.rules(customers.map((account, i) => [account, { match: { accountCode: `acct${i}` } }]));
  return {
    operator,
    source: await operator.source("switch", "freeswitch-csv", { mapping: { columns: SWITCH_COLUMNS } }),
  };
}

/** Days of February 2026 (1 to 28), both ends included. */
export interface FebruaryDays {
  readonly first: number;
  readonly last: number;
}

const WHOLE_FEBRUARY: FebruaryDays = { first: 1, last: 28 };

/** Imports a file of `n` calls, all of them to be stored, and meters it; answers the seconds talked. */
export async function importCalls(
  { operator, source }: Carrier,
  { n, meter, days = WHOLE_FEBRUARY }: { readonly n: number; readonly meter: Meter; readonly days?: FebruaryDays },
): Promise<number> {
  const { text, talkedS } = switchFile(n, days);
  const path = join(tmpdir(), `tollwright-bench-${process.pid}.csv`);
  await writeFile(path, text);
  meter.start();
  const { counts } = await operator.importPath(source, path);
  meter.stop();
  await rm(path);
  if (counts.stored !== n) throw new Error(`stored ${JSON.stringify(counts)}, expected ${n} calls`);
  return talkedS;
}

/** Answered calls of 1 s to 10 min over days of February 2026, in order of their start, from a fixed seed. */
function switchFile(n: number, { first, last }: FebruaryDays): { readonly text: string; readonly talkedS: number } {
  let seed = 42;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const stamp = (s: number) => new Date(s * 1000).toISOString().slice(0, 19).replace("T", " ");
  const start = Date.UTC(2026, 1, first) / 1000;
  const lines: string[] = [];
  let talkedS = 0;
  for (let i = 0; i < n; i += 1) {
    const setup = start + Math.floor((i * (last - first + 1) * 86_400) / n);
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
      }","${talk}","NORMAL_CLEARING","${key}","acct${next(ACCOUNTS)}","carrier${next(VENDORS)}"`,
    );
  }
  return { text: `${lines.join("\n")}\n`, talkedS };
}
