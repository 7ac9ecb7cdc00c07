import { nanosToSql } from "../core/money/nanos.ts";
import { toInstant } from "../core/time/epoch.ts";
import { findOpenSessions, type OpenSession } from "../server/charging/find-sessions.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { option } from "./input.ts";
import { amountText } from "./money-text.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** `tollwright session list` */
const list = defineCommand({
  name: "list",
  summary: "list calls that are up, the longest first",
  about:
    "Calls that a switch has asked about and not ended. HELD is set aside of the paying account's money until the end; what a " +
    "call has used is as of its switch's last report.",
  options: {
    ...listOptions,
    account: option("--account CODE", "only those that this account pays"),
    called: option("--called DIGITS", "only those to numbers that begin so, as the switch writes them"),
    trunk: option("--trunk NAME", "only those through this trunk"),
  },
  examples: [
    { command: "tollwright session list", does: "All calls that are up." },
    { command: "tollwright session list --account bakery --json", does: "Those of one customer, for a program." },
  ],
  async run(context, _args, { limit, ...filter }) {
    const { id: tenantId } = await context.tenant();
    const sessions = await findOpenSessions(await context.db(), { tenantId, ...filter, limit: listLimit(limit) });
    return {
      json: { sessions: sessions.map(sessionJson) },
      human: [tableOr(sessionTable(sessions), "No call is up.")],
    };
  },
});

const sessionJson = ({ openedAt, answeredAt, expiresAt, held, ...session }: OpenSession): object => ({
  ...session,
  openedAt: toInstant(openedAt).toString(),
  answeredAt: answeredAt === null ? null : toInstant(answeredAt).toString(),
  expiresAt: toInstant(expiresAt).toString(),
  held: nanosToSql(held),
});

const sessionTable = (sessions: readonly OpenSession[]): Table => ({
  columns: [
    ...["SOURCE", "CALL", "ACCOUNT", "FROM", "TO", "SINCE"].map((title) => ({ title })),
    ...["USED", "GRANTED", "HELD"].map((title) => ({ title, align: "right" as const })),
  ],
  rows: sessions.map((session) => [
    ...[session.source, session.key, session.account ?? "-", session.calling, session.called],
    ...[timeText(session.openedAt), `${session.usedS} s`, `${session.grantedS} s`],
    session.currency === null ? "-" : amountText(session.held, session.currency),
  ]),
});

export const sessionCommands: CommandGroup = {
  name: "session",
  summary: "calls that are up",
  commands: [list],
};
