import { basename } from "node:path";
import { counted } from "../core/counted.ts";
import { type EpochMs, fromInstant } from "../core/time/epoch.ts";
import { replayDue } from "../server/allowance/replay-due.ts";
import type { Database } from "../server/db/database.ts";
import {
  findFilesById,
  findReasons,
  type QuarantineReason,
  type RowCounts,
  sumCounts,
} from "../server/mediation/find-imports.ts";
import { findSourceNamed } from "../server/mediation/find-source.ts";
import { importFile } from "../server/mediation/import-file.ts";
import { listRecordFiles } from "../server/mediation/list-record-files.ts";
import { matchSources } from "../server/mediation/match-sources.ts";
import { type NonBillableReason, NonBillableTally } from "../server/mediation/non-billable-tally.ts";
import { sourceNotNamed } from "../server/mediation/problems.ts";
import { requireRecords } from "../server/mediation/read-file.ts";
import { rehearseImports } from "../server/mediation/rehearse-import.ts";
import type { Source } from "../server/mediation/source.ts";
import { countCells, countColumns } from "./cdr-counts.ts";
import { type CommandContext, defineCommand, type Outcome } from "./command.ts";
import { argumentList, dryRun, option } from "./input.ts";
import type { Progress } from "./progress.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import type { Table } from "./table.ts";

/** `tollwright cdr import` */
export const cdrImportCommand = defineCommand({
  name: "import",
  summary: "store and price the call records of files",
  about:
    "Every row is accounted for: rows = stored + duplicate + non-billable + quarantined + open. Importing a file again " +
    "stores nothing twice and corrects what a changed setting now reads differently; an import that was killed goes on " +
    "where it stopped. A folder stands for the files in it.",
  arguments: { files: argumentList("FILE", "files or folders of call records") },
  options: {
    source: option("--source NAME", "the switch that wrote them; if left out, those that can read the file are listed"),
    received: option("--received TIME", `when they arrived, which clocks are checked against: ${TIME_FORM}`),
    dryRun,
  },
  examples: [
    { command: "tollwright cdr import --source pbx-1 Master.csv", does: "Imports one file." },
    { command: "tollwright cdr import --source sbc-2 /var/spool/cdr", does: "Imports every file of a folder." },
    {
      command: "tollwright cdr import --source sbc-2 --dry-run --json *.csv",
      does: "Reads and prices, stores nothing, and says what would become of every row.",
    },
  ],
  async run(context, args, options) {
    const { id: tenantId, timeZone } = await context.tenant();
    const db = await context.db();
    const paths = await listRecordFiles(args.files);
    const receivedAt =
      options.received === undefined
        ? fromInstant(context.now)
        : readTime(options.received, timeZone, "tollwright cdr import");
    const source = await namedSource(db, tenantId, options.source, paths[0] ?? "");
    const sizes = await inspectAll(source, paths);
    const results = await importAll(context, { db, source, paths, sizes, receivedAt, dryRun: options.dryRun });
    return outcomeOf(source, results, options.dryRun);
  },
});

/** One file and what became of its rows. */
interface FileResult {
  /** Absent in a dry run. */
  readonly id?: string;
  /** How often the file has been read, this time included; absent in a dry run. */
  readonly pass?: number;
  readonly path: string;
  readonly counts: RowCounts;
  readonly reasons: readonly QuarantineReason[];
  readonly nonBillable: readonly NonBillableReason[];
  /** Of the duplicates: calls that today's settings have no price for, and why. */
  readonly unpriced: readonly QuarantineReason[];
}

/** Sizes of all files; one that can't be read stops the command before the first is imported. */
async function inspectAll(source: Source, paths: readonly string[]): Promise<readonly number[]> {
  const sizes: number[] = [];
  for (const path of paths) sizes.push(await requireRecords(path, source));
  return sizes;
}

async function namedSource(db: Database, tenantId: string, name: string | undefined, path: string): Promise<Source> {
  if (name !== undefined) return await findSourceNamed(db, tenantId, name);
  throw sourceNotNamed({ name: basename(path), ...(await matchSources(db, tenantId, path)) });
}

interface ImportRun {
  readonly db: Database;
  readonly source: Source;
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly receivedAt: EpochMs;
  readonly dryRun: boolean;
}

async function importAll(context: CommandContext, run: ImportRun): Promise<readonly FileResult[]> {
  const bar = context.progress(run.dryRun ? "Reading" : "Importing", sum(run.sizes));
  if (run.dryRun) {
    const { db, source, paths, receivedAt } = run;
    const onProgress = ({ bytesDone }: { readonly bytesDone: number }) => bar.update(bytesDone);
    const rehearsals = await rehearseImports(db, { source, paths, receivedAt, onProgress }).finally(() => bar.stop());
    return rehearsals.map((rehearsal, index) => ({ path: paths[index] ?? "", ...rehearsal }));
  }
  const results = await importEach(context, run, bar);
  await replayDue(run.db, { tenantId: run.source.tenantId, accountIds: null });
  return await asOfNow(run, results);
}

