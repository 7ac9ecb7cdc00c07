import type { Database } from "../db/database.ts";
import { type ListedFile, listFiles, type SourceFile } from "./file-store.ts";
import { listOpenParts, type OpenPart } from "./part-store.ts";
import {
  countReasons,
  listWaiting,
  type QuarantineFilter,
  type QuarantineReason,
  type WaitingRow,
} from "./quarantine-store.ts";
import { addCounts, NO_ROWS, type RowCounts } from "./row-counts.ts";
import { findSource } from "./source-store.ts";

export type { ListedFile, OpenPart, QuarantineReason, RowCounts, SourceFile, WaitingRow };

/** The counts of several files together. */
export const sumCounts = (counts: readonly RowCounts[]): RowCounts => counts.reduce(addCounts, NO_ROWS);

/** What to list, with the source by its name. */
export interface ListFilter {
  readonly tenantId: string;
  readonly source?: string | undefined;
  readonly limit: number;
}

/** Files and days of pushes, newest first. Errors: Problem `source-unknown`. */
export const findFiles = (db: Database, { tenantId, source, limit }: ListFilter): Promise<readonly ListedFile[]> =>
  db.transaction("app", { tenantId }, async (tx) => {
    const sourceId = source === undefined ? undefined : (await findSource(tx, tenantId, source)).id;
    return await listFiles(tx, { tenantId, sourceId, limit });
  });

/** Those of the files that are there, as they stand now. */
export const findFilesById = (
  db: Database,
  { tenantId, ids }: { readonly tenantId: string; readonly ids: readonly string[] },
): Promise<readonly ListedFile[]> =>
  db.transaction("app", { tenantId }, (tx) => listFiles(tx, { tenantId, ids, limit: ids.length }));

/** Parts of calls that wait for the rest, oldest first. Errors: Problem `source-unknown`. */
export const findOpenParts = (db: Database, { tenantId, source, limit }: ListFilter): Promise<readonly OpenPart[]> =>
  db.transaction("app", { tenantId }, async (tx) => {
    const sourceId = source === undefined ? undefined : (await findSource(tx, tenantId, source)).id;
    return await listOpenParts(tx, { tenantId, sourceId, limit });
  });

/** What to look for in quarantine, with the source by its name. */
export type WaitingFilter = ListFilter & Pick<QuarantineFilter, "code" | "contains" | "ids" | "behindId">;

/** Errors: Problem `source-unknown`. */
export const findWaiting = (db: Database, filter: WaitingFilter): Promise<readonly WaitingRow[]> =>
  db.transaction("app", { tenantId: filter.tenantId }, async (tx) =>
    listWaiting(tx, {
      ...filter,
      sourceId: filter.source === undefined ? undefined : (await findSource(tx, filter.tenantId, filter.source)).id,
    }),
  );

/** Why rows of a file wait in quarantine, the most frequent reason first. */
export const findReasons = (
  db: Database,
  { tenantId, fileId }: { readonly tenantId: string; readonly fileId: string },
): Promise<readonly QuarantineReason[]> => db.transaction("app", { tenantId }, (tx) => countReasons(tx, fileId));
