import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import type { Tx } from "../db/tx.ts";
import { type ArrivedRow, hashOfRow, moveFate, type RowFate } from "./arrived-row.ts";
import type { BatchSource } from "./batch-source.ts";
import { addTo } from "./import-parts.ts";
import { decideQuarantined, findQuarantined, type QuarantinedRow, quarantineRows } from "./quarantine-store.ts";
import type { RowCounts } from "./row-counts.ts";

/** Whose rows are set aside, or leave quarantine. */
export type QuarantineOrigin = Pick<BatchSource, "tenantId" | "sourceId" | "fileId" | "retrying">;

/** Fates by the place of their row, as far as they are known. */
export type Fates = (RowFate | undefined)[];

/** A row to be set aside, and why. */
export interface RejectedPlace {
  readonly place: number;
  readonly reject: Reject;
  readonly isPart: boolean;
}

/** Puts rejected rows into quarantine. A text that is there already, from another line or file, is a duplicate. */
export async function setAside(
  tx: Tx,
  source: QuarantineOrigin,
  batch: {
    readonly rows: readonly ArrivedRow[];
    readonly rejected: readonly RejectedPlace[];
    readonly fates: Fates;
  },
): Promise<void> {
  const firsts = new Map<string, Parameters<typeof quarantineRows>[2][number]>();
  const hashes = batch.rejected.map(({ place, reject, isPart }) => {
    const row = batch.rows[place];
    invariant(row, "a rejected row is a row of the batch");
    const hash = hashOfRow(row);
    if (!firsts.has(hash))
      firsts.set(hash, { id: uuidv7(), rawHash: hash, line: row.line, raw: row.raw, isPart, reject });
    return { place, line: row.line, hash, isPart };
  });
  const stands = await quarantineRows(tx, source, [...firsts.values()]);
  for (const { place, line, hash, isPart } of hashes)
    if (!isPart) batch.fates[place] = quarantinedFate(source, line, stands.get(hash));
}

function quarantinedFate(source: QuarantineOrigin, line: number, stands: QuarantinedRow | undefined): RowFate {
  invariant(stands, "a rejected row stands in quarantine");
  if (stands.fileId !== source.fileId || stands.line !== line) return "duplicate";
  if (stands.state === "waiting") return "quarantined";
  return stands.state === "dismissed" ? "non-billable" : "duplicate";
}

/**
 * Rows that came again and are settled now leave quarantine; in the file they waited for, they are duplicates of this
 * one. A rejected row settles nothing: where its text waits already it is a duplicate, and the one that waits must go
 * on waiting. For sources of which something waits.
 */
export async function release(
  tx: Tx,
  source: QuarantineOrigin,
  batch: {
    readonly rows: readonly ArrivedRow[];
    readonly rejectedPlaces: ReadonlySet<number>;
    readonly fates: Readonly<Fates>;
    readonly moved: Map<string, RowCounts>;
    readonly partHashes: readonly string[];
  },
): Promise<void> {
  const settled = new Map<string, RowFate>();
  for (const [place, row] of batch.rows.entries()) {
    if (!batch.rejectedPlaces.has(place)) settled.set(hashOfRow(row), fateAt(batch.fates, place));
  }
  const found = await findQuarantined(tx, source.sourceId, [...new Set([...settled.keys(), ...batch.partHashes])]);
  const partHashes = new Set(batch.partHashes);
  const waiting = [...found.values()].filter(
    (row) => row.state === "waiting" && (!row.isPart || partHashes.has(row.rawHash)),
  );
  await decideQuarantined(
    tx,
    waiting.map((row) => row.id),
    "released",
  );
  for (const row of waiting) {
    if (row.isPart || !row.counted) continue;
    const fate = source.retrying ? settled.get(row.rawHash) : undefined;
    addTo(batch.moved, row.fileId, moveFate("quarantined", fate ?? "duplicate"));
  }
}

/** What became of the row at `place`. */
export function fateAt(fates: Readonly<Fates>, place: number): RowFate {
  const fate = fates[place];
  invariant(fate, `row ${place} of the batch is accounted for`);
  return fate;
}
