import type { NumberRun } from "../../core/completeness/number-runs.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { CountedFile } from "./row-hours-store.ts";

/** A row of a file, and when its call began. */
export interface NumberPlace {
  readonly line: number;
  readonly at: EpochMs;
}

/** Numbers of one stream in one file. */
export interface FileNumbers {
  readonly stream: string;
  readonly run: NumberRun<NumberPlace>;
}

/** Replaces what is known of the numbers in a file. */
export async function saveNumbers(tx: Tx, file: CountedFile, numbers: readonly FileNumbers[]): Promise<void> {
  await tx.query("delete from record_numbers where file_id = $1", [file.fileId]);
  await insertNumbers(tx, file, numbers);
}

/** Takes out what is known of numbers in or beside a range, of one stream of a file, and answers it. */
export async function takeNumbers(
  tx: Tx,
  { fileId }: CountedFile,
  { stream, first, last }: { readonly stream: string; readonly first: number; readonly last: number },
): Promise<readonly NumberRun<NumberPlace>[]> {
  const { rows } = await tx.query<{
    first: string;
    last: string;
    first_line: string;
    last_line: string;
    at: EpochMs;
  }>(
    `delete from record_numbers
     where file_id = $1 and stream = $2 and first_number <= $4::bigint + 1 and last_number >= $3::bigint - 1
     returning first_number as first, last_number as last, first_line, last_line, at`,
    [fileId, stream, first, last],
  );
  return rows.map((row) => ({
    first: Number(row.first),
    last: Number(row.last),
    firstAt: { line: Number(row.first_line), at: row.at },
    lastAt: { line: Number(row.last_line), at: row.at },
  }));
}

export async function insertNumbers(tx: Tx, file: CountedFile, numbers: readonly FileNumbers[]): Promise<void> {
  if (numbers.length === 0) return;
  await tx.query(
    `insert into record_numbers (tenant_id, source_id, file_id, stream, first_number, last_number, first_line,
       last_line, at)
     select $1::uuid, $2::uuid, $3::uuid, t.*
     from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[]) as t
     on conflict do nothing`,
    [
      ...[file.tenantId, file.sourceId, file.fileId],
      numbers.map(({ stream }) => stream),
      numbers.map(({ run }) => run.first),
      numbers.map(({ run }) => run.last),
      numbers.map(({ run }) => run.firstAt.line),
      numbers.map(({ run }) => run.lastAt.line),
      numbers.map(({ run }) => timestampToSql(run.firstAt.at)),
    ],
  );
}

/** Where a number was seen. */
export interface SeenAt {
  readonly file: string;
  readonly line: number;
  readonly at: EpochMs;
}

/** Numbers of one stream of a source, in one file. */
export interface SeenNumbers extends NumberRun<SeenAt> {
  readonly stream: string;
  readonly at: EpochMs;
}

/** The numbers of a source's records whose calls began since `since`. */
export async function listNumbers(
  tx: Tx,
  { sourceId, since }: { readonly sourceId: string; readonly since: EpochMs | null },
): Promise<readonly SeenNumbers[]> {
  const { rows } = await tx.query<{
    stream: string;
    first: string;
    last: string;
    file: string;
    first_line: string;
    last_line: string;
    at: EpochMs;
  }>(
    `select n.stream, n.first_number as first, n.last_number as last, f.name as file, n.first_line, n.last_line, n.at
     from record_numbers n join source_files f on f.id = n.file_id
     where n.source_id = $1 and ($2::timestamptz is null or n.at >= $2)
     order by n.stream, n.first_number, n.at, n.file_id`,
    [sourceId, since === null ? null : timestampToSql(since)],
  );
  return rows.map(({ stream, first, last, file, first_line, last_line, at }) => ({
    stream,
    at,
    first: Number(first),
    last: Number(last),
    firstAt: { file, line: Number(first_line), at },
    lastAt: { file, line: Number(last_line), at },
  }));
}
