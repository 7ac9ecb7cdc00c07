import { now } from "../../../clock.ts";
import { fromInstant } from "../../../core/time/epoch.ts";
import type { Tx } from "../../db/tx.ts";
import { type ArrivedRow, countFates } from "../../mediation/arrived-row.ts";
import { openSource } from "../../mediation/open-source.ts";
import { addCounts, NO_ROWS, type RowCounts } from "../../mediation/row-counts.ts";
import { storeLooseRows } from "../../mediation/store-loose-rows.ts";
import type { PullRun } from "../puller.ts";
import { findPulledRows, type PulledRow, type SqlProgress, saveProgress, wayOfPull } from "../sql-progress-store.ts";
import type { SqlPull } from "../sql-settings.ts";
import { decodePage, hashesOf } from "./page-rows.ts";
import type { PageForm } from "./page-text.ts";
import { advanced, overlapStart, type Position, parsePosition } from "./position.ts";
import { sqlColumnsMissing, sqlCursorInvalid, sqlEdgeTooFull } from "./problems.ts";
import type { TablePage, TableReader } from "./table-reader.ts";

/** Most rows of a page that had to grow, because they all have one position. */
const EDGE_ROWS_MAX = 100_000;
const US_PER_MS = 1_000n;

/**
 * Reads one table of a pull from a little before the place where the last read ended, page by page. Each page's new
 * rows are stored in one transaction with the place that is reached; a kill at any moment reads a page again, and
 * stores nothing twice.
 */
export class TableRead {
  readonly #run: PullRun<SqlPull>;
  readonly #reader: TableReader;
  readonly #form: PageForm;
  readonly #table: string;
  readonly #from: string | null;
  #progress: SqlProgress;
  #counts = NO_ROWS;

  constructor(
    run: PullRun<SqlPull>,
    args: {
      readonly reader: TableReader;
      readonly form: PageForm;
      readonly table: string;
      /** Where the first read begins, as the cursor column has it; null: at the beginning. */
      readonly from: string | null;
      readonly progress: SqlProgress;
    },
  ) {
    this.#run = run;
    this.#reader = args.reader;
    this.#form = args.form;
    this.#table = args.table;
    this.#from = args.from;
    this.#progress = args.progress;
  }

  /** What became of the rows that were new. */
  get counts(): RowCounts {
    return this.#counts;
  }

  /** Reads until there is nothing more, or the process is to end. Errors: those of {@link TableReader.page}. */
  async toEnd(): Promise<void> {
    const { cursor, pageRows } = this.#run.settings;
    let from = this.#start();
    let limit = pageRows;
    while (!this.#run.signal.aborted) {
      const page = await this.#page(from, limit);
      const last = page.rows.at(-1)?.position;
      if (last === undefined) return;
      await this.#store(page);
      if (page.rows.length < limit) return;
      if (last !== from) [from, limit] = [last, pageRows];
      else if (limit >= EDGE_ROWS_MAX) throw sqlEdgeTooFull({ table: this.#table, column: cursor.column, rows: limit });
      else limit = Math.min(limit * 2, EDGE_ROWS_MAX);
    }
  }

  /** How many rows of one page are new. Errors: as of {@link toEnd}. */
  async look(): Promise<{ readonly fresh: number; readonly isMore: boolean }> {
    const { db, source, settings } = this.#run;
    const page = await this.#page(this.#start(), settings.pageRows);
    const hashes = hashesOf(page);
    const known = await db.transaction("app", { tenantId: source.tenantId }, (tx) => this.#known(tx, hashes));
    const fresh = hashes.filter((hash) => !known.has(hash)).length;
    return { fresh, isMore: page.rows.length === settings.pageRows };
  }

  #known(tx: Tx, hashes: readonly string[]): Promise<ReadonlySet<string>> {
    return findPulledRows(tx, { pullId: this.#run.pull.id, table: this.#table }, hashes);
  }

  #start(): Position | null {
    const { kind, column, overlap } = this.#cursor();
    const reached = this.#reached();
    if (reached !== null) return overlapStart(kind, reached, overlap);
    if (this.#from === null) return null;
    const position = parsePosition(kind, this.#from);
    if (position === undefined) throw sqlCursorInvalid({ table: this.#table, column, seen: this.#from });
    return position;
  }

  #cursor() {
    const { by: kind, ...rest } = this.#run.settings.cursor;
    return { kind, ...rest };
  }

  async #page(from: Position | null, limit: number): Promise<TablePage> {
    const { query, columns } = this.#run.settings;
    const page = await this.#reader.page({ table: this.#table, query, columns, cursor: this.#cursor(), from, limit });
    const gone = (this.#progress[this.#table]?.columns ?? []).filter((column) => !page.columns.includes(column));
    if (gone.length > 0 && columns === null && page.rows.length > 0)
      throw sqlColumnsMissing({ table: this.#table, reason: `it had ${gone.join(", ")} before`, cause: undefined });
    return page;
  }

  /** Stores the rows that were not stored before; equal ones are told apart by how many there are. */
  async #store(page: TablePage): Promise<void> {
    const { db, source, pull } = this.#run;
    const { tenantId } = source;
    const hashes = hashesOf(page);
    const { opened, known } = await db.transaction("app", { tenantId }, async (tx) => ({
      opened: openSource(source, await this.#run.rating.current(tx, tenantId), fromInstant(now())),
      known: await this.#known(tx, hashes),
    }));
    const decoded = decodePage(opened, this.#form, page);
    const fresh = decoded.rows.filter(
      (row, place): row is ArrivedRow => row !== undefined && !known.has(hashes[place] ?? ""),
    );
    const kept = page.rows.map(({ position }, place): PulledRow => ({ hash: hashes[place] ?? "", position }));
    if (kept.every(({ hash }) => known.has(hash))) return;
    const step = this.#step(page, opened.settings.timeZone, kept);
    const { fates } = await storeLooseRows(db, {
      source,
      opened,
      way: wayOfPull(this.#run.settings.name),
      kind: "import",
      preamble: decoded.preamble,
      rows: fresh,
      sizeBytes: decoded.sizeBytes,
      alongside: (tx) => saveProgress(tx, { tenantId, pullId: pull.id, name: pull.name, table: this.#table }, step),
    });
    this.#progress = step.after;
    this.#counts = addCounts(this.#counts, countFates(fates));
  }

  /** Where the pull stands once the page is stored, and which of its rows it will meet again. */
  #step(page: TablePage, timeZone: string, rows: readonly PulledRow[]) {
    const { kind, overlap } = this.#cursor();
    const latest = kind === "time" ? timeNow(page.isUtc ? "UTC" : timeZone) : null;
    const positions = page.rows.map(({ position }) => position);
    const reached = advanced(this.#reached(), positions, latest);
    const forgetBefore = reached === null ? null : overlapStart(kind, reached, overlap);
    const progress = { position: reached === null ? null : String(reached), columns: page.columns };
    return {
      before: this.#progress,
      after: { ...this.#progress, [this.#table]: progress },
      rows: rows.filter(({ position }) => forgetBefore === null || position >= forgetBefore),
      forgetBefore,
    };
  }

  #reached(): Position | null {
    const digits = this.#progress[this.#table]?.position ?? null;
    return digits === null ? null : BigInt(digits);
  }
}

/** What clocks in a zone show now, as a position by time. */
function timeNow(timeZone: string): Position {
  const local = now().toZonedDateTimeISO(timeZone).toPlainDateTime().toZonedDateTime("UTC");
  return BigInt(local.epochMilliseconds) * US_PER_MS;
}
