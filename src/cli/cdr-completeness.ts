import { type EpochMs, epochMs, fromInstant, toInstant } from "../core/time/epoch.ts";
import {
  type Completeness,
  findCompleteness,
  type SourceCompleteness,
} from "../server/completeness/find-completeness.ts";
import { findLines } from "../server/completeness/find-lines.ts";
import type { Period } from "../server/completeness/finding.ts";
import { LINE_FATES } from "../server/completeness/line-fates.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandContext, defineCommand, type Outcome } from "./command.ts";
import { linesOutcome } from "./completeness-lines.ts";
import { byFile, byHour, byTrunk, COUNTS_BY, sourcesTable } from "./completeness-tables.ts";
import { commandLineInvalid } from "./failure.ts";
import { flag, inputRefused, option } from "./input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

const COMMAND = "tollwright cdr completeness";
/** The period that is looked at when none is named. */
const DAYS = 31;
const DAY_MS = 86_400_000;

/** `tollwright cdr completeness` */
export const cdrCompletenessCommand = defineCommand({
  name: "completeness",
  summary: "prove that nothing is missing: what came, what became of it, and what did not come",
  about:
    "Rows in = stored + duplicate + non-billable + quarantined + open, by source, file, hour and trunk. Gaps in the numbers " +
    "and times of files and in the switch's own record numbers, trailers and totals that do not agree, clocks that differ and " +
    "sources that are silent are listed, as far as the sources' settings make them visible. The exit status is 1 when " +
    "something is missing.",
  options: {
    source: option("--source NAME", "only this source"),
    from: option("--from TIME", `${TIME_FORM}; ${DAYS} days before --to if left out`),
    to: option("--to TIME", "the same; now if left out"),
    by: option("--by PART", `also a table by ${COUNTS_BY.join(", ")}`, (text) => {
      const by = COUNTS_BY.find((each) => each === text);
      if (by === undefined) throw inputRefused(`Write one of ${COUNTS_BY.join(", ")}.`);
      return by;
    }),
    file: option("--file NAME", "a file, by its name or id: its lines instead of the report"),
    lines: flag("--lines", "with --file: list what became of each row"),
    fate: option("--fate FATE", `only lines that are ${LINE_FATES.join(", ")}`, (text) => {
      const fate = LINE_FATES.find((each) => each === text);
      if (fate === undefined) throw inputRefused(`Write one of ${LINE_FATES.join(", ")}.`);
      return fate;
    }),
    read: option(
      "--read PATH",
      "the file itself, where it still is: tells of duplicates and unbilled rows by line, too",
    ),
    limit: listOptions.limit,
  },
  examples: [
    { command: "tollwright cdr completeness", does: `The last ${DAYS} days of every source.` },
    {
      command: "tollwright cdr completeness --source sbc-1 --from 2026-03-02 --to 2026-03-03 --by hour",
      does: "One day of one switch, hour by hour.",
    },
    {
      command: "tollwright cdr completeness --file cdr-00417.csv --lines --fate quarantined",
      does: "Rows of one file that wait, and why.",
    },
    {
      command: "tollwright cdr completeness --json | jq '.sources[].findings[]'",
      does: "What is missing, for a script.",
    },
  ],
  async run(context, _args, { source, from, to, by, file, lines, fate, read: path, limit }) {
    const { id: tenantId, timeZone } = await context.tenant();
    if (lines !== (file !== undefined) || (!lines && (fate !== undefined || path !== undefined)))
      throw commandLineInvalid({ what: "--file, --lines, --fate and --read go together.", command: COMMAND });
    if (file !== undefined) {
      const filter = { tenantId, file, source, fate: fate ?? null, path, limit: listLimit(limit) };
      return linesOutcome(await findLines(await context.db(), filter), path !== undefined);
    }
    const period = periodOf(context, timeZone, { from, to });
    const completeness = await findCompleteness(await context.db(), {
      tenantId,
      source,
      period,
      now: fromInstant(context.now),
    });
    const tables = { file: byFile, hour: byHour, trunk: byTrunk };
    return outcomeOf(completeness, period, by === undefined ? [] : [tables[by](completeness.sources)]);
  },
});

function periodOf(
  context: CommandContext,
  zone: string,
  typed: { readonly from?: string | undefined; readonly to?: string | undefined },
): Period {
  const until: EpochMs = typed.to === undefined ? fromInstant(context.now) : readTime(typed.to, zone, COMMAND);
  const from = typed.from === undefined ? epochMs(until - DAYS * DAY_MS) : readTime(typed.from, zone, COMMAND);
  if (from >= until) throw commandLineInvalid({ what: "--from is not before --to.", command: COMMAND });
  return { from, until };
}

function outcomeOf(completeness: Completeness, period: Period, tables: readonly Table[]): Outcome {
  const { sources, archivedMonths, uncountedMonths } = completeness;
  const findings = sources.flatMap((source) => source.findings);
  return {
    json: {
      from: toInstant(period.from).toString(),
      to: toInstant(period.until).toString(),
      complete: findings.length === 0,
      archivedMonths,
      uncountedMonths,
      sources: sources.map(sourceJson),
    },
    human: [
      `From ${timeText(period.from)} to ${timeText(period.until)}`,
      sourcesTable(sources),
      ...tables.flatMap((table) => ["", table]),
      "",
      ...monthsLines("Archived, so not compared with totals", archivedMonths),
      ...monthsLines("Archived before hours were kept, so not counted by hour and trunk", uncountedMonths),
      ...(findings.length === 0
        ? ["Nothing is missing, by everything that was looked at."]
        : findings.flatMap(({ source, kind, what, fix }) => [`${source}: ${what} [${kind}]`, `  fix: ${fix}`])),
    ],
    faulty: findings.length > 0,
  };
}

const monthsLines = (what: string, months: readonly string[]): readonly string[] =>
  months.length === 0 ? [] : [`${what}: ${months.join(", ")}.`, ""];

const sourceJson = ({
  source,
  counts,
  files,
  hours,
  findings,
  silence,
  clock,
  totals,
}: SourceCompleteness): object => ({
  source: source.name,
  complete: findings.length === 0,
  counts,
  files: files.map(({ id, name, receivedAt, isImporting, counts: ofFile, withoutHour }) => ({
    ...{ id, name, receivedAt: toInstant(receivedAt).toString(), importing: isImporting, counts: ofFile, withoutHour },
  })),
  hours: hours.map(({ sourceId: _, hour, ...rest }) => ({ hour: toInstant(hour).toString(), ...rest })),
  lastHeardAt: silence.lastAt === null ? null : toInstant(silence.lastAt).toString(),
  silentAfterS: silence.allowedMs === null ? null : Math.ceil(silence.allowedMs / 1_000),
  clock: clock && { pairedWith: clock.pairedWith, offset: clock.offset },
  totals: totals.map(({ source: _, from, until, ...rest }) => ({
    ...{ from: toInstant(from).toString(), until: toInstant(until).toString(), ...rest },
  })),
  findings: findings.map(({ kind, subject, at, what, fix, count }) => ({
    ...{ kind, subject, at: toInstant(at).toString(), what, fix, count },
  })),
});
