import { existsSync, readFileSync } from "node:fs";
import { invariant } from "../src/core/invariant.ts";
import { bench } from "./bench.ts";
import { setUpCarrier } from "./carrier.ts";
import { fillMonth } from "./filled-month.ts";
import { HttpPipeline } from "./http-pipeline.ts";
import { inFlight } from "./in-flight.ts";
import type { Meter } from "./meter.ts";
import { withDatabase } from "./own-database.ts";
import { setUpPrepaid } from "./prepaid.ts";
import { type ServedApi, withServedApi } from "./served-api.ts";

const ACCOUNTS = 1_000;
const CONNECTIONS = 8;
const UNDER_WAY = 50;
const PAGE = 20;
const WARM_UP = 200;

/** Sends `n` requests, the first of them to warm up, over a few connections. */
function drive(
  { n, accounts, meter }: { readonly n: number; readonly accounts: number; readonly meter: Meter },
  send: (pipeline: HttpPipeline, request: number) => Promise<void>,
) {
  return withDatabase(async (db, databasePid) => {
    const { operator } = await setUpPrepaid(db, accounts);
    return await withServedApi(db, { tenantId: operator.tenantId, meter }, async ({ url, secret }) => {
      meter.watch(databasePid);
      const lines = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpPipeline.open(url, secret)));
      const one = async (request: number): Promise<void> => {
        const line = lines[request % CONNECTIONS];
        invariant(line, "there is a connection for every request");
        await send(line, request);
      };
      const first = Math.min(n, WARM_UP);
      await inFlight(first, (request) => one(n + request), UNDER_WAY);
      meter.start();
      const latenciesMs = await inFlight(n, one, UNDER_WAY);
      meter.stop();
      await Promise.all(lines.map((line) => line.close()));
      const { count } = await operator.figures<{ count: number }>("select count(*)::integer as count from accounts");
      return { checksum: String(count), verified: { accounts: count }, latenciesMs };
    });
  });
}

bench(
  `api: a page of ${PAGE} accounts, ${UNDER_WAY} under way`,
  { smoke: 40, full: 10_000, unit: "requests" },
  (n, meter) =>
    drive({ n, accounts: Math.min(n, ACCOUNTS), meter }, async (line) => {
      const { status, body } = await line.get(`/v1/accounts?limit=${PAGE}`);
      invariant(status === 200 && JSON.parse(body).items.length === PAGE, `a page is answered, got ${status} ${body}`);
    }),
);

bench(
  `api: an account created, ${UNDER_WAY} under way`,
  { smoke: 20, full: 4_000, unit: "requests" },
  async (n, meter) => {
    const document = { kind: "customer", name: "Made", payment: "prepaid", currency: "EUR", timeZone: "UTC" };
    const made = await drive({ n, accounts: 1, meter }, async (line, request) => {
      const { status, body } = await line.post("/v1/accounts", { ...document, code: `made-${request}` });
      invariant(status === 201, `an account is created, got ${status} ${body}`);
    });
    const expected = String(1 + n + Math.min(n, WARM_UP));
    invariant(made.checksum === expected, `${made.checksum} accounts are there, expected ${expected}`);
    return made;
  },
);

/** Memory that a process had at most; 0 where there is no /proc. */
function peakMib(pid: number): number {
  const [, kib = "0"] = existsSync("/proc")
    ? (/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [])
    : [];
  return Number(kib) / 1_024;
}

const LINE_END = 10;

/** Reads calls as CSV as they come, and counts their lines. */
async function exported({ url, secret }: ServedApi): Promise<number> {
  const query = "from=2026-02-01T00:00:00Z&to=2026-03-01T00:00:00Z&format=csv";
  const answer = await fetch(`${url}/v1/calls/export?${query}`, { headers: { authorization: `Bearer ${secret}` } });
  if (answer.status !== 200 || answer.body === null)
    throw new Error(`no export: ${answer.status} ${await answer.text()}`);
  let lines = 0;
  for await (const chunk of answer.body) for (const octet of chunk) if (octet === LINE_END) lines += 1;
  return lines - 1; // without the header
}

bench("api: calls exported as CSV", { smoke: 4_000, full: 5_000_000, unit: "calls" }, (n, meter) =>
  withDatabase(async (db, databasePid) => {
    const { tenantId } = (await setUpCarrier(db)).operator;
    await db.session((client) => fillMonth(client, tenantId, n));
    return await withServedApi(db, { tenantId, meter }, async (api) => {
      meter.watch(databasePid);
      const idle = peakMib(api.pid);
      meter.start();
      const calls = await exported(api);
      meter.stop();
      invariant(calls === n, `${calls} of ${n} calls are exported`);
      const figures = [
        { name: "peak memory of Tollwright", value: peakMib(api.pid), unit: "MiB" },
        { name: "before", value: idle, unit: "MiB" },
      ];
      return { checksum: String(calls), verified: { calls }, figures };
    });
  }),
);
