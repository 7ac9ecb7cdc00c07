import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import manifest from "../../package.json" with { type: "json" };
import { Charging } from "../server/charging/charging.ts";
import { databaseCheck, Readiness } from "../server/http/readiness.ts";
import { openLog } from "../server/logging/open-log.ts";
import { PushReceiver } from "../server/mediation/receive-push.ts";
import { Metrics } from "../server/metrics/metrics.ts";
import { openOutageDesk } from "../server/outage/open-outage-desk.ts";
import type { OutageDesk } from "../server/outage/outage-desk.ts";
import { defineCommand } from "./command.ts";
import { databaseOrLater } from "./database-or-later.ts";
import { shutdownIncomplete } from "./failure.ts";
import { outageReport } from "./log-reports.ts";
import { startBackground } from "./start-background.ts";
import { openPorts, type Ports } from "./start-ports.ts";
import { startRoutes } from "./start-routes.ts";
import { unfinishedAfter } from "./unfinished-after.ts";

const STDERR = 2;
const MS_PER_S = 1_000;

/** `tollwright start` */
export const startCommand = defineCommand({
  name: "start",
  summary: "run everything in one process: database, HTTP, RADIUS, Diameter, watched folders, pulls, syslog",
  about:
    "Runs until SIGTERM or SIGINT and then finishes what is under way; a second signal ends it at once. Where it listens " +
    "is set by TOLLWRIGHT_HTTP_HOST and TOLLWRIGHT_HTTP_PORT, for syslog by TOLLWRIGHT_SYSLOG_*, for RADIUS by TOLLWRIGHT_RADIUS_*, for Diameter by TOLLWRIGHT_DIAMETER_*, for OpenSIPS by TOLLWRIGHT_CGRATES_*, for FreeSWITCH by TOLLWRIGHT_EVENT_SOCKET_*, and for Asterisk by TOLLWRIGHT_AGI_*. Sources and " +
    "folders that are applied while it runs are taken up within seconds. Logs go to standard error, one JSON object " +
    "a line.",
  endsBySignal: true,
  examples: [
    { command: "tollwright start", does: "Listens on 127.0.0.1 port 8080." },
    { command: "TOLLWRIGHT_HTTP_HOST=0.0.0.0 tollwright start", does: "Takes records from other machines." },
  ],
  async run(context) {
    const { config, signal } = context;
    const log = openLog(config, pino.destination({ dest: STDERR, sync: true }));
    const metrics = new Metrics(manifest.version);
    const db = await databaseOrLater(context, log, metrics);
    const receiver = new PushReceiver(db);
    const charging = new Charging(db, undefined, { batches: metrics.batches });
    const outage = await openOutageDesk(db, charging, { ...config, report: outageReport(log) });
    const { routes, close: closeRoutes } = startRoutes(context, { db, receiver, charging, metrics });
    const readiness = new Readiness([databaseCheck(db), () => (outage.isBehind ? "outage" : null)]);
    const ports = await openPorts(context, { db, log, charging, outage, metrics, readiness, routes });
    const { http, switches, syslog } = ports;
    metrics.queues.show({ outage, syslog });
    const background = startBackground(context, { db, log, charging, metrics, switches });
    if (!signal.aborted) await once(signal, "abort");
    readiness.end();
    await sleep(config.drainS * MS_PER_S);
    const work = new Map([...background, ...endOfPorts(ports, { receiver, charging, outage })]);
    const left = await unfinishedAfter(work, config.shutdownS * MS_PER_S);
    if (left.length > 0) throw shutdownIncomplete({ left, seconds: config.shutdownS });
    await closeRoutes();
    await ports.metricsServer?.close();
    metrics.end();
    return { json: { url: http.url, state: "stopped" }, human: ["Stopped."] };
  },
});

/** Closes the ports, and then what their requests have begun; answers by name what ends when that is done. */
function endOfPorts(
  { http, switches, syslog }: Ports,
  { receiver, charging, outage }: EndingParts,
): ReadonlyMap<string, Promise<unknown>> {
  const requests = http.close();
  const calls = Promise.all(switches.map((listener) => listener.close()));
  const closed = Promise.all([requests, calls]);
  return new Map<string, Promise<unknown>>([
    ["requests over HTTP", requests],
    ["requests of switches", calls],
    ["posted records", closed.then(() => receiver.settled())],
    ["charging", closed.then(() => charging.settled()).then(() => outage.close())],
    ["syslog messages", closed.then(() => syslog?.close())],
  ]);
}

interface EndingParts {
  readonly receiver: PushReceiver;
  readonly charging: Charging;
  readonly outage: OutageDesk;
}
