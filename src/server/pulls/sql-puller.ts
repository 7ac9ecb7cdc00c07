import { now } from "../../clock.ts";
import { Problem } from "../../core/problem.ts";
import { sourceSettingsInvalid } from "../mediation/problems.ts";
import type { Puller, PullPreview, PullRun } from "./puller.ts";
import { daysToRead, isDaily, lastDayOf, tableOf } from "./sql/day-tables.ts";
import { openReader } from "./sql/open-reader.ts";
import { type PageForm, pageFormOf } from "./sql/page-text.ts";
import { sqlTablesOfDayMissing } from "./sql/problems.ts";
import { TableRead } from "./sql/read-table.ts";
import type { TableReader } from "./sql/table-reader.ts";
import { forgetTables, loadProgress, type SqlProgress } from "./sql-progress-store.ts";
import type { SqlPull } from "./sql-settings.ts";

/** Reads tables of a switch's PostgreSQL, MySQL or MariaDB. Source: docs/guides/pull-tables.md. */
export const sqlPuller: Puller<SqlPull> = {
  async run(run) {
    const over: string[] = [];
    await eachTable(run, async (read, { table, isOver }) => {
      await read.toEnd();
      run.report({ kind: "read", path: table, counts: read.counts });
      if (isOver) over.push(table);
    });
    if (!run.signal.aborted) await forget(run, over);
    return { againS: null };
  },

  async preview(run) {
    const previews: PullPreview[] = [];
    await eachTable(run, async (read, { table }) => {
      const { fresh, isMore } = await read.look();
      const reason = `${isMore ? "at least " : ""}${fresh} new ${fresh === 1 ? "row" : "rows"}`;
      previews.push({ path: table, sizeBytes: null, fate: fresh > 0 ? "fetch" : "done", reason });
    });
    return previews;
  },
};

interface WantedTable {
  readonly table: string;
  /** Where its first read begins, as the cursor column has it. */
  readonly from: string | null;
  /** The switch writes to it no more. */
  readonly isOver: boolean;
}

/**
 * Works on every table of the pull, one after the other, until the process is to end. Of tables by day some may not be
 * there, but not all. Errors: those of connecting and reading.
 */
async function eachTable(
  run: PullRun<SqlPull>,
  work: (read: TableRead, wanted: WantedTable) => Promise<void>,
): Promise<void> {
  const { settings, source, signal } = run;
  const form = pageFormOf(source);
  if (form === undefined) throw headerNeeded(source.name, settings.name);
  const wanted = wantedTables(run, await progressOf(run));
  const reader = await openReader(settings);
  try {
    let missing = 0;
    for (const each of wanted) {
      if (signal.aborted) return;
      const isThere = await withTable(run, { reader, form }, each, work);
      if (!isThere) missing += 1;
    }
    const looked = wanted.map(({ table }) => table);
    if (missing === wanted.length) throw sqlTablesOfDayMissing({ table: settings.table, looked });
  } finally {
    await reader.close();
  }
}

/** False for a table of a day that is not there. */
async function withTable(
  run: PullRun<SqlPull>,
  through: { readonly reader: TableReader; readonly form: PageForm },
  wanted: WantedTable,
  work: (read: TableRead, wanted: WantedTable) => Promise<void>,
): Promise<boolean> {
  try {
    await work(new TableRead(run, { ...through, ...wanted, progress: await progressOf(run) }), wanted);
    return true;
  } catch (error) {
    const isMissing = error instanceof Problem && error.code === "sql-table-missing";
    if (isMissing && isDaily(run.settings.table)) return false;
    throw error;
  }
}

function wantedTables({ settings, source }: PullRun<SqlPull>, progress: SqlProgress): readonly WantedTable[] {
  const { table, cursor } = settings;
  if (!isDaily(table)) return [{ table, from: cursor.from, isOver: false }];
  const today = now().toZonedDateTimeISO(source.config.timeZone).toPlainDate();
  const firstDay = cursor.from === null ? null : Temporal.PlainDate.from(cursor.from.slice(0, "2026-11-21".length));
  const begun = lastDayOf(table, Object.keys(progress));
  return daysToRead(today, { begun, from: firstDay }).map((day): WantedTable => {
    const isOver = Temporal.PlainDate.compare(day, today.subtract({ days: 1 })) < 0;
    return { table: tableOf(table, day), from: null, isOver };
  });
}

const progressOf = ({ db, source, pull }: PullRun<SqlPull>): Promise<SqlProgress> =>
  db.transaction("app", { tenantId: source.tenantId }, (tx) => loadProgress(tx, pull.id));

/** Once the days after them are begun, or the days in between would not be known of. */
const forget = ({ db, pull }: PullRun<SqlPull>, tables: readonly string[]): Promise<void> =>
  db.transaction("ingest", {}, (tx) => forgetTables(tx, pull.id, tables));

const headerNeeded = (source: string, pull: string) =>
  sourceSettingsInvalid({
    source,
    faults: [
      `/mapping/layout reads lines without a header, and pull ${pull} reads a table: write { "kind": "csv", "header": true } or { "kind": "ndjson" }`,
    ],
  });
