import { bench } from "./bench.ts";
import { importCalls, setUpCarrier } from "./carrier.ts";
import { withDatabase } from "./own-database.ts";

bench(
  "ingest: CDR file, two sides rated, identity table, durable",
  { smoke: 2_000, full: 400_000, unit: "CDRs", floor: 25_000, goal: 45_000 },
  (n, meter) =>
    withDatabase(async (db, pid) => {
      meter.watch(pid);
      const carrier = await setUpCarrier(db);
      const talkedS = await importCalls(carrier, { n, meter });
      const sums = await carrier.operator.figures<{
        events: number;
        talked_s: string;
        charges: number;
        amount: string;
      }>(
        `select (select count(*)::int from usage_events) as events,
           (select sum(talked_s) from usage_events) as talked_s,
           count(*)::int as charges, sum(amount) as amount from charges`,
      );
      if (sums.events !== n || Number(sums.talked_s) !== talkedS || sums.charges !== 2 * n)
        throw new Error(`found ${JSON.stringify(sums)}, expected ${n} calls of ${talkedS} s`);
      return { checksum: sums.amount, verified: { events: sums.events, talkedS, charges: sums.charges } };
    }),
);
