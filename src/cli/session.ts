import { LiveSessions, liveSessionJson } from "../server/charging/live-sessions.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { sessionCutsCommand } from "./session-cuts.ts";
import { sessionDeadLetterCommands } from "./session-dead-letter.ts";
import { sessionHangUpCommand } from "./session-hang-up.ts";
import { sessionOptions } from "./session-options.ts";
import { sessionTable } from "./session-table.ts";
import { sessionWatchCommand } from "./session-watch.ts";
import { tableOr } from "./table.ts";

/** `tollwright session list` */
const list = defineCommand({
  name: "list",
  summary: "list calls that are up, the longest first, with their cost so far",
  about:
    "Calls that a switch has asked about and not ended. HELD is set aside of the paying account's money until the end. " +
    "TALKED is as the switch reported last, or as the clock has it since the answer, whichever is more; COST is what the " +
    "account's tariff makes of it.",
  options: { ...listOptions, ...sessionOptions },
  examples: [
    { command: "tollwright session list", does: "All calls that are up." },
    { command: "tollwright session list --account bakery --json", does: "Those of one customer, for a program." },
  ],
  async run(context, _args, { limit, ...filter }) {
    const { id: tenantId } = await context.tenant();
    const live = new LiveSessions(await context.db());
    const sessions = await live.find({ tenantId, ...filter, limit: listLimit(limit) });
    return {
      json: { sessions: sessions.map(liveSessionJson) },
      human: [tableOr(sessionTable(sessions), "No call is up.")],
    };
  },
});

export const sessionCommands: CommandGroup = {
  name: "session",
  summary: "calls that are up",
  commands: [list, sessionWatchCommand, sessionHangUpCommand, sessionCutsCommand, sessionDeadLetterCommands],
};
