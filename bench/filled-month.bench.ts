import type { Database } from "../src/server/db/database.ts";
import { bench } from "./bench.ts";
import { type Carrier, importCalls, setUpCarrier } from "./carrier.ts";
import { accountIdOf, bookIdOf, calledOf, FILLED_ACCOUNTS, fillMonth } from "./filled-month.ts";
import { Meter, type Spent } from "./meter.ts";
import { withDatabase } from "./own-database.ts";
import { type KnownCall, SEARCHES, searchLatencies } from "./search-latencies.ts";

/** Values that only SQL knows how to make, of calls from all over the month. */
async function knownValues(db: Database, calls: number): Promise<readonly KnownCall[]> {
  return await db.session(async (client) => {
    const account = `(i * 7 % ${FILLED_ACCOUNTS})`;
    const n = `(i::bigint * ${Math.floor(calls / SEARCHES)})`;
    const { rows } = await client.query<KnownCall>(
      `select ${bookIdOf(account)} as book, ${accountIdOf(account)} as account, ${calledOf(n)} as called
       from generate_series(0, ${SEARCHES - 1}) i order by i`,
    );
    return rows;
  });
}

/** The last day of the filled month: a switch delivers what was called today. */
const TODAY = { first: 27, last: 27 };

/** What it takes to import a file of today's calls. */
async function ingest(carrier: Carrier, pid: number, calls: number): Promise<Spent> {
  const meter = new Meter();
  meter.watch(pid);
  await importCalls(carrier, { n: calls, meter, days: TODAY });
  return meter.stop();
}

/** `TOLLWRIGHT_FILLED_CALLS=50000000` makes a month of that size; it takes three quarters of a kilobyte a call. */
const FILLED_CALLS = Number(process.env.TOLLWRIGHT_FILLED_CALLS ?? 2_000_000);
/** How many of the calls stored before one more is imported, to see what the size of the tables costs. */
const CALLS_BEFORE = 10;
/** Enough to go beyond the first touch of every page of an index after a checkpoint. */
const IMPORTED_MAX = 2_000_000;

bench(
  "a filled month: search in it, import into it",
  { smoke: 4_000, full: FILLED_CALLS, unit: "calls stored" },
  async (n) => {
    const imported = Math.min(Math.floor(n / CALLS_BEFORE), IMPORTED_MAX);
    const { figures, found, filled } = await withDatabase(async (db, pid) => {
      const carrier = await setUpCarrier(db);
      const { tenantId } = carrier.operator;
      await db.session((client) => fillMonth(client, tenantId, n));
      const searched = await searchLatencies(db, tenantId, await knownValues(db, n));
      return { ...searched, filled: await ingest(carrier, pid, imported) };
    });
    // Right after the other: a machine that is shared is as busy then as it was.
    const empty = await withDatabase(async (db, pid) => ingest(await setUpCarrier(db), pid, imported));
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
  },
);
