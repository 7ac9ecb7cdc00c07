import type { DecodedRow } from "../../mediation/decoder.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { hashOfRow, moveFate } from "./arrived-row.ts";
import { lockCounts, recount } from "./file-store.ts";
import { decideQuarantined, findLastRows, findQuarantined, type LastRow } from "./quarantine-store.ts";
import { startDigestsOf } from "./read-file.ts";
import { addCounts, NO_ROWS, type RowCounts } from "./row-counts.ts";
import type { Source } from "./source.ts";

/**
 * Rows that wait because a log was imported while its last row was still being written. The file that grew from it
 * has the whole row: what it begins with is the earlier file to the byte, and a row of the earlier file that it does
 * not have is none.
 */
export class CutOffRows {
  readonly #sourceId: string;
  /** Those that the grown file has not shown yet, by the hash of their text. */
  readonly #rows: Map<string, LastRow>;
  readonly #lines: ReadonlySet<number>;

  private constructor(sourceId: string, rows: readonly LastRow[]) {
    this.#sourceId = sourceId;
    this.#rows = new Map(rows.map((row) => [row.rawHash, row]));
    this.#lines = new Set(rows.map((row) => row.line));
  }

  /** Looks for earlier files that the file at `path` begins with and whose last row waits. */
  static async find(
    db: Database,
    { tenantId, id: sourceId }: Pick<Source, "tenantId" | "id">,
    { path, sizeBytes }: { readonly path: string; readonly sizeBytes: number },
  ): Promise<CutOffRows> {
    const rows = await db.transaction("ingest", {}, (tx) => findLastRows(tx, { tenantId, sourceId, sizeBytes }));
    if (rows.length === 0) return new CutOffRows(sourceId, []);
    const digests = await startDigestsOf(
      path,
      rows.map((row) => row.sizeBytes),
    );
    const grown = rows.filter((row) => digests.get(row.sizeBytes) === row.sha256);
    return new CutOffRows(sourceId, grown);
  }

  /** Takes every row of the grown file: one that it has as well was not cut off, and waits on. */
  see(row: DecodedRow): void {
    if (this.#rows.size === 0) return;
    if (row.outcome.kind === "reject" || this.#lines.has(row.line)) this.#rows.delete(hashOfRow({ raw: row.raw }));
  }

  /** Lets the others go, once the grown file is stored: where they waited, they are duplicates of its rows. */
  async release(tx: Tx): Promise<void> {
    if (this.#rows.size === 0) return;
    await lockCounts(tx, this.#sourceId);
    const found = await findQuarantined(tx, this.#sourceId, [...this.#rows.keys()]);
    const waiting = [...found.values()].filter((row) => row.state === "waiting");
    await decideQuarantined(
      tx,
      waiting.map((row) => row.id),
      "released",
    );
    const moved = new Map<string, RowCounts>();
    for (const { fileId } of waiting)
      moved.set(fileId, addCounts(moved.get(fileId) ?? NO_ROWS, moveFate("quarantined", "duplicate")));
    await recount(tx, moved);
  }
}
