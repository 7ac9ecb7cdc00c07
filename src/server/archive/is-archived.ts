import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { Archive } from "./archive.ts";
import { loadMonthsIn } from "./archive-store.ts";
import { type Month, readMonth } from "./month.ts";

/**
 * Tells of a stretch of time whether the archive may have calls of it. Where clocks are not on UTC, an account's
 * month has a few hours of another one: without these it is not whole.
 */
export type IsArchived = (span: { readonly startAt: number; readonly endAt: number }) => boolean;

/** Looks up which months are in the archive. */
export const archivedMonths = (tx: Tx, tenantId: string): Promise<IsArchived> => monthsIn(tx, tenantId, "archived");

/** The same of months whose calls were deleted. */
export const deletedMonths = (tx: Tx, tenantId: string): Promise<IsArchived> => monthsIn(tx, tenantId, "deleted");

async function monthsIn(tx: Tx, tenantId: string, state: Archive["state"]): Promise<IsArchived> {
  const months = await listMonths(tx, tenantId, state);
  return (span) => months.some((month) => month.startAt < span.endAt && month.endAt > span.startAt);
}

/** Months of a tenant that are in the archive, or were deleted there, in order. */
async function listMonths(tx: Tx, tenantId: string, wanted: Archive["state"]): Promise<readonly Month[]> {
  return (await loadMonthsIn(tx, tenantId, wanted)).map(readMonth);
}

/** A stretch of time; null: it has no such end. */
interface Stretch {
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
}

const overlaps =
  ({ from, until }: Stretch): ((month: Month) => boolean) =>
  ({ startAt, endAt }) =>
    (until === null || startAt < until) && (from === null || endAt > from);

/** The names of archived months that a time has something of. */
export const archivedBetween = async (tx: Tx, tenantId: string, time: Stretch): Promise<readonly string[]> =>
  (await listMonths(tx, tenantId, "archived")).filter(overlaps(time)).map(({ text }) => text);

/** The same of months whose calls were deleted. */
export const deletedBetween = async (tx: Tx, tenantId: string, time: Stretch): Promise<readonly string[]> =>
  (await listMonths(tx, tenantId, "deleted")).filter(overlaps(time)).map(({ text }) => text);
