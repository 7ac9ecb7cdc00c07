import type pino from "pino";
import type { Charging } from "../server/charging/charging.ts";
import type { Database } from "../server/db/database.ts";
import { type HttpOptions, type HttpServer, startHttp } from "../server/http/http-server.ts";
import type { Readiness } from "../server/http/readiness.ts";
import { HttpTls } from "../server/http/tls-files.ts";
import type { Metrics } from "../server/metrics/metrics.ts";
import { type MetricsServer, readMetricsToken, startMetrics } from "../server/metrics/metrics-server.ts";
import type { OutageDesk } from "../server/outage/outage-desk.ts";
import { startSwitches } from "../server/switches/start-switches.ts";
import type { SwitchListener } from "../server/switches/switch-listener.ts";
import { type RunningSyslog, startSyslog } from "../server/syslog/start-syslog.ts";
import type { CommandContext } from "./command.ts";
import { switchReports, syslogReport, tlsReport } from "./log-reports.ts";

/** What answers behind the ports. */
export interface PortParts {
  readonly db: Database;
  readonly log: pino.Logger;
  readonly charging: Charging;
  readonly outage: OutageDesk;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly routes: HttpOptions["routes"];
}

/** Ports that are open. */
export interface Ports {
  readonly http: HttpServer;
  readonly switches: readonly SwitchListener[];
  readonly syslog: RunningSyslog | undefined;
  /** Undefined: no metrics are told. */
  readonly metricsServer: MetricsServer | undefined;
}

/**
 * Opens every port, and then says so. One that cannot be had closes those before it: the process would stay, and do
 * half of its work. Errors: Problems of a port that cannot be had.
 */
export async function openPorts(context: CommandContext, parts: PortParts): Promise<Ports> {
  const { db, log, charging, outage, metrics } = parts;
  const { config } = context;
  const begun = new AsyncDisposableStack();
  begun.defer(() => outage.close());
  try {
    const metricsServer = await tellMetrics(context, metrics);
    if (metricsServer !== undefined) begun.defer(() => metricsServer.close());
    const syslog = await startSyslog(db, config, syslogReport(log));
    if (syslog !== undefined) begun.defer(() => syslog.close());
    const chargingOver: Parameters<typeof startSwitches>[2]["chargingOver"] = (protocol) =>
      charging.metered(metrics.chargingOver(protocol));
    const switches = await startSwitches(db, config, { chargingOver, reports: switchReports(log) });
    for (const listener of switches) begun.defer(() => listener.close());
    const http = await openHttp(context, parts);
    context.note(`Listening on ${http.url}`);
    if (syslog !== undefined) context.note(syslogLine(config.syslogHost, syslog));
    for (const { shown } of switches) if (shown !== null) context.note(`Listening for ${shown}`);
    if (metricsServer !== undefined) context.note(`Metrics on ${metricsServer.url}`);
    return { http, switches, syslog, metricsServer };
  } catch (error) {
    await begun.disposeAsync();
    throw error;
  }
}

async function openHttp({ config }: CommandContext, parts: PortParts): Promise<HttpServer> {
  const { db, log, routes, metrics, readiness } = parts;
  return await startHttp({
    ...{ host: config.httpHost, port: config.httpPort, db, log, routes, readiness },
    ...{ meter: metrics.http, logRequests: config.logRequests },
    names: config.httpNames?.split(",") ?? null,
    proxies: config.httpProxies?.split(",") ?? [],
    tls: await HttpTls.open(config, tlsReport(log)),
  });
}

async function tellMetrics({ config }: CommandContext, metrics: Metrics): Promise<MetricsServer | undefined> {
  const { metricsHost: host, metricsPort: port, metricsTokenFile } = config;
  if (port === null) return undefined;
  return await startMetrics(metrics, { host, port, token: await readMetricsToken(metricsTokenFile) });
}

function syslogLine(host: string, { port, tlsPort }: RunningSyslog): string {
  const open = port === null ? [] : [`${host}:${port} (UDP, TCP)`];
  const secure = tlsPort === null ? [] : [`${host}:${tlsPort} (TLS)`];
  return `Listening for syslog on ${[...open, ...secure].join(" and ")}`;
}
