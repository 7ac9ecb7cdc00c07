import { once } from "node:events";
import { join } from "node:path";
import pino from "pino";
import { watchReplays } from "../server/allowance/watch-replays.ts";
import { watchRetention } from "../server/archive/watch-retention.ts";
import { AccountCharging } from "../server/charging/account-charging.ts";
import { accountRoutes } from "../server/charging/account-routes.ts";
import { Charging } from "../server/charging/charging.ts";
import { chargingRoutes } from "../server/charging/routes.ts";
import { watchBalances } from "../server/charging/watch-balances.ts";
import { watchSessions } from "../server/charging/watch-sessions.ts";
import { totalsRoutes } from "../server/completeness/routes.ts";
import { watchAlarms } from "../server/completeness/watch-alarms.ts";
import { cutRoutes } from "../server/cuts/routes.ts";
import { watchCuts } from "../server/cuts/watch-cuts.ts";
import type { Database } from "../server/db/database.ts";
import { logEvents } from "../server/events/log-events.ts";
import { startHttp } from "../server/http/http-server.ts";
import { PushReceiver } from "../server/mediation/receive-push.ts";
import { mediationRoutes } from "../server/mediation/routes.ts";
import { watchFolders } from "../server/mediation/watch-folders.ts";
import { openOutageDesk } from "../server/outage/open-outage-desk.ts";
import type { OutageDesk } from "../server/outage/outage-desk.ts";
import { runPulls } from "../server/pulls/run-pulls.ts";
import { startSwitches } from "../server/switches/start-switches.ts";
import { xmlCurlRoutes } from "../server/switches/xml-curl-routes.ts";
import { type RunningSyslog, startSyslog } from "../server/syslog/start-syslog.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { databaseOrLater } from "./database-or-later.ts";
import {
  alarmsReport,
  cutsWatch,
  eventsLog,
  foldersReport,
  outageReport,
  pullsReport,
  replaysReport,
  retentionWatch,
  sessionsWatch,
  switchReports,
  syslogReport,
} from "./log-reports.ts";

const STDERR = 2;

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
    const { logLevel } = context.config;
    const log = pino({ level: logLevel }, pino.destination({ dest: STDERR, sync: true }));
    const db = await databaseOrLater(context, log);
    const receiver = new PushReceiver(db);
    const charging = new Charging(db);
    const outage = await openOutageDesk(db, charging, { ...context.config, report: outageReport(log) });
    const routes = [
      mediationRoutes(db, receiver),
      totalsRoutes(db),
      chargingRoutes(db, charging),
      accountRoutes(db, new AccountCharging(db, charging)),
      cutRoutes(db),
      xmlCurlRoutes(db, charging),
    ];
    const { http, switches, syslog } = await openPorts(context, { db, log, charging, outage, routes });
    const { signal } = context;
    const watching = watchFolders(db, foldersReport(log, context), { signal });
    const pulling = runPulls(db, pullsReport(log), { spoolDir: join(context.config.dataDir, "spool"), signal });
    const alarms = watchAlarms(db, alarmsReport(log), { signal });
    const replays = watchReplays(db, replaysReport(log), { signal });
    const sessions = watchSessions(db, charging, { watch: sessionsWatch(log), signal });
    const cutters = switches.flatMap(({ cutter }) => (cutter === null ? [] : [cutter]));
    const cuts = watchCuts(db, cutters, {
      ...{ watch: cutsWatch(log), signal },
      isCatchingUp: () => charging.isCatchingUp,
    });
    const warningsFailed = (error: unknown) => log.warn(`Balances could not be looked at: ${String(error)}`);
    const warnings = watchBalances(db, { failed: warningsFailed, signal });
    const events = logEvents(db, eventsLog(log), { signal });
    const { archiveDir } = context.config;
    const retention = watchRetention(db, retentionWatch(log), { archiveDir, signal });
    if (!signal.aborted) await once(signal, "abort");
    await Promise.all([http, ...switches].map((listener) => listener.close()));
    await Promise.all([
      receiver.settled(),
      charging.settled().then(() => outage.close()),
      sessions,
      warnings,
      events,
      cuts,
      watching,
      pulling,
      syslog?.close(),
      alarms,
      replays,
      retention,
    ]);
    return { json: { url: http.url, state: "stopped" }, human: ["Stopped."] };
  },
});

/**
 * Opens every port, and then says so. One that cannot be had closes those before it: the process would stay, and do
 * half of its work.
 */
async function openPorts(context: CommandContext, { db, log, charging, outage, routes }: Parts) {
  const { config } = context;
  const begun = new AsyncDisposableStack();
  begun.defer(() => outage.close());
  try {
    const syslog = await startSyslog(db, config, syslogReport(log));
    if (syslog !== undefined) begun.defer(() => syslog.close());
    const switches = await startSwitches(db, config, { charging, reports: switchReports(log) });
    for (const listener of switches) begun.defer(() => listener.close());
    const http = await startHttp({ host: config.httpHost, port: config.httpPort, db, log, routes });
    context.note(`Listening on ${http.url}`);
    if (syslog !== undefined) context.note(syslogLine(config.syslogHost, syslog));
    for (const { shown } of switches) if (shown !== null) context.note(`Listening for ${shown}`);
    return { http, switches, syslog };
  } catch (error) {
    await begun.disposeAsync();
    throw error;
  }
}

interface Parts {
  readonly db: Database;
  readonly log: pino.Logger;
  readonly charging: Charging;
  readonly outage: OutageDesk;
  readonly routes: Parameters<typeof startHttp>[0]["routes"];
}

function syslogLine(host: string, { port, tlsPort }: RunningSyslog): string {
  const open = port === null ? [] : [`${host}:${port} (UDP, TCP)`];
  const secure = tlsPort === null ? [] : [`${host}:${tlsPort} (TLS)`];
  return `Listening for syslog on ${[...open, ...secure].join(" and ")}`;
}
