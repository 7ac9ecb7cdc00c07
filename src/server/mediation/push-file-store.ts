import { createHash } from "node:crypto";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** Rows that were pushed together, before they are stored. */
export interface PushedRows {
  readonly tenantId: string;
  readonly sourceId: string;
  /** Header rows that came with them. */
  readonly preamble: string;
  readonly receivedAt: EpochMs;
  readonly rows: number;
  readonly sizeBytes: number;
}

/**
 * The file that pushed rows belong to, and the number of the first of them in it. There is one a source, UTC day and
 * header, made when it is first needed. Numbers are handed out once, by the row's lock, whatever processes push at the
 * same time; those of a batch that then fails are never used. The file counts as imported at every moment, and
 * received_at is when rows last came: a row of it that is retried later must not look as if it had come from the
 * future.
 */
export async function reserveLines(
  tx: Tx,
  pushed: PushedRows,
): Promise<{ readonly fileId: string; readonly firstLine: number }> {
  const date = toInstant(pushed.receivedAt).toString().slice(0, "2026-11-21".length);
  const { rows } = await tx.prepared<{ id: string; line_done: string }>(
    "push-file",
    `insert into source_files as f
       (tenant_id, source_id, id, sha256, name, size_bytes, received_at, preamble, state, rows_done, line_done,
         bytes_done)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'imported', $9, $9, $6)
     on conflict (source_id, sha256) do update set
       size_bytes = f.size_bytes + excluded.size_bytes,
       received_at = greatest(f.received_at, excluded.received_at),
       rows_done = f.rows_done + excluded.rows_done,
       line_done = f.line_done + excluded.line_done,
       bytes_done = f.bytes_done + excluded.bytes_done
     returning id, line_done`,
    [
      ...[pushed.tenantId, pushed.sourceId, uuidv7(), `push:${date}${headerMark(pushed.preamble)}`, `push ${date}`],
      ...[pushed.sizeBytes, timestampToSql(pushed.receivedAt), pushed.preamble, pushed.rows],
    ],
  );
  const [row] = rows;
  invariant(row, "an upserted file is returned");
  return { fileId: row.id, firstLine: Number(row.line_done) - pushed.rows + 1 };
}

/** Rows under another header are of another file: a header is kept once a file, to read single rows again. */
const headerMark = (preamble: string): string =>
  preamble === "" ? "" : `:${createHash("sha256").update(preamble).digest("hex").slice(0, 16)}`;
