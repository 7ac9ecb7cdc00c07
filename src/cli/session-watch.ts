import { LiveSessions, type SessionChange } from "../server/charging/live-sessions.ts";
import { defineCommand } from "./command.ts";
import { moneyText } from "./money-text.ts";
import { quantityText } from "./quantity-text.ts";
import { sessionOptions } from "./session-options.ts";
import { timeText } from "./time-text.ts";

const EVERY_MS = 1_000;
/** Calls that are watched at once. */
const SESSIONS_MAX = 1_000;

/** `tollwright session watch` */
export const sessionWatchCommand = defineCommand({
  name: "watch",
  summary: "follow calls that are up, until it is interrupted",
  about:
    "Writes a line for every call that is up, and one whenever a call begins, changes or ends, with its cost so far: on " +
    "standard error for people, or with --json at the end how many lines there were.",
  options: sessionOptions,
  endsBySignal: true,
  examples: [{ command: "tollwright session watch --account bakery", does: "Follows the calls of one customer." }],
  async run(context, _args, filter) {
    const { id: tenantId } = await context.tenant();
    const live = new LiveSessions(await context.db());
    const { signal } = context;
    let changes = 0;
    for await (const change of live.watch(
      { tenantId, ...filter, limit: SESSIONS_MAX },
      { everyMs: EVERY_MS, signal },
    )) {
      changes += 1;
      context.note(changeText(change));
    }
    return { json: { changes }, human: [`${changes} changes.`] };
  },
});

function changeText({ event, session }: SessionChange): string {
  const { source, key, account, attempt, openedAt, cost, currency } = session;
  const [talked, granted] = [session.talkedS, session.grantedS].map((one) => quantityText(one, session.service));
  const money = cost === null || currency === null ? "-" : moneyText(cost, currency);
  const call = `${source} ${key} ${account ?? "-"} ${attempt.calling} > ${attempt.called} since ${timeText(openedAt)}`;
  return `${event.padEnd(7)} ${call}: ${talked} of ${granted}, ${money}`;
}
