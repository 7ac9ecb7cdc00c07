import { toInstant } from "../core/time/epoch.ts";
import { findMails } from "../server/mail/find-mails.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { option } from "./input.ts";
import { readChoice } from "./read-input.ts";
import { tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const list = defineCommand({
  name: "list",
  summary: "list mails, the latest first: which left, which wait, and why",
  about:
    "Never what they say. A mail waits at most three days for the server to take it, and is listed for thirty more.",
  options: {
    ...listOptions,
    state: option("--state STATE", "waiting, sent or given-up", readChoice("waiting", "sent", "given-up")),
  },
  examples: [{ command: "tollwright mail list --state waiting", does: "Shows what has not left, and why." }],
  async run(context, _args, { state = null, limit }) {
    const { id: tenantId } = await context.tenant();
    const mails = await findMails(await context.db(), { tenantId, state, limit: listLimit(limit) });
    const table = {
      columns: ["TO", "SUBJECT", "STATE", "TRIES", "QUEUED", "FAULT"].map((title) => ({ title })),
      rows: mails.map((mail) => [
        ...[mail.to, mail.subject, mail.state, String(mail.tries), timeText(mail.queuedAt), mail.fault ?? ""],
      ]),
    };
    return {
      json: {
        mails: mails.map(({ queuedAt, endedAt, ...mail }) => ({
          ...mail,
          queuedAt: toInstant(queuedAt).toString(),
          endedAt: endedAt === null ? null : toInstant(endedAt).toString(),
        })),
      },
      human: [tableOr(table, "There is no such mail.")],
    };
  },
});

/** `tollwright mail …` */
export const mailCommands: CommandGroup = {
  name: "mail",
  summary: "mails that leave, wait or were given up",
  commands: [list],
};
