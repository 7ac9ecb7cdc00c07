import { counted } from "../core/counted.ts";
import type { Archive } from "../server/archive/archive.ts";
import { readMonth } from "../server/archive/month.ts";
import type { Refusal, RefusalCode } from "../server/archive/refusal.ts";
import { firstToStay, type MonthOutcome, ONLINE_MONTHS, runArchive } from "../server/archive/run-archive.ts";
import { runRetention } from "../server/archive/run-retention.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { dryRun, flag, option } from "./input.ts";
import type { Table } from "./table.ts";

/** `tollwright archive run` */
export const archiveRunCommand = defineCommand({
  name: "run",
  summary: "move months that are over and billed to Parquet files",
  about:
    "A month stays, and says why, until its calls are billed, their cost is accrued and nothing of it waits. Files are " +
    "read back and compared with the tables before a row is taken away; a run that is broken off loses nothing. " +
    `Without --before, the last ${ONLINE_MONTHS} whole months stay in the database.`,
  options: {
    before: option("--before YYYY-MM", "months before this one", readMonth),
    leaveQuarantine: flag("--leave-quarantine", "rows that wait in quarantine do not hold their month back"),
    byPolicy: flag("--by-policy", "as the setup's retention says: also delete what was archived long enough"),
    dryRun,
  },
  examples: [
    { command: "tollwright archive run --dry-run", does: "Says which months would go, and which can't yet." },
    { command: "tollwright archive run --before 2026-01", does: "Moves everything up to December 2025." },
  ],
  async run(context, _args, { before, byPolicy, leaveQuarantine, dryRun: isDryRun }) {
    if (byPolicy && before !== undefined)
      throw commandLineInvalid({ what: "Give --before or --by-policy, not both.", command: "tollwright archive run" });
    const tenant = await context.tenant();
    const run = {
      tenant,
      archiveDir: context.config.archiveDir,
      actor: commandLineActor(context, tenant.id),
      now: context.now,
      leaveQuarantine,
      dryRun: isDryRun,
      onMonth: (month: string) => context.note(`${month} …`),
    };
    const db = await context.db();
    const { months, deleted } = byPolicy
      ? await runRetention(db, run)
      : {
          months: await runArchive(db, { ...run, before: before ?? firstToStay(run.now, ONLINE_MONTHS) }),
          deleted: [],
        };
    const held = months.filter(({ kind }) => kind === "refused" || kind === "changed");
    return {
      json: {
        ...{ folder: context.config.archiveDir, dryRun: isDryRun, months: months.map(outcomeJson) },
        deleted: deleted.map(({ month, part, calls }) => ({ month, part, calls })),
      },
      human: [
        ...months.map(outcomeLine),
        ...refusalTables(months),
        summary(months, isDryRun),
        ...deleted.map((part) => deletedLine(part, isDryRun)),
      ],
      faulty: held.length > 0,
    };
  },
});

/** One part that a policy deletes. */
export const deletedLine = ({ month, part, calls }: Archive, isDryRun = false): string =>
  `${month} part ${part}: ${counted(calls, "call")} ${isDryRun ? "would be deleted" : "deleted"} by the retention policy.`;

function summary(months: readonly MonthOutcome[], isDryRun: boolean): string {
  if (months.length === 0) return "There is nothing to archive.";
  const gone = months.filter(({ kind }) => kind === (isDryRun ? "due" : "archived"));
  return `${counted(gone.length, "month")} ${isDryRun ? "would be archived" : "archived"}, ${months.length - gone.length} stay.`;
}

/** One month and what became of it. */
export function outcomeLine(outcome: MonthOutcome): string {
  const { month } = outcome;
  switch (outcome.kind) {
    case "archived": {
      const bytes = outcome.files.reduce((sum, file) => sum + file.bytes, 0);
      return `${month}: ${counted(outcome.calls, "call")} archived, ${counted(bytes, "byte")}.`;
    }
    case "due":
      return `${month}: would be archived.`;
    case "changed":
      return `${month}: stays, because calls of it came or changed meanwhile. Run it again.`;
    case "refused":
      return `${month}: stays.`;
    default:
      return outcome satisfies never;
  }
}

/** What stands in the way, and what takes it away. */
const REFUSALS: Readonly<Record<RefusalCode, (count: number) => readonly [what: string, fix: string]>> = {
  "not-over": () => ["the month is not over", "wait until it is"],
  unbilled: (count) => [`${counted(count, "charge")} on no invoice or statement yet`, "tollwright bill run"],
  unaccrued: (count) => [`${counted(count, "cost charge")} not accrued yet`, "tollwright vendor accrue"],
  "open-calls": (count) => [`${counted(count, "part")} of calls that wait for the rest`, "tollwright cdr open"],
  "waiting-rows": (count) => [
    `${counted(count, "row")} waiting in quarantine`,
    "tollwright cdr quarantine list, or --leave-quarantine",
  ],
  "replay-due": (count) => [
    `${counted(count, "account month")} with cumulative prices to be replayed`,
    "tollwright bill run",
  ],
  rerating: (count) => [`${counted(count, "re-rating")} under way`, "tollwright cdr rerate --runs"],
};

function refusalTables(months: readonly MonthOutcome[]): Table[] {
  const rows = months.flatMap((outcome) =>
    outcome.kind === "refused" ? outcome.refusals.map((one) => [outcome.month, ...textOf(one)]) : [],
  );
  if (rows.length === 0) return [];
  return [{ columns: ["MONTH", "STAYS BECAUSE OF", "SEE"].map((title) => ({ title })), rows }];
}

const textOf = ({ code, count }: Refusal): readonly [string, string] => {
  const [what, fix] = REFUSALS[code](count);
  return [what, fix];
};

function outcomeJson(outcome: MonthOutcome): object {
  if (outcome.kind !== "refused") return outcome;
  const reasons = outcome.refusals.map((one) => {
    const [what, fix] = textOf(one);
    return { ...one, what, fix };
  });
  return { month: outcome.month, kind: outcome.kind, reasons };
}
