import { counted } from "../core/counted.ts";
import { fromInstant, toInstant } from "../core/time/epoch.ts";
import { cancelRun, findRuns } from "../server/rerating/find-runs.ts";
import { dismissSuggestion, suggestReratings } from "../server/rerating/suggest-reratings.ts";
import type { CommandContext, Outcome } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { reportJson, reportText } from "./rerate-report.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const RUNS_LISTED = 50;

/** `--suggest`: changed settings that would change past charges. */
export async function suggestionsOutcome(context: CommandContext): Promise<Outcome> {
  const { id: tenantId } = await context.tenant();
  const { author, now } = context;
  const suggestions = await suggestReratings(await context.db(), { tenantId, now: fromInstant(now), author });
  return {
    json: {
      suggestions: suggestions.map(({ id, changedAt, what, options, preview }) => {
        return { id, changedAt: toInstant(changedAt).toString(), what, options, ...reportJson(preview) };
      }),
    },
    human:
      suggestions.length === 0
        ? ["No setting was changed that would change past charges."]
        : suggestions.flatMap(({ id, what, options, preview }, index) => [
            ...(index === 0 ? [] : [""]),
            `${id}: ${what}`,
            ...reportText(preview, "would"),
            `  tollwright cdr rerate ${options}`,
          ]),
  };
}

/** `--dismiss ID`. Errors: Problem `rerating-suggestion-unknown`. */
export async function dismissOutcome(context: CommandContext, id: string): Promise<Outcome> {
  const { id: tenantId } = await context.tenant();
  await dismissSuggestion(await context.db(), { id, actor: commandLineActor(context, tenantId) });
  return { json: { suggestion: id, state: "dismissed" }, human: [`Suggestion ${id} is not listed again.`] };
}

/** `--runs`: what was re-rated, newest first. */
export async function runsOutcome(context: CommandContext): Promise<Outcome> {
  const { id: tenantId } = await context.tenant();
  const runs = await findRuns(await context.db(), tenantId, RUNS_LISTED);
  const table: Table = {
    columns: [
      ...["ID", "BEGUN", "STATE", "BY"].map((title) => ({ title })),
      ...["LOOKED AT", "CHANGED"].map((title) => ({ title, align: "right" as const })),
      { title: "WHY" },
    ],
    rows: runs.map(({ id, startedAt, state, author, looked, changed, reason }) => [
      ...[id, timeText(startedAt), state, author, String(looked), String(changed), reason],
    ]),
  };
  return {
    json: {
      runs: runs.map(({ startedAt, endedAt, request, position, settingsFingerprint: _, ...run }) => ({
        ...run,
        startedAt: toInstant(startedAt).toString(),
        endedAt: endedAt && toInstant(endedAt).toString(),
        selection: request.selection,
        options: request.options,
        position: position && { ...position, answeredAt: toInstant(position.answeredAt).toString() },
      })),
    },
    human: [tableOr(table, "Nothing was re-rated yet.")],
  };
}

/** `--cancel ID`. Errors: Problems `rerating-unknown`, `rerating-ended`. */
export async function cancelOutcome(context: CommandContext, id: string): Promise<Outcome> {
  const { id: tenantId } = await context.tenant();
  const { looked, changed } = await cancelRun(await context.db(), tenantId, id);
  return {
    json: { run: id, state: "cancelled", looked, changed },
    human: [`Re-rating ${id} cancelled after ${counted(looked, "call")}; ${changed} were changed and stay so.`],
  };
}
