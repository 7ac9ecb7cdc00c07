import { setTimeout as sleep } from "node:timers/promises";
import { counted } from "../core/counted.ts";
import type { Cut } from "../server/cuts/cut.ts";
import { findCuts } from "../server/cuts/find-cuts.ts";
import { hangUp } from "../server/cuts/hang-up.ts";
import type { Database } from "../server/db/database.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { dryRun, flag, optionList, requiredOption } from "./input.ts";
import { cutJson, cutTable } from "./session-cuts.ts";
import { sessionOptions } from "./session-options.ts";
import { callTable } from "./session-table.ts";

const LOOK_MS = 200;
/** Beyond this a cut waits for its switch, or is tried again: `session cuts` tells what comes of it. */
const LOOKS_MAX = 100;

/** `tollwright session hang-up` */
export const sessionHangUpCommand = defineCommand({
  name: "hang-up",
  summary: "end calls at their switches",
  about:
    "Asks for calls that are up to be ended, and waits up to 20 seconds for what the switches answer. A running `tollwright " +
    "start` tells them; from now on nothing more is granted to the calls, so that a switch that asks ends them by itself. " +
    "More than one has to be confirmed with --yes. Emergency calls are left alone unless they are named. The exit status is " +
    "1 unless every call has ended.",
  options: {
    session: optionList("--session KEY", "the call of this key, or id, as `session list` has it; may be repeated"),
    ...sessionOptions,
    why: requiredOption("--why TEXT", "why, for the record"),
    yes: flag("--yes", "more than one call is meant"),
    dryRun,
  },
  examples: [
    { command: 'tollwright session hang-up --session c3f1 --why "asked for by the customer"', does: "Ends one call." },
    {
      command: "tollwright session hang-up --account bakery --called 882 --why fraud --dry-run",
      does: "Shows which calls of a customer to a costly destination would be ended.",
    },
  ],
  async run(context, _args, { session: sessions, why, yes: isConfirmed, dryRun, ...filter }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const chosen = { filter: { tenantId, sessions, ...filter }, why, actor: commandLineActor(context, tenantId) };
    const hungUp = await hangUp(db, { ...chosen, isConfirmed, dryRun });
    const keys = hungUp.sessions.map(({ id, source, key }) => ({ id, source, key }));
    if (hungUp.sessions.length === 0) return { json: { sessions: [], cuts: [] }, human: ["No such call is up."] };
    if (dryRun) return { json: { sessions: keys, cuts: [] }, human: ["Would be ended:", callTable(hungUp.sessions)] };
    const sessionIds = keys.map(({ id }) => id);
    const cuts = await waitForCuts(db, { tenantId, sessionIds, signal: context.signal });
    const over = cuts.filter(({ outcome }) => outcome === "ended" || outcome === "no-call").length;
    return {
      json: { sessions: keys, cuts: cuts.map(cutJson) },
      human: [cutTable(cuts), `${counted(over, "call")} of ${cuts.length} ended.`],
      faulty: over < cuts.length,
    };
  },
});

/** The latest cut of each session, once every one of them is done; as they are when that takes too long. */
async function waitForCuts(
  db: Database,
  {
    tenantId,
    sessionIds,
    signal,
  }: { readonly tenantId: string; readonly sessionIds: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly Cut[]> {
  for (let looks = 1; ; looks += 1) {
    const found = await findCuts(db, { tenantId, sessionIds, limit: sessionIds.length * 4 });
    const latest = sessionIds.flatMap((id) => found.find(({ sessionId }) => sessionId === id) ?? []);
    if (looks === LOOKS_MAX || signal.aborted || latest.every(({ outcome }) => outcome !== null)) return latest;
    await sleep(LOOK_MS);
  }
}
