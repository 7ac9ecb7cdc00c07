import { counted } from "../core/counted.ts";
import { replayAsked } from "../server/allowance/replay-asked.ts";
import type { Database } from "../server/db/database.ts";
import { findAccount } from "../server/tenancy/find-account.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { option } from "./input.ts";

/** `tollwright account replay` */
export const accountReplayCommand = defineCommand({
  name: "replay",
  summary: "price again the months whose calls came out of their turn",
  about:
    "Free minutes and tiers go by the order of answer. A month is priced again as a whole when calls came late for it or a " +
    "package was changed; what differs is reversed and charged anew. An import and a bill run do it by themselves.",
  options: { account: option("--account CODE", "of this account alone, and of those that it shares with") },
  examples: [{ command: "tollwright account replay", does: "Settles every month that waits for it." }],
  async run(context, _, { account }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const accountIds = account === undefined ? null : [await idOf(db, tenantId, account)];
    const report = await replayAsked(db, { accountIds }, commandLineActor(context, tenantId));
    const { months, entries, left } = report;
    return {
      json: report,
      human: [
        `${counted(months, "month")} priced again, ${counted(entries, "reversal or charge", "reversals and charges")} written.`,
        ...(left > 0 ? [`${counted(left, "pool")} left: calls kept coming in. Run it again.`] : []),
      ],
    };
  },
});

const idOf = async (db: Database, tenantId: string, code: string): Promise<string> =>
  (await db.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, code))).id;
