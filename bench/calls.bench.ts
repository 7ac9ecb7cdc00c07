import { existsSync, readFileSync } from "node:fs";
import { invariant } from "../src/core/invariant.ts";
import { nanosToSql } from "../src/core/money/nanos.ts";
import { booksOf, walletsOf } from "../test/support/prepaid-customer.ts";
import { type BenchOutcome, bench } from "./bench.ts";
import { TALKED_S, wholeCall } from "./call-line.ts";
import { type LineProtocol, withChargedSwitch } from "./charged-switch.ts";
import { atRate, inFlight } from "./in-flight.ts";
import type { Meter } from "./meter.ts";
import type { Prepaid } from "./prepaid.ts";

const ACCOUNTS = 10_000;
/** Calls whose next step is under way: fewer than a RADIUS client has identifiers. */
const CALLS_UNDER_WAY = 400;
const WARM_UP = 500;
/** Nanos that an account begins with, and that a call costs: .06 a minute. */
const PAID_IN = 2_400_000_000_000n;
const PAID_PER_CALL = 1_000_000n * BigInt(TALKED_S);

/** The money of all wallets together that is gone after so many calls, and nothing held; answers what is left. */
async function verify({ operator, accounts }: Prepaid, calls: number): Promise<BenchOutcome> {
  const books = await booksOf(operator);
  const wallets = await walletsOf(operator);
  const left = PAID_IN * BigInt(accounts) - PAID_PER_CALL * BigInt(calls);
  invariant(books.calls === calls && books.seconds === calls * TALKED_S, `${books.calls} of ${calls} calls are stored`);
  invariant(wallets === left, `the wallets hold ${wallets} nanos, expected ${left}`);
  invariant(books.held === 0 && books.open === 0, `${books.held} is held still, of ${books.open} sessions`);
  return { checksum: nanosToSql(wallets), verified: { calls: books.calls, seconds: books.seconds } };
}

const drive = (protocol: LineProtocol, n: number, meter: Meter): Promise<BenchOutcome> =>
  withChargedSwitch({ protocol, accounts: Math.min(ACCOUNTS, n), meter }, async ({ prepaid, line }) => {
    const first = Math.min(n, WARM_UP);
    await inFlight(first, (call) => wholeCall(line, n + call), CALLS_UNDER_WAY);
    meter.start();
    const latenciesMs = await inFlight(n, (call) => wholeCall(line, call), CALLS_UNDER_WAY);
    meter.stop();
    return { ...(await verify(prepaid, first + n)), latenciesMs };
  });

const WHOLE = "whole prepaid calls (authorise, start, 3 reports, stop)";

bench(`calls: ${WHOLE} over HTTP`, { smoke: 20, full: 20_000, unit: "calls", floor: 1_000, goal: 2_500 }, (n, meter) =>
  drive("HTTP", n, meter),
);

bench(
  `calls: ${WHOLE} over RADIUS`,
  { smoke: 20, full: 20_000, unit: "calls", floor: 1_500, goal: 4_000 },
  (n, meter) => drive("RADIUS", n, meter),
);

bench(`calls: ${WHOLE} over Diameter`, { smoke: 20, full: 20_000, unit: "calls" }, (n, meter) =>
  drive("Diameter", n, meter),
);

/** Authorises calls that are warm-up, then `n` more by `send`; answers how long those took. */
const authorise = (
  n: number,
  meter: Meter,
  send: (one: (call: number) => Promise<void>) => Promise<Float64Array>,
): Promise<{ readonly outcome: BenchOutcome; readonly latenciesMs: Float64Array; readonly residentMib: number }> =>
  withChargedSwitch({ protocol: "RADIUS", accounts: Math.min(ACCOUNTS, n), meter }, async ({ prepaid, line, pid }) => {
    const first = Math.min(n, WARM_UP);
    await inFlight(first, (call) => line.authorise(n + call), CALLS_UNDER_WAY);
    meter.start();
    const latenciesMs = await send((call) => line.authorise(call));
    meter.stop();
    const { open } = await booksOf(prepaid.operator);
    invariant(open === first + n, `${open} sessions are open, expected ${first + n}`);
    const outcome = { checksum: String(open), verified: { open }, latenciesMs };
    return { outcome, latenciesMs, residentMib: residentMib(pid) };
  });

/** Memory that a process has now; 0 where there is no /proc. */
function residentMib(pid: number): number {
  const [, kib = "0"] = existsSync("/proc")
    ? (/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [])
    : [];
  return Number(kib) / 1_024;
}

const RATE_PER_S = 2_000;

bench(
  `calls: authorisations over RADIUS, ${RATE_PER_S} a second offered`,
  { smoke: 20, full: 40_000, unit: "authorisations" },
  async (n, meter) => {
    const { outcome, latenciesMs } = await authorise(n, meter, (one) => atRate(n, RATE_PER_S, one));
    const p99 = latenciesMs.toSorted()[Math.ceil(n * 0.99) - 1] ?? 0;
    return {
      ...outcome,
      figures: [{ name: "p99 from the moment it was due", value: p99, unit: "ms", max: 20, goal: 8 }],
    };
  },
);

bench(
  "calls: memory of Tollwright with 100,000 open sessions",
  { smoke: 20, full: 100_000, unit: "authorisations" },
  async (n, meter) => {
    const { outcome, residentMib: value } = await authorise(n, meter, (one) => inFlight(n, one, CALLS_UNDER_WAY));
    return { ...outcome, figures: [{ name: "resident memory", value, unit: "MiB", max: 1_024, goal: 400 }] };
  },
);
