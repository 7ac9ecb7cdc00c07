import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { BulkTx } from "../db/tx.ts";
import type { Archive } from "./archive.ts";
import { ARCHIVED_TABLES, type ArchivedTable, SHAPES } from "./archived-tables.ts";
import { type Duck, literal, openDuck } from "./duck.ts";
import { readMonth } from "./month.ts";
import { copyIn, rowsInFiles, toCsv } from "./parquet-store.ts";
import { archiveDamaged } from "./problems.ts";

/** Rows of one archived table as a JSON array, which PostgreSQL takes for rows of that table again. */
export type RowsJson = string;

/** A question to archived rows: SQL behind `from`, over the table under its usual letter (u, c, h). */
export interface ArchivedQuery {
  readonly table: ArchivedTable;
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Where the question looks into `charges` beside its table: when those were answered, so that others stay unread. */
  readonly answered?: AnswerTimes;
}

/** Times as SQL texts, both ends included. */
export interface AnswerTimes {
  readonly first: string;
  readonly last: string;
}

/** Where an archived call stands: what its rows are found by. Times are SQL texts. */
export interface CallPlace {
  readonly id: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
}

const ALIASES: Readonly<Record<ArchivedTable, string>> = { usage_events: "u", charges: "c", usage_history: "h" };

/** Which rows go where. */
interface BookCopy {
  readonly table: ArchivedTable;
  readonly bookId: string;
  readonly statement: string;
}

/** What is not JSON by itself; an amount would be a binary floating-point number. */
const JSON_CASTS: Readonly<Record<string, string>> = { json: "::json", amount: "::varchar" };

/** The archived months of one tenant, to be read. DuckDB is started with the first question. */
export class ArchivedRows {
  readonly archiveDir: string;
  #duck: Promise<Duck> | undefined;

  constructor(archiveDir: string) {
    this.archiveDir = archiveDir;
  }

  /**
   * Rows of these parts that a question asks for, and no others: files of other tenants are never named. Other tables
   * stand in the question under their own names, with the rows of the same parts.
   *
   * @throws Problem `archive-unavailable`, `archive-damaged`.
   */
  async rows(parts: readonly Archive[], query: ArchivedQuery): Promise<RowsJson> {
    const row = Object.entries(SHAPES[query.table].columns).map(
      ([column, kind]) => `${column} := ${column}${JSON_CASTS[kind] ?? ""}`,
    );
    const packed = `coalesce(json_group_array(struct_pack(${row.join(", ")})), '[]')::varchar as rows`;
    const [found] = await this.#ask<{ rows: string }>(parts, query, packed);
    return found?.rows ?? "[]";
  }

  /**
   * Where the calls are that a question finds. Of each call only the columns are read that the question names: a whole
   * row has thirty, and reading them all to find a few takes most of a search.
   *
   * @throws Problem `archive-unavailable`, `archive-damaged`.
   */
  async places(parts: readonly Archive[], query: Omit<ArchivedQuery, "table">): Promise<readonly CallPlace[]> {
    const place = `id::varchar as id, started_at::varchar as "startedAt", answered_at::varchar as "answeredAt"`;
    return await this.#ask<CallPlace>(parts, { table: "usage_events", ...query }, place);
  }

  /**
   * When the calls were answered that a question finds, the first and the last; null: none was.
   *
   * @throws Problem `archive-unavailable`, `archive-damaged`.
   */
  async answerTimes(parts: readonly Archive[], query: Omit<ArchivedQuery, "table">): Promise<AnswerTimes | null> {
    const ends = "min(answered_at)::varchar as first, max(answered_at)::varchar as last";
    const [times] = await this.#ask<Partial<AnswerTimes>>(parts, { table: "usage_events", ...query }, ends);
    return times?.first && times.last ? { first: times.first, last: times.last } : null;
  }

  /** Asks for `wanted` of the rows that a question finds. Only files of tables that it names are opened. */
  async #ask<Row extends object>(
    parts: readonly Archive[],
    { table, sql, values, answered }: ArchivedQuery,
    wanted: string,
  ): Promise<Row[]> {
    invariant(parts.length > 0, "rows are asked of parts");
    const duck = await this.#open();
    const ask = async (): Promise<Row[]> => {
      const tables: string[] = [];
      for (const name of ARCHIVED_TABLES.filter((one) => one === table || sql.includes(one))) {
        const within = `where answered_at between ${literal(answered?.first ?? "")} and ${literal(answered?.last ?? "")}`;
        const only = name === "charges" && answered !== undefined ? within : "";
        tables.push(`${name} as (select * from ${await rowsInFiles(duck, name, this.#files(parts, name))} ${only})`);
      }
      const alias = ALIASES[table];
      const found = `found as (select ${alias}.* from ${table} ${alias} ${sql})`;
      return await duck.rows<Row>(`with ${tables.join(", ")}, ${found} select ${wanted} from found`, values);
    };
    return await ask().catch((cause: Error) => {
      throw archiveDamaged({
        file: join(this.archiveDir, parts[0]?.files[0]?.file ?? ""),
        reason: cause.message,
        cause,
      });
    });
  }

  /**
   * Copies rows of one book and of these parts to the temporary table that `statement` copies to.
   *
   * @throws Problem `archive-unavailable`, `archive-damaged`.
   */
  async copyBook(tx: BulkTx, parts: readonly Archive[], { table, bookId, statement }: BookCopy): Promise<void> {
    const duck = await this.#open();
    for (const file of parts.flatMap(({ files }) => files.filter((one) => one.table === table))) {
      const path = join(this.archiveDir, file.file);
      const csv = join(tmpdir(), `tollwright-${uuidv7()}.csv`);
      await toCsv(duck, { table, path, csv, where: `book_id = ${literal(bookId)}::uuid` }).catch((cause: Error) => {
        throw archiveDamaged({ file: path, reason: cause.message, cause });
      });
      await copyIn(tx, csv, statement);
    }
  }

  #open(): Promise<Duck> {
    this.#duck ??= openDuck();
    return this.#duck;
  }

  #files(parts: readonly Archive[], table: ArchivedTable): readonly string[] {
    return parts
      .flatMap(({ files }) => files.filter((file) => file.table === table))
      .map(({ file }) => join(this.archiveDir, file));
  }

  async close(): Promise<void> {
    (await this.#duck?.catch(() => undefined))?.close();
  }
}

/** Those parts of a list that lie in the archive and may have calls of a time. */
export const partsBetween = (
  archives: readonly Archive[],
  { from, until }: { readonly from: number; readonly until: number },
): readonly Archive[] =>
  archives.filter(({ state, month: text }) => {
    const month = readMonth(text);
    return state === "archived" && month.startAt < until && month.endAt > from;
  });
