import { once } from "node:events";
import { join } from "node:path";
import pino from "pino";
import { counted } from "../core/counted.ts";
import { type ReplaysReport, watchReplays } from "../server/allowance/watch-replays.ts";
import { type RetentionWatch, watchRetention } from "../server/archive/watch-retention.ts";
import { totalsRoutes } from "../server/completeness/routes.ts";
import { type AlarmsReport, watchAlarms } from "../server/completeness/watch-alarms.ts";
import { startHttp } from "../server/http/http-server.ts";
import { PushReceiver } from "../server/mediation/receive-push.ts";
import { mediationRoutes } from "../server/mediation/routes.ts";
import { type FoldersReport, watchFolders } from "../server/mediation/watch-folders.ts";
import type { Pull } from "../server/pulls/find-pulls.ts";
import { type PullsReport, runPulls } from "../server/pulls/run-pulls.ts";
import { type RunningSyslog, type SyslogReport, startSyslog } from "../server/syslog/start-syslog.ts";
import { deletedLine, outcomeLine } from "./archive-run.ts";
import { defineCommand } from "./command.ts";
import { folderLine } from "./folder-line.ts";
import { pullEndLine, pullLine } from "./pull-line.ts";

const STDERR = 2;

/** `tollwright start` */
export const startCommand = defineCommand({
  name: "start",
  summary: "run everything in one process: database, HTTP, watched folders, pulls, syslog",
  about:
    "Runs until SIGTERM or SIGINT and then finishes what is under way; a second signal ends it at once. Where it listens " +
    "is set by TOLLWRIGHT_HTTP_HOST and TOLLWRIGHT_HTTP_PORT, and for syslog by TOLLWRIGHT_SYSLOG_*. Sources and folders that are applied while it runs are taken " +
    "up within seconds. Logs go to standard error, one JSON object a line.",
  endsBySignal: true,
  examples: [
    { command: "tollwright start", does: "Listens on 127.0.0.1 port 8080." },
    { command: "TOLLWRIGHT_HTTP_HOST=0.0.0.0 tollwright start", does: "Takes records from other machines." },
  ],
  async run(context) {
    const { httpHost: host, httpPort: port, logLevel } = context.config;
    const db = await context.db();
    const log = pino({ level: logLevel }, pino.destination({ dest: STDERR, sync: true }));
    const receiver = new PushReceiver(db);
    const http = await startHttp({ host, port, db, log, routes: [mediationRoutes(db, receiver), totalsRoutes(db)] });
    context.note(`Listening on ${http.url}`);
    const report: FoldersReport = {
      event: (event) => log[event.kind === "failed" ? "warn" : "info"](folderLine(event)),
      begun: ({ dir, source }) => context.note(`Watching ${dir} for ${source}`),
      ended: ({ dir, source }) => context.note(`No longer watching ${dir} for ${source}`),
      settingsFailed: (error) => log.warn(`The folders to watch could not be looked up: ${String(error)}`),
    };
    const watching = watchFolders(db, report, { signal: context.signal });
    const pulling = runPulls(db, pullsReport(log), {
      spoolDir: join(context.config.dataDir, "spool"),
      signal: context.signal,
    });
    const syslog = await startSyslog(db, context.config, syslogReport(log));
    if (syslog !== undefined) context.note(syslogLine(context.config.syslogHost, syslog));
    const alarms = watchAlarms(db, alarmsReport(log), { signal: context.signal });
    const replays = watchReplays(db, replaysReport(log), { signal: context.signal });
    const { archiveDir } = context.config;
    const retention = watchRetention(db, retentionWatch(log), { archiveDir, signal: context.signal });
    if (!context.signal.aborted) await once(context.signal, "abort");
    await http.close();
    await Promise.all([receiver.settled(), watching, pulling, syslog?.close(), alarms, replays, retention]);
    return { json: { url: http.url, state: "stopped" }, human: ["Stopped."] };
  },
});

const syslogReport = (log: pino.Logger): SyslogReport => ({
  stranger: (address) => log.warn(`Syslog messages from ${address} are not taken: no source lets this address in.`),
  failed: (source, error) => log.warn(`Syslog messages of ${source} wait in their backlog: ${String(error)}`),
  settingsFailed: (error) => log.warn(`The sources of syslog messages could not be looked up: ${String(error)}`),
});

const syslogLine = (host: string, { port, tlsPort }: RunningSyslog): string =>
  `Listening for syslog on ${[port === null ? [] : `${host}:${port} (UDP, TCP)`, tlsPort === null ? [] : `${host}:${tlsPort} (TLS)`].flat().join(" and ")}`;

const pullsReport = (log: pino.Logger): PullsReport => {
  const nameOf = ({ source, settings }: Pull) => `${source.name}/${settings.name}`;
  return {
    event: (pull, event) => log[event.kind === "failed" ? "warn" : "info"](pullLine(nameOf(pull), event)),
    ended: (pull, end) => {
      const line = pullEndLine(nameOf(pull), end);
      if (line !== null && end.kind !== "busy") log.warn(line);
    },
    failed: (error) => log.warn(`The pulls could not be looked up: ${String(error)}`),
  };
};

const replaysReport = (log: pino.Logger): ReplaysReport => ({
  replayed: (tenant, { months, entries }) =>
    log.info(`${tenant}: ${counted(months, "month")} priced again in turn, ${counted(entries, "entry", "entries")}.`),
  failed: (tenant, error) => log.warn(`${tenant}: months could not be priced again: ${String(error)}`),
  tenantsFailed: (error) => log.warn(`The tenants could not be looked up: ${String(error)}`),
});

const retentionWatch = (log: pino.Logger): RetentionWatch => ({
  done: (tenant, { months, deleted }) => {
    for (const month of months) log.info(`Retention of ${tenant}: ${outcomeLine(month)}`);
    for (const part of deleted) log.info(`Retention of ${tenant}: ${deletedLine(part)}`);
  },
  failed: (error) => log.warn(`A retention policy could not be applied: ${String(error)}`),
});

const alarmsReport = (log: pino.Logger): AlarmsReport => ({
  changed: ({ raised, cleared }) => {
    for (const { kind, what, fix } of raised) log.warn(`Alarm: ${what} ${fix} [${kind}]`);
    for (const { kind, what } of cleared) log.info(`Over: ${what} [${kind}]`);
  },
  failed: (error) => log.warn(`The alarms could not be looked at: ${String(error)}`),
});
