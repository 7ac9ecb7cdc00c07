import { toInstant } from "../core/time/epoch.ts";
import type { Cut } from "../server/cuts/cut.ts";
import { findCuts } from "../server/cuts/find-cuts.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { defineCommand } from "./command.ts";
import { option } from "./input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** `tollwright session cuts` */
export const sessionCutsCommand = defineCommand({
  name: "cuts",
  summary: "list calls that were to be ended: who wanted it, why, and what came of it",
  options: {
    ...listOptions,
    account: option("--account CODE", "only those that this account paid"),
    source: option("--source NAME", "only those of this source"),
    reason: option("--reason NAME", "operator, money-ended, grant-exceeded or given-up"),
  },
  examples: [{ command: "tollwright session cuts --reason operator", does: "Calls that people have ended." }],
  async run(context, _args, { limit, ...filter }) {
    const { id: tenantId } = await context.tenant();
    const cuts = await findCuts(await context.db(), { tenantId, ...filter, limit: listLimit(limit) });
    return { json: { cuts: cuts.map(cutJson) }, human: [tableOr(cutTable(cuts), "No call was to be ended.")] };
  },
});

export const cutJson = ({ askedAt, doneAt, ...cut }: Cut): object => ({
  ...cut,
  askedAt: toInstant(askedAt).toString(),
  doneAt: doneAt === null ? null : toInstant(doneAt).toString(),
});

export const cutTable = (cuts: readonly Cut[]): Table => ({
  columns: ["AT", "SOURCE", "CALL", "ACCOUNT", "REASON", "BY", "WHY", "WAY", "OUTCOME"].map((title) => ({ title })),
  rows: cuts.map((cut) => [
    ...[timeText(cut.askedAt), cut.source, cut.key, cut.account ?? "-", cut.reason, cut.askedBy, cut.why],
    ...[cut.way ?? "-", outcomeText(cut)],
  ]),
});

const outcomeText = ({ outcome, what }: Cut): string =>
  what ? `${outcome ?? "waits"}: ${what}` : (outcome ?? "waits");
