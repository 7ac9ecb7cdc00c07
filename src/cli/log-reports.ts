import type pino from "pino";
import { counted } from "../core/counted.ts";
import type { ReplaysReport } from "../server/allowance/watch-replays.ts";
import type { RetentionWatch } from "../server/archive/watch-retention.ts";
import type { SessionsWatch } from "../server/charging/watch-sessions.ts";
import type { AlarmsReport } from "../server/completeness/watch-alarms.ts";
import type { CutsWatch } from "../server/cuts/watch-cuts.ts";
import { eventText } from "../server/events/event.ts";
import { EVENTS } from "../server/events/event-catalogue.ts";
import type { EventsLog } from "../server/events/log-events.ts";
import type { TlsReport } from "../server/http/tls-files.ts";
import type { FoldersReport } from "../server/mediation/watch-folders.ts";
import type { OutageReport } from "../server/outage/outage-desk.ts";
import type { Pull } from "../server/pulls/find-pulls.ts";
import type { PullsReport } from "../server/pulls/run-pulls.ts";
import type { EvapiReport } from "../server/switches/kamailio-link.ts";
import type { RpcReport } from "../server/switches/rpc-clients.ts";
import type { AgiStartReport } from "../server/switches/start-agi.ts";
import type { AriStartReport } from "../server/switches/start-ari.ts";
import type { DiameterStartReport } from "../server/switches/start-diameter.ts";
import type { EventSocketStartReport } from "../server/switches/start-event-socket.ts";
import type { OpensipsReport } from "../server/switches/start-opensips.ts";
import type { RadiusReport } from "../server/switches/start-radius.ts";
import type { SwitchReports } from "../server/switches/start-switches.ts";
import type { SyslogReport } from "../server/syslog/start-syslog.ts";
import type { WebhooksReport } from "../server/webhooks/webhook-deliverer.ts";
import { deletedLine, outcomeLine } from "./archive-run.ts";
import type { CommandContext } from "./command.ts";
import { folderLine } from "./folder-line.ts";
import { pullEndLine, pullLine } from "./pull-line.ts";

/*
 * What the parts of `tollwright start` have to tell, as lines of its log.
 */

/** Watched folders; which they are is said to who started it. */
export const foldersReport = (log: pino.Logger, context: Pick<CommandContext, "note">): FoldersReport => ({
  event: (event) => log[event.kind === "failed" ? "warn" : "info"](folderLine(event)),
  begun: ({ dir, source }) => context.note(`Watching ${dir} for ${source}`),
  ended: ({ dir, source }) => context.note(`No longer watching ${dir} for ${source}`),
  settingsFailed: (error) => log.warn(`The folders to watch could not be looked up: ${String(error)}`),
});

/** Syslog messages that are not taken, or wait. */
export const syslogReport = (log: pino.Logger): SyslogReport => ({
  stranger: (address) => log.warn(`Syslog messages from ${address} are not taken: no source lets this address in.`),
  failed: (source, error) => log.warn(`Syslog messages of ${source} wait in their backlog: ${String(error)}`),
  settingsFailed: (error) => log.warn(`The sources of syslog messages could not be looked up: ${String(error)}`),
});

