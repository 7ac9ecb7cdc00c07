import { invariant } from "../src/core/invariant.ts";
import { Charging } from "../src/server/charging/charging.ts";
import type { Database } from "../src/server/db/database.ts";
import { type BenchOutcome, bench } from "./bench.ts";
import { inFlight } from "./in-flight.ts";
import type { Meter } from "./meter.ts";
import { withDatabase } from "./own-database.ts";
import { authorise, setUpPrepaid } from "./prepaid.ts";

async function reserve(db: Database, n: number, accounts: number, meter: Meter): Promise<BenchOutcome> {
  const prepaid = await setUpPrepaid(db, accounts);
  const { tenantId } = prepaid.operator;
  const charging = new Charging(db);
  await charging.decide(tenantId, authorise(prepaid, n)); // settings and prices are read
  meter.start();
  const latenciesMs = await inFlight(n, async (i) => {
    const answer = await charging.decide(tenantId, authorise(prepaid, i));
    invariant(answer.kind === "granted" && answer.talkS === 60, "every call is granted its minute");
  });
  meter.stop();
  const { held, open } = await prepaid.operator.figures<{ held: string; open: number }>(
    "select trim_scale(sum(held))::text as held, sum(open_sessions)::integer as open from account_holds",
  );
  invariant(open === n + 1, `${open} sessions are open, expected ${n + 1}`);
  return { checksum: held, verified: { open }, latenciesMs };
}

bench(
  "charging: a durable reservation, 10,000 accounts, 500 in flight",
  { smoke: 300, full: 200_000, unit: "reservations", floor: 20_000, goal: 35_000 },
  (n, meter) =>
    withDatabase((db, pid) => {
      meter.watch(pid);
      return reserve(db, n, Math.min(10_000, n), meter);
    }),
);

bench(
  "charging: a durable reservation, one hot account, 500 in flight",
  { smoke: 300, full: 20_000, unit: "reservations" },
  (n, meter) =>
    withDatabase((db, pid) => {
      meter.watch(pid);
      return reserve(db, n, 1, meter);
    }),
);

bench(
  "charging: a durable reservation, 1,000,000 accounts, 500 in flight",
  { smoke: 300, full: 200_000, unit: "reservations" },
  (n, meter) =>
    withDatabase((db, pid) => {
      meter.watch(pid);
      return reserve(db, n, 5 * n, meter);
    }),
);
