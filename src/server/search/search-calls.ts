import { now } from "../../clock.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Archive } from "../archive/archive.ts";
import { type ArchivedRows, partsBetween } from "../archive/archived-rows.ts";
import { presentArchives } from "../archive/find-archives.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import { findArchivedCalls } from "./archived-calls.ts";
import type { CallFilter, CallPosition } from "./call-filter.ts";
import { type CallPage, loadArchivedCalls, loadCalls } from "./call-store.ts";
import type { StoredCallView } from "./stored-call.ts";
import { firstStretchMs, nextStretchMs } from "./stretch-length.ts";

/** A page of calls. */
export interface FoundCalls {
  readonly calls: readonly StoredCallView[];
  /** Where the next page begins; null: there is nothing more. */
  readonly next: CallPosition | null;
  /** All of the filter's time on the near side of this has been looked through; further on there may be more. */
  readonly searchedTo: EpochMs;
  /** Months that were looked for in the archive, in order. */
  readonly archivedMonths: readonly string[];
}

export interface CallSearch {
  readonly tenantId: string;
  readonly filter: CallFilter;
  readonly page: CallPage;
  /** Where archived months are looked through as well; absent: the database alone. */
  readonly archive?: ArchivedRows | null;
  /** Stops after this many milliseconds and says how far it came. Without it the whole time is looked through. */
  readonly budgetMs?: number;
}

/** Before every id: a page that goes on from a time, and not from a call, has what lies beyond that time whole. */
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Looks for stored calls, newest or oldest first, in stretches of time that grow while they are read quickly, until the
 * page is full, the time is through or the budget is spent.
 */
export async function searchCalls(db: Database, search: CallSearch): Promise<FoundCalls> {
  const { filter, page, budgetMs = Number.POSITIVE_INFINITY } = search;
  const archivedMonths = new Set<string>();
  const began = now().epochMilliseconds;
  const calls: StoredCallView[] = [];
  const end = page.order === "newest" ? filter.from : filter.until;
  let at = startOf(filter, page);
  let lengthMs = firstStretchMs(filter);
  while (at !== end && calls.length < page.limit && now().epochMilliseconds - began < budgetMs) {
    const to = stretchEnd(at, end, lengthMs);
    const stretch = { ...filter, from: epochMs(Math.min(at, to)), until: epochMs(Math.max(at, to)) };
    const rest = { ...page, limit: page.limit - calls.length };
    const lookedAt = now().epochMilliseconds;
    const found = await callsOfStretch(db, search, stretch, rest);
    calls.push(...found.calls);
    for (const month of found.archivedMonths) archivedMonths.add(month);
    at = to;
    lengthMs = nextStretchMs(lengthMs, now().epochMilliseconds - lookedAt);
  }
  const whole = { calls, archivedMonths: [...archivedMonths].sort() };
  const last = calls.at(-1);
  if (last !== undefined && calls.length >= page.limit)
    return { ...whole, next: { startedAt: last.startedAt, id: last.id }, searchedTo: last.startedAt };
  if (at === end) return { ...whole, next: null, searchedTo: end };
  return { ...whole, next: { startedAt: at, id: FIRST_ID }, searchedTo: at };
}

interface Stretch {
  readonly calls: readonly StoredCallView[];
  readonly archivedMonths: readonly string[];
}

/** Months may be archived or restored between two looks; each time the list of parts says where the rows are. */
const TRIES_MAX = 5;

/** Calls of one stretch of time, of the database and of the archive. */
async function callsOfStretch(
  db: Database,
  { tenantId, archive = null }: CallSearch,
  filter: CallFilter,
  page: CallPage,
): Promise<Stretch> {
  for (let tries = 1; ; tries += 1) {
    const { calls, parts } = await db.transaction("app", { tenantId }, async (tx) => {
      if (archive === null) return { calls: await loadCalls(tx, filter, page), parts: [] };
      await steadySnapshot(tx); // rows and parts as they are at one moment
      const archives = await presentArchives(tx, tenantId);
      return { calls: await loadCalls(tx, filter, page), parts: partsBetween(archives, filter) };
    });
    if (archive === null || parts.length === 0) return { calls, archivedMonths: [] };
    try {
      const rows = await findArchivedCalls(archive, parts, { filter, page });
      const archived = await db.transaction("app", { tenantId }, (tx) => loadArchivedCalls(tx, rows, page));
      return { calls: merged(calls, archived, page), archivedMonths: parts.map(({ month }) => month) };
    } catch (error) {
      if (tries === TRIES_MAX || !(await haveGone(db, tenantId, parts))) throw error;
    }
  }
}

/** Whether parts whose files could not be read are in the archive no longer. */
async function haveGone(db: Database, tenantId: string, parts: readonly Archive[]): Promise<boolean> {
  const archives = await db.transaction("app", { tenantId }, (tx) => presentArchives(tx, tenantId));
  const now = new Set(archives.map(({ id }) => id));
  return parts.some(({ id }) => !now.has(id));
}

/** The first calls of two lists in the order of a page. */
function merged(
  a: readonly StoredCallView[],
  b: readonly StoredCallView[],
  { order, limit }: CallPage,
): readonly StoredCallView[] {
  const sign = order === "newest" ? -1 : 1;
  const compare = (x: StoredCallView, y: StoredCallView): number =>
    sign * (x.startedAt - y.startedAt || (x.id < y.id ? -1 : 1));
  return [...a, ...b].sort(compare).slice(0, limit);
}

/** Where the page begins: at its end of the time, or where the page before it ended. */
function startOf({ from, until }: CallFilter, { order, after }: CallPage): EpochMs {
  if (order === "oldest") return after === null ? from : epochMs(Math.max(from, after.startedAt));
  return after === null ? until : epochMs(Math.min(until, after.startedAt + 1)); // the rest of that millisecond, too
}

const stretchEnd = (at: EpochMs, end: EpochMs, lengthMs: number): EpochMs =>
  epochMs(end < at ? Math.max(end, at - lengthMs) : Math.min(end, at + lengthMs));

/** All calls of a filter, oldest first, a page in memory at a time. */
export async function* eachCall(
  db: Database,
  { tenantId, filter, archive = null }: Pick<CallSearch, "tenantId" | "filter" | "archive">,
): AsyncGenerator<StoredCallView> {
  let after: CallPosition | null = null;
  do {
    const found: FoundCalls = await searchCalls(db, {
      tenantId,
      filter,
      archive,
      page: { order: "oldest", after, limit: 2_000 },
    });
    yield* found.calls;
    after = found.next;
  } while (after !== null);
}
