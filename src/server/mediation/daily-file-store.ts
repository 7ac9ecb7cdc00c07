import { createHash } from "node:crypto";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import { intArray, timestampArray, uuidArray } from "../db/array-parameter.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { RowCounts } from "./row-counts.ts";

/** Rows that came together by another way than in a file, before they are stored. */
export interface LooseRows {
  readonly tenantId: string;
  readonly sourceId: string;
  /** How they came, as the name of their file begins: "push", "sql acc", "syslog". */
  readonly way: string;
  /** Header rows that came with them. */
  readonly preamble: string;
  readonly receivedAt: EpochMs;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Line numbers that are wanted beyond those of the rows, for rows that {@link countDailyRows} counts later. */
  readonly spareLines?: number;
}

/**
 * The file that rows belong to which came in none, and the number of the first of them in it. There is one a source,
 * way, UTC day and header, made when it is first needed. Numbers are handed out once, by the row's lock, whatever
 * processes store at the same time; those of a batch that then fails are never used. The file counts as imported at
 * every moment, and received_at is when rows last came: a row of it that is retried later must not look as if it had
 * come from the future.
 */
export async function reserveLines(
  tx: Tx,
  loose: LooseRows,
): Promise<{ readonly fileId: string; readonly firstLine: number }> {
  const { spareLines = 0 } = loose;
  const date = utcDate(loose.receivedAt);
  const { rows } = await tx.prepared<{ id: string; line_done: string }>(
    "daily-file",
    `insert into source_files as f
       (tenant_id, source_id, id, sha256, name, size_bytes, received_at, preamble, state, rows_done, line_done,
         bytes_done)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'imported', $9, $9::bigint + $10, $6)
     on conflict (source_id, sha256) do update set
       size_bytes = f.size_bytes + excluded.size_bytes,
       received_at = greatest(f.received_at, excluded.received_at),
       rows_done = f.rows_done + excluded.rows_done,
       line_done = f.line_done + excluded.line_done,
       bytes_done = f.bytes_done + excluded.bytes_done
     returning id, line_done`,
    [
      ...[loose.tenantId, loose.sourceId, uuidv7()],
      ...[`${loose.way}:${date}${headerMark(loose.preamble)}`, `${loose.way} ${date}`],
      ...[loose.sizeBytes, timestampToSql(loose.receivedAt), loose.preamble, loose.rows, spareLines],
    ],
  );
  const [row] = rows;
  invariant(row, "an upserted file is returned");
  return { fileId: row.id, firstLine: Number(row.line_done) - loose.rows - spareLines + 1 };
}

/** The day that a file is of: "2026-11-21". */
export const utcDate = (at: EpochMs): string => toInstant(at).toString().slice(0, "2026-11-21".length);

/** Rows that came to a day's file under lines that were reserved before. */
export interface DailyRows {
  readonly fileId: string;
  readonly receivedAt: EpochMs;
  readonly sizeBytes: number;
  readonly counts: RowCounts;
}

/** Counts rows that came, in the transaction that stores them. */
export async function countDailyRows(tx: Tx, files: readonly DailyRows[]): Promise<void> {
  const sorted = files.toSorted((a, b) => (a.fileId < b.fileId ? -1 : 1));
  const numbers = (pick: (rows: DailyRows) => number) => intArray(sorted.map(pick));
  await tx.prepared(
    "count-daily-rows",
    `update source_files f set size_bytes = f.size_bytes + t.bytes, bytes_done = f.bytes_done + t.bytes,
       received_at = greatest(f.received_at, t.at), rows_done = f.rows_done + t.rows, rows = f.rows + t.rows,
       stored = f.stored + t.stored, duplicate = f.duplicate + t.duplicate, corrected = f.corrected + t.corrected,
       non_billable = f.non_billable + t.non_billable, quarantined = f.quarantined + t.quarantined
     from unnest($1::uuid[], $2::timestamptz[], $3::integer[], $4::integer[], $5::integer[], $6::integer[],
       $7::integer[], $8::integer[], $9::integer[])
       as t(id, at, bytes, rows, stored, duplicate, corrected, non_billable, quarantined)
     where f.id = t.id`,
    [
      uuidArray(sorted.map(({ fileId }) => fileId)),
      timestampArray(sorted.map(({ receivedAt }) => receivedAt)),
      numbers(({ sizeBytes }) => sizeBytes),
      numbers(({ counts }) => counts.rows),
      numbers(({ counts }) => counts.stored),
      numbers(({ counts }) => counts.duplicate),
      numbers(({ counts }) => counts.corrected),
      numbers(({ counts }) => counts.nonBillable),
      numbers(({ counts }) => counts.quarantined),
    ],
  );
}

/** Rows under another header are of another file: a header is kept once a file, to read single rows again. */
const headerMark = (preamble: string): string =>
  preamble === "" ? "" : `:${createHash("sha256").update(preamble).digest("hex").slice(0, 16)}`;