async function importEach(context: CommandContext, run: ImportRun, bar: Progress): Promise<readonly FileResult[]> {
  const { paths, sizes } = run;
  const results: FileResult[] = [];
  for (const [index, path] of paths.entries()) {
    const bytesBefore = sum(sizes.slice(0, index));
    const onProgress = ({ bytesDone }: { readonly bytesDone: number }) => bar.update(bytesBefore + bytesDone);
    try {
      results.push(await importOne(run, path, onProgress));
    } catch (error) {
      bar.stop();
      if (index > 0) context.note(`${index} of ${paths.length} files were imported before the failure.`);
      throw error;
    }
  }
  bar.stop();
  return results;
}

async function importOne(
  { db, source, receivedAt }: ImportRun,
  path: string,
  onProgress: (progress: { readonly bytesDone: number }) => void,
): Promise<FileResult> {
  const { id, pass, counts, unpriced, nonBillable } = await importFile(db, { source, path, receivedAt, onProgress });
  const reasons = counts.quarantined > 0 ? await findReasons(db, { tenantId: source.tenantId, fileId: id }) : [];
  return { id, pass, path, counts, reasons, unpriced, nonBillable };
}

/** The second half of a call ends the wait of the first, in a file that was imported before: its counts have moved. */
async function asOfNow({ db, source }: ImportRun, results: readonly FileResult[]): Promise<readonly FileResult[]> {
  const ids = results.flatMap(({ id }) => id ?? []);
  if (ids.length < 2) return results;
  const files = new Map((await findFilesById(db, { tenantId: source.tenantId, ids })).map((file) => [file.id, file]));
  return results.map((result) => {
    const file = files.get(result.id ?? "");
    // A file that is named twice has begun another pass: what the first one did is not what the second did.
    return file !== undefined && file.pass === result.pass ? { ...result, counts: file.counts } : result;
  });
}

function outcomeOf(source: Source, results: readonly FileResult[], dry: boolean): Outcome {
  const total = sumCounts(results.map(({ counts }) => counts));
  const listed = results.flatMap(({ path, reasons }) =>
    reasons.map(({ code, what, fix, line }) => ({ at: `${basename(path)} line ${line}`, code, what, fix })),
  );
  return {
    json: { source: source.name, dryRun: dry, files: results, total },
    human: [
      filesTable(results, total),
      ...reasonsTable(results),
      ...nonBillableTable(results),
      ...unpricedText(results),
      ...(dry ? ["Nothing was stored: this was a dry run."] : []),
    ],
    rejects: { total: total.quarantined, listed },
  };
}

function filesTable(results: readonly FileResult[], total: RowCounts): Table {
  const rows = results.map(({ path, counts }) => [basename(path), ...countCells(counts)]);
  const totals = results.length > 1 ? [["total", ...countCells(total)]] : [];
  return { columns: [{ title: "FILE" }, ...countColumns], rows: [...rows, ...totals] };
}

/** How many rows wait for which reason, over all files; the first row of each is listed with its fix below. */
function reasonsTable(results: readonly FileResult[]): (string | Table)[] {
  const byCode = Map.groupBy(
    results.flatMap(({ reasons }) => reasons),
    ({ code }) => code,
  );
  const reasons = [...byCode].map(([code, ofCode]) => ({ what: code, rows: sum(ofCode.map(({ rows }) => rows)) }));
  return countsTable(
    "QUARANTINED FOR",
    reasons.sort((a, b) => b.rows - a.rows),
  );
}

/** Why records are no calls, over all files: a leg or a type that the source's settings do not name may be the call. */
function nonBillableTable(results: readonly FileResult[]): (string | Table)[] {
  const tally = new NonBillableTally();
  for (const { why, rows } of results.flatMap(({ nonBillable }) => nonBillable)) tally.add(why, rows);
  return countsTable(
    "NON-BILLABLE AS",
    tally.list().map(({ why, rows }) => ({ what: why, rows })),
  );
}

/** Numbers of rows below a heading; nothing for none. */
function countsTable(
  title: string,
  counts: readonly { readonly what: string; readonly rows: number }[],
): (string | Table)[] {
  if (counts.length === 0) return [];
  return [
    "",
    {
      columns: [{ title }, { title: "ROWS", align: "right" }],
      rows: counts.map(({ what, rows }) => [what, String(rows)]),
    },
  ];
}

/** Stored calls that the settings of today have no price for: nothing of them is lost, and nothing has changed. */
function unpricedText(results: readonly FileResult[]): string[] {
  const reasons = results.flatMap(({ path, unpriced }) =>
    unpriced.map((reason) => ({ at: basename(path), ...reason })),
  );
  if (reasons.length === 0) return [];
  return [
    "",
    `${counted(sum(reasons.map(({ rows }) => rows)), "stored call")} could not be re-priced: kept at their earlier price.`,
    ...reasons.map(
      ({ at, line, rows, code, what, fix }) =>
        `  ${at} line ${line}: ${what} ${fix} [${code}${rows > 1 ? `, and ${rows - 1} more` : ""}]`,
    ),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
