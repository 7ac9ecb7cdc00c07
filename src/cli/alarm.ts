import { toInstant } from "../core/time/epoch.ts";
import { type Alarm, acknowledgeAlarm, findAlarms } from "../server/completeness/find-alarms.ts";
import { alarmUnknown } from "../server/completeness/problems.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag } from "./input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const list = defineCommand({
  name: "list",
  summary: "list alarms that wait for somebody, newest first",
  about:
    "`tollwright start` looks every five minutes and `tollwright doctor` when it runs; an alarm is raised once and cleared " +
    "by itself when its trouble is over.",
  options: { ...listOptions, all: flag("--all", "also those that are over or were acknowledged") },
  examples: [
    { command: "tollwright alarm list", does: "What somebody should look at." },
    { command: "tollwright alarm list --source sbc-1 --all", does: "The history of one switch." },
  ],
  async run(context, _args, { source, limit, all: isAll }) {
    const { id: tenantId } = await context.tenant();
    const alarms = await findAlarms(await context.db(), { tenantId, source, isAll, limit: listLimit(limit) });
    return {
      json: { alarms: alarms.map(alarmJson) },
      human: [tableOr(alarmsTable(alarms), isAll ? "There was never an alarm." : "No alarm waits for anybody.")],
    };
  },
});

const acknowledge = defineCommand({
  name: "acknowledge",
  summary: "say that somebody has seen an alarm",
  about: "It is listed no more, and cleared when its trouble is over.",
  arguments: { id: argument("ID", "the alarm's id, as `alarm list` gives it") },
  examples: [{ command: "tollwright alarm acknowledge 019f…", does: "Takes the alarm off the list." }],
  async run(context, { id }) {
    const { id: tenantId } = await context.tenant();
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw alarmUnknown({ id });
    const alarm = await acknowledgeAlarm(await context.db(), { id, actor: commandLineActor(context, tenantId) });
    return { json: alarmJson(alarm), human: [`Acknowledged: ${alarm.what}`] };
  },
});

/** `tollwright alarm …` */
export const alarmCommands: CommandGroup = {
  name: "alarm",
  summary: "what somebody should look at: missing files and records, silent sources, clocks",
  commands: [list, acknowledge],
};

const alarmsTable = (alarms: readonly Alarm[]): Table => ({
  columns: ["ID", "RAISED", "STATE", "SOURCE", "KIND", "WHAT"].map((title) => ({ title })),
  rows: alarms.map((alarm) => [
    alarm.id,
    timeText(alarm.raisedAt),
    stateOf(alarm),
    alarm.source,
    alarm.kind,
    alarm.what,
  ]),
});

const stateOf = ({ clearedAt, acknowledgedAt }: Alarm): string =>
  clearedAt !== null ? "cleared" : acknowledgedAt !== null ? "acknowledged" : "open";

const alarmJson = (alarm: Alarm): object => {
  const time = (at: Alarm["clearedAt"]) => (at === null ? null : toInstant(at).toString());
  return {
    id: alarm.id,
    kind: alarm.kind,
    source: alarm.source,
    subject: alarm.subject,
    what: alarm.what,
    fix: alarm.fix,
    at: time(alarm.at),
    state: stateOf(alarm),
    raisedAt: time(alarm.raisedAt),
    clearedAt: time(alarm.clearedAt),
    acknowledgedAt: time(alarm.acknowledgedAt),
    acknowledgedBy: alarm.acknowledgedBy,
  };
};
