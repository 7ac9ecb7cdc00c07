import { epochMs } from "../src/core/time/epoch.ts";
import type { Database } from "../src/server/db/database.ts";
import type { CallFilter } from "../src/server/search/call-filter.ts";
import { searchCalls } from "../src/server/search/search-calls.ts";
import { bench, type Figure } from "./bench.ts";
import { type Carrier, importCalls, setUpCarrier } from "./carrier.ts";
import { accountIdOf, bookIdOf, calledOf, FILLED_ACCOUNTS, FILLED_MONTH, fillMonth } from "./filled-month.ts";
import { Meter, type Spent } from "./meter.ts";
import { withDatabase } from "./own-database.ts";

const DAY_MS = 86_400_000;
const MONTH_START = Date.parse(FILLED_MONTH.start.replace(" ", "T").replace("+00", "Z"));
const WHOLE_MONTH = { from: epochMs(MONTH_START), until: epochMs(MONTH_START + FILLED_MONTH.days * DAY_MS) };
const PAGE = { order: "newest", after: null, limit: 100 } as const;
const SEARCHES = 100;

/** Of one kind of search: what the i-th looks for, and what it has to find. */
interface Kind {
  readonly name: string;
  readonly filter: (i: number) => CallFilter;
  readonly isRight: (calls: number, filter: CallFilter) => boolean;
}

/** Values that only SQL knows how to make, for the i-th search: an account's ids and a number that was called. */
interface Known {
  readonly book: string;
  readonly account: string;
  readonly called: string;
}

async function knownValues(db: Database, calls: number): Promise<readonly Known[]> {
  return await db.session(async (client) => {
    const account = `(i * 7 % ${FILLED_ACCOUNTS})`;
    const n = `(i::bigint * ${Math.floor(calls / SEARCHES)})`;
    const { rows } = await client.query<Known>(
      `select ${bookIdOf(account)} as book, ${accountIdOf(account)} as account, ${calledOf(n)} as called
       from generate_series(0, ${SEARCHES - 1}) i order by i`,
    );
    return rows;
  });
}

function kinds(known: readonly Known[]): readonly Kind[] {
  const at = (i: number): Known => known[i % known.length] as Known;
  const exact = (called: string) => ({ kind: "exact", texts: [called, `=${called}`] }) as const;
  return [
    {
      name: "account and day",
      filter: (i) => {
        const from = epochMs(MONTH_START + (i % 27) * DAY_MS);
        const payers = { bookId: at(i).book, accountIds: [at(i).account] };
        return { from, until: epochMs(from + DAY_MS), payers };
      },
      isRight: () => true,
    },
    {
      name: "whole number, any time of the month",
      filter: (i) => ({ ...WHOLE_MONTH, called: exact(at(i).called) }),
      isRight: (calls) => calls >= 1,
    },
    {
      name: "number on either side",
      filter: (i) => ({ ...WHOLE_MONTH, number: exact(at(i).called) }),
      isRight: (calls) => calls >= 1,
    },
    {
      name: "beginning of a number",
      filter: (i) => {
        const from = at(i).called.slice(0, 8);
        const until = from.slice(0, -1) + String.fromCharCode(from.charCodeAt(7) + 1);
        return { ...WHOLE_MONTH, called: { kind: "prefix", ranges: [{ from, until }] } };
      },
      isRight: (calls) => calls >= 1,
    },
    {
      name: "part of a number, an hour",
      filter: (i) => {
        const from = epochMs(MONTH_START + i * 6 * 3_600_000);
        return { from, until: epochMs(from + 3_600_000), called: { kind: "contains", part: `${i % 10}77` } };
      },
      isRight: () => true,
    },
  ];
}

/** Floor and goal, 200 ms and 50 ms, are of the slowest in twenty, by account and day and by number, as the tenant. */
async function searchLatencies(db: Database, tenantId: string, calls: number): Promise<Searched> {
  const figures: Figure[] = [];
  let found = 0;
  for (const { name, filter, isRight } of kinds(await knownValues(db, calls))) {
    const latencies: number[] = [];
    for (let i = 0; i < SEARCHES; i += 1) {
      const wanted = filter(i);
      const began = performance.now();
      const page = await searchCalls(db, { tenantId, filter: wanted, page: PAGE });
      latencies.push(performance.now() - began);
      found += page.calls.length;
      if (!isRight(page.calls.length, wanted)) throw new Error(`${name}: search ${i} found ${page.calls.length} calls`);
    }
    const sorted = latencies.toSorted((a, b) => a - b);
    const limits = name.startsWith("part") || name.startsWith("beginning") ? {} : { max: 200, goal: 50 };
    figures.push({ name: `${name}, p95`, value: sorted[Math.floor(SEARCHES * 0.95)] ?? 0, unit: "ms", ...limits });
  }
  return { figures, found };
}

interface Searched {
  readonly figures: readonly Figure[];
  readonly found: number;
}

/** The seconds that the month's file takes, and how fast that is. */
async function ingest(carrier: Carrier, pid: number, calls: number): Promise<Spent> {
  const meter = new Meter();
  meter.watch(pid);
  await importCalls(carrier, calls, meter);
  return meter.stop();
}

/** `TOLLWRIGHT_FILLED_CALLS=50000000` makes a month of that size; it takes three quarters of a kilobyte a call. */
const FILLED_CALLS = Number(process.env.TOLLWRIGHT_FILLED_CALLS ?? 2_000_000);
/** How many of the calls stored before one more is imported, to see what the size of the tables costs. */
const CALLS_BEFORE = 10;
const IMPORTED_MAX = 400_000;

bench(
  "a filled month: search in it, import into it",
  { smoke: 40_000, full: FILLED_CALLS, unit: "calls stored" },
  async (n) => {
    const imported = Math.min(Math.floor(n / CALLS_BEFORE), IMPORTED_MAX);
    const empty = await withDatabase(async (db, pid) => ingest(await setUpCarrier(db), pid, imported));
    return withDatabase(async (db, pid) => {
      const carrier = await setUpCarrier(db);
      const { tenantId } = carrier.operator;
      await db.session((client) => fillMonth(client, tenantId, n));
      const { figures, found } = await searchLatencies(db, tenantId, n);
      const filled = await ingest(carrier, pid, imported);
      const cpuOf = ({ ownCpuUs, watchedCpuUs }: Spent) => (ownCpuUs + watchedCpuUs) / imported;
      return {
        checksum: BigInt(found),
        verified: { imported },
        figures: [
          ...figures,
          { name: "import into an empty month", value: cpuOf(empty), unit: "CPU µs a call" },
          { name: "import into this month", value: cpuOf(filled), unit: "CPU µs a call" },
          // The speed there ÷ the speed into an empty month: a floor of 0.7, a goal of 0.9.
          {
            name: "time of import ÷ that of an empty month",
            value: filled.wallMs / empty.wallMs,
            unit: "",
            max: 1 / 0.7,
            goal: 1 / 0.9,
          },
        ],
      };
    });
  },
);
