import { join } from "node:path";
import type pino from "pino";
import { watchReplays } from "../server/allowance/watch-replays.ts";
import { watchRetention } from "../server/archive/watch-retention.ts";
import { watchAudit } from "../server/audit/watch-audit.ts";
import type { Charging } from "../server/charging/charging.ts";
import { watchBalances } from "../server/charging/watch-balances.ts";
import { watchSessions } from "../server/charging/watch-sessions.ts";
import { watchAlarms } from "../server/completeness/watch-alarms.ts";
import { watchCuts } from "../server/cuts/watch-cuts.ts";
import type { Database } from "../server/db/database.ts";
import { logEvents } from "../server/events/log-events.ts";
import { billOperations } from "../server/invoicing/bill-routes.ts";
import { mailServerOf } from "../server/mail/mail-server.ts";
import { sendMails } from "../server/mail/send-mails.ts";
import { watchFolders } from "../server/mediation/watch-folders.ts";
import type { Metrics } from "../server/metrics/metrics.ts";
import { watchOperations } from "../server/operations/operations.ts";
import { forgetLogIns } from "../server/people/forget-log-ins.ts";
import { runPulls } from "../server/pulls/run-pulls.ts";
import type { SwitchListener } from "../server/switches/switch-listener.ts";
import { watchWebhooks } from "../server/webhooks/watch-webhooks.ts";
import { auditLog } from "./audit-log.ts";
import type { CommandContext } from "./command.ts";
import {
  alarmsReport,
  balancesReport,
  cutsWatch,
  eventsLog,
  foldersReport,
  operationsReport,
  pullsReport,
  replaysReport,
  retentionWatch,
  sessionsWatch,
  webhooksReport,
} from "./log-reports.ts";
import { logInsReport, mailsReport } from "./mails-report.ts";
import { outgoingOf } from "./outgoing-of.ts";

/** What the work of `tollwright start` besides its requests works with. */
export interface BackgroundParts {
  readonly db: Database;
  readonly log: pino.Logger;
  readonly charging: Charging;
  readonly metrics: Metrics;
  readonly switches: readonly SwitchListener[];
}

/**
 * Begins what a process does unasked, until its signal; answers by name what ends when each of it has finished what was
 * under way.
 */
export function startBackground(
  context: Pick<CommandContext, "config" | "signal" | "note">,
  { db, log, charging, metrics, switches }: BackgroundParts,
): ReadonlyMap<string, Promise<unknown>> {
  const { signal, config } = context;
  const { archiveDir, dataDir, webhookLogDays: logDays } = config;
  const cutters = switches.flatMap(({ cutter }) => (cutter === null ? [] : [cutter]));
  const isCatchingUp = () => charging.isCatchingUp;
  return new Map<string, Promise<unknown>>([
    ["watched folders", watchFolders(db, metrics.queues.folders(foldersReport(log, context)), { signal })],
    ["pulls", runPulls(db, pullsReport(log), { spoolDir: join(dataDir, "spool"), signal })],
    ["alarms", watchAlarms(db, alarmsReport(log), { signal })],
    ["months to be priced again", watchReplays(db, replaysReport(log), { signal })],
    ["silent sessions", watchSessions(db, charging, { watch: sessionsWatch(log), signal })],
    ["calls to end", watchCuts(db, cutters, { watch: cutsWatch(log), signal, isCatchingUp })],
    ["balances", watchBalances(db, { ...balancesReport(log), signal })],
    ["events", logEvents(db, eventsLog(log), { signal })],
    ["webhooks", watchWebhooks(db, { ...outgoingOf(context), report: webhooksReport(log) }, { logDays, signal })],
    ["mails", sendMails(db, mailServerOf(config), { report: mailsReport(log), signal })],
    ["old log-ins", forgetLogIns(db, { failed: logInsReport(log), signal })],
    ["the audit", watchAudit(db, auditLog(log), { secretsKeyFile: config.secretsKeyFile, signal })],
    ["operations", watchOperations(db, billOperations, { ...operationsReport(log), signal })],
    ["retention", watchRetention(db, retentionWatch(log), { archiveDir, signal })],
  ]);
}
