import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import { presentArchives } from "./find-archives.ts";
import { type Month, readMonth } from "./month.ts";

/**
 * Tells of a stretch of time whether the archive may have calls of it. An account's month where clocks are not on UTC is a
 * few hours of another month: without these it is not whole.
 */
export type IsArchived = (span: { readonly startAt: number; readonly endAt: number }) => boolean;

/** Looks up which months are in the archive. */
export async function archivedMonths(tx: Tx, tenantId: string): Promise<IsArchived> {
  const months = await listArchivedMonths(tx, tenantId);
  return (span) => months.some((month) => month.startAt < span.endAt && month.endAt > span.startAt);
}

/** Months of a tenant that are in the archive, in order. */
export async function listArchivedMonths(tx: Tx, tenantId: string): Promise<readonly Month[]> {
  const archives = await presentArchives(tx, tenantId);
  return [...new Set(archives.map(({ month }) => month))].map(readMonth);
}

/** The names of archived months that a time has something of; null: it has no such end. */
export async function archivedBetween(
  tx: Tx,
  tenantId: string,
  { from, until }: { readonly from: EpochMs | null; readonly until: EpochMs | null },
): Promise<readonly string[]> {
  const months = await listArchivedMonths(tx, tenantId);
  return months
    .filter(({ startAt, endAt }) => (until === null || startAt < until) && (from === null || endAt > from))
    .map(({ text }) => text);
}