/** Pulls; that another process runs one is nothing to tell. */
export const pullsReport = (log: pino.Logger): PullsReport => {
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

/** The certificate of the HTTP API. */
export const tlsReport = (log: pino.Logger): TlsReport => ({
  renewed: (until) => log.info(`HTTP: a new certificate is used, until ${until}.`),
  failed: (error) => log.error(`HTTP: the certificate's files were changed and can't be used: ${String(error)}`),
});

/** Balances that are watched for their thresholds. */
export const balancesReport = (log: pino.Logger) => ({
  failed: (error: unknown) => log.warn(`Balances could not be looked at: ${String(error)}`),
});

/** Operations, whose own faults are tried again. */
export const operationsReport = (log: pino.Logger) => ({
  failed: (error: unknown) => log.error({ err: error }, "An operation could not be worked on; it is tried again."),
});

/** Events that somebody should hear of. */
export const eventsLog = (log: pino.Logger): EventsLog => ({
  happened: (event) =>
    log[EVENTS[event.kind].isWarning ? "warn" : "info"](
      { event: event.kind, tenant: event.tenantId, ...event.data },
      eventText(event),
    ),
  failed: (error) => log.warn(`Events could not be logged: ${String(error)}`),
});

/** Deliveries of webhooks: what failed, and which are turned off. */
export const webhooksReport = (log: pino.Logger): WebhooksReport => ({
  tried: ({ webhookId, event, tries }, { status, what, tookMs }) =>
    log.debug({ webhook: webhookId, event: event.kind, tries, status, what, tookMs }, "A webhook was called."),
  disabled: ({ webhookId }, reason) => log.warn(`Webhook ${webhookId} is turned off: ${reason}.`),
  failed: (error) => log.warn(`Webhooks could not be delivered: ${String(error)}`),
});

/** Months that were priced again. */
export const replaysReport = (log: pino.Logger): ReplaysReport => ({
  replayed: (tenant, { months, entries }) =>
    log.info(`${tenant}: ${counted(months, "month")} priced again in turn, ${counted(entries, "entry", "entries")}.`),
  failed: (tenant, error) => log.warn(`${tenant}: months could not be priced again: ${String(error)}`),
  tenantsFailed: (error) => log.warn(`The tenants could not be looked up: ${String(error)}`),
});

/** Months that went to the archive or were deleted there. */
export const retentionWatch = (log: pino.Logger): RetentionWatch => ({
  done: (tenant, { months, deleted }) => {
    for (const month of months) log.info(`Retention of ${tenant}: ${outcomeLine(month)}`);
    for (const part of deleted) log.info(`Retention of ${tenant}: ${deletedLine(part)}`);
  },
  failed: (error) => log.warn(`A retention policy could not be applied: ${String(error)}`),
});

/** What happens with switches that ask for their calls. */
export const switchReports = (log: pino.Logger): SwitchReports => ({
  radius: radiusReport(log),
  diameter: diameterReport(log),
  jsonRpc: jsonRpcReport(log),
  evapi: evapiReport(log),
  opensips: opensipsReport(log),
  eventSocket: eventSocketReport(log),
  agi: agiReport(log),
  ari: ariReport(log),
});

/** What happens with Diameter peers. */
const diameterReport = (log: pino.Logger): DiameterStartReport => ({
  notice: ({ event, peer, what, times, error }) => {
    const line = `Diameter: ${peer}: ${event}${what === "" ? "" : ` (${what})`}, ${counted(times, "time")}.`;
    if (error !== undefined) log.error({ err: error }, line);
    else log[event === "connected" || event === "disconnected" ? "info" : "warn"](line);
  },
  failed: (error) => log.warn(`Diameter: the peers could not be read again: ${String(error)}`),
});

/** FastAGI connections that came to nothing. */
const agiReport = (log: pino.Logger): AgiStartReport => ({
  notice: ({ event, address, what, times, error }) => {
    const line = `FastAGI: ${address}: ${event}${what === "" ? "" : ` (${what})`}, ${counted(times, "time")}.`;
    if (error === undefined) log.warn(line);
    else log.error({ err: error }, line);
  },
  failed: (error) => log.warn(`FastAGI: the sources could not be read again: ${String(error)}`),
});

/** What happens with FreeSWITCHes. */
const eventSocketReport = (log: pino.Logger): EventSocketStartReport => ({
  notice: ({ happening, where, what, times }) => {
    const line = `FreeSWITCH: ${where}: ${happening}${what === "" ? "" : ` (${what})`}, ${counted(times, "time")}.`;
    log[happening === "connected" ? "info" : "warn"](line);
  },
  unusable: (source, error) => log.warn(`FreeSWITCH: source "${source}" can't be connected to: ${String(error)}`),
  failed: (error) => log.warn(`FreeSWITCH: the sources could not be read again: ${String(error)}`),
});

/** Connections to Asterisks, and calls that could not be followed there. */
const ariReport = (log: pino.Logger): AriStartReport => ({
  happened: (source, happening, what) =>
    log[happening === "connected" ? "info" : "warn"](`ARI: ${source}: ${happening}${what === "" ? "" : ` (${what})`}.`),
  unusable: (source, error) => log.warn(`ARI: source "${source}" can't be connected to: ${String(error)}`),
  failed: (source, error) =>
    log.warn(
      source === null
        ? `ARI: the sources could not be read again: ${String(error)}`
        : `ARI: a call of ${source} could not be followed: ${String(error)}`,
    ),
});

/** RADIUS packets that got no answer, and clients that cannot be used. */
const radiusReport = (log: pino.Logger): RadiusReport => ({
  dropped: ({ reason, address, times, error }) => {
    const line = `RADIUS: ${counted(times, "packet")} dropped (${reason}), the last from ${address}.`;
    if (error === undefined) log.warn(line);
    else log.error({ err: error }, line);
  },
  unusable: (source, error) => log.warn(`RADIUS: source "${source}" can't be a client: ${String(error)}`),
  failed: (error) => log.warn(`RADIUS: the clients could not be read again: ${String(error)}`),
});

/** Switches that cannot be told anything by JSON-RPC. */
const jsonRpcReport = (log: pino.Logger): RpcReport => ({
  unusable: (source, error) => log.warn(`JSON-RPC: source "${source}" can't be told anything: ${String(error)}`),
  failed: (error) => log.warn(`JSON-RPC: the sources could not be read again: ${String(error)}`),
});

/** Kamailios that are spoken to by evapi. */
const evapiReport = (log: pino.Logger): EvapiReport => ({
  connected: (source) => log.info(`evapi: connected to ${source}.`),
  lost: (source, why) => log.warn(`evapi: no connection to ${source}: ${why}. It is tried again.`),
  odd: (source, what) => log.warn(`evapi: an event of ${source} is not charged: ${what}.`),
  failed: (source, error) => log.error({ err: error }, `evapi: ${source ?? "sources"} could not be worked off.`),
});

/** OpenSIPSes: by their module cgrates, and by JSON-RPC. */
const opensipsReport = (log: pino.Logger): OpensipsReport => ({
  odd: (address, what) => log.warn(`OpenSIPS: not taken from ${address}: ${what}.`),
  unusable: (source, error) => log.warn(`OpenSIPS: source "${source}" can't be told anything: ${String(error)}`),
  failed: (error) => log.error({ err: error }, "OpenSIPS: a request could not be worked off."),
});

/** Calls that were ended because nothing was heard of them any more. */
export const sessionsWatch = (log: pino.Logger): SessionsWatch => ({
  done: ({ ended }) => log.warn(`${counted(ended, "session")} ended as last known: no report came in time.`),
  failed: (error) => log.warn(`Silent sessions could not be ended: ${String(error)}`),
});

/** Calls that are ended by us. */
export const cutsWatch = (log: pino.Logger): CutsWatch => ({
  asked: ({ beyondGrant, unpaid }) => {
    if (beyondGrant > 0) log.warn(`${counted(beyondGrant, "session")} to end: beyond what was granted.`);
    if (unpaid > 0) log.warn(`${counted(unpaid, "session")} to end: no longer paid for.`);
  },
  cut: ({ call, reason }, outcome) => {
    const end = outcome.kind === "failed" ? `failed. ${outcome.why}` : `${outcome.kind}.`;
    log[outcome.kind === "failed" ? "warn" : "info"](`End of call ${call.attempt.key} (${reason}): ${end}`);
  },
  failed: (error) => log.warn(`Calls that are to end could not be looked up: ${String(error)}`),
});

/** When the database is away, and what became of the requests of that time. */
export const outageReport = (log: pino.Logger): OutageReport => ({
  away: (error) =>
    log.error(`Charging: the database is away: calls are granted or refused by policy. ${String(error)}`),
  back: ({ seconds, granted, refused }) =>
    log.warn(
      `Charging: the database is back after ${counted(seconds, "second")}: ${counted(granted, "call")} granted blindly, ` +
        `${counted(refused, "call")} refused.`,
    ),
  replayed: (tenantId, entries, dead) => {
    const line = `Charging: ${counted(entries, "journalled request")} replayed of tenant ${tenantId}`;
    if (dead === 0) log.info(`${line}.`);
    else log.error(`${line}, of which ${dead} could not be decided: \`tollwright session dead-letter list\`.`);
  },
  damaged: (tenantId, lines) =>
    log.error(
      `Charging: ${counted(lines, "line")} of the journal of tenant ${tenantId} not kept by the disk: passed over.`,
    ),
  failed: (tenantId, error) => log.warn(`Charging: the journal of tenant ${tenantId} waits: ${String(error)}`),
});

/** Alarms that are raised, and those that are over. */
export const alarmsReport = (log: pino.Logger): AlarmsReport => ({
  changed: ({ raised, cleared }) => {
    for (const { kind, what, fix } of raised) log.warn(`Alarm: ${what} ${fix} [${kind}]`);
    for (const { kind, what } of cleared) log.info(`Over: ${what} [${kind}]`);
  },
  failed: (error) => log.warn(`The alarms could not be looked at: ${String(error)}`),
});
