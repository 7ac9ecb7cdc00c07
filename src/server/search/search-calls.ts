import { now } from "../../clock.ts";
import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { type CallFilter, type CallPosition, isIndexed } from "./call-filter.ts";
import { type CallPage, loadCalls } from "./call-store.ts";
import type { StoredCallView } from "./stored-call.ts";

/** A page of calls. */
export interface FoundCalls {
  readonly calls: readonly StoredCallView[];
  /** Where the next page begins; null: there is nothing more. */
  readonly next: CallPosition | null;
  /** All of the filter's time on the near side of this has been looked through; further on there may be more. */
  readonly searchedTo: EpochMs;
}

export interface CallSearch {
  readonly tenantId: string;
  readonly filter: CallFilter;
  readonly page: CallPage;
  /** Stops after this many milliseconds and says how far it came. Without it the whole time is looked through. */
  readonly budgetMs?: number;
}

/** A first look is at the nearest hours, for most pages end there; each further one is at four times as much. */
const FIRST_STRETCH_MS = DAY_MS / 4;
const STRETCH_GROWTH = 4;
/** Without an index each stretch is read from end to end: a day at most, so that the budget is kept. */
const READ_STRETCH_MS_MAX = DAY_MS;
/** Before every id: a page that goes on from a time, and not from a call, has what lies beyond that time whole. */
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Looks for stored calls, newest or oldest first, in stretches of time that grow, until the page is full, the time is
 * through or the budget is spent.
 */
export async function searchCalls(db: Database, search: CallSearch): Promise<FoundCalls> {
  const { tenantId, filter, page, budgetMs = Number.POSITIVE_INFINITY } = search;
  const began = now().epochMilliseconds;
  const calls: StoredCallView[] = [];
  const end = page.order === "newest" ? filter.from : filter.until;
  let at = startOf(filter, page);
  let lengthMs = FIRST_STRETCH_MS;
  while (at !== end && calls.length < page.limit && now().epochMilliseconds - began < budgetMs) {
    const to = stretchEnd(at, end, lengthMs);
    const stretch = { ...filter, from: epochMs(Math.min(at, to)), until: epochMs(Math.max(at, to)) };
    const rest = { ...page, limit: page.limit - calls.length };
    calls.push(...(await db.transaction("app", { tenantId }, (tx) => loadCalls(tx, stretch, rest))));
    at = to;
    lengthMs *= STRETCH_GROWTH;
    if (!isIndexed(filter)) lengthMs = Math.min(lengthMs, READ_STRETCH_MS_MAX);
  }
  const last = calls.at(-1);
  if (last !== undefined && calls.length >= page.limit)
    return { calls, next: { startedAt: last.startedAt, id: last.id }, searchedTo: last.startedAt };
  if (at === end) return { calls, next: null, searchedTo: end };
  return { calls, next: { startedAt: at, id: FIRST_ID }, searchedTo: at };
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
  { tenantId, filter }: Pick<CallSearch, "tenantId" | "filter">,
): AsyncGenerator<StoredCallView> {
  let after: CallPosition | null = null;
  do {
    const found: FoundCalls = await searchCalls(db, {
      tenantId,
      filter,
      page: { order: "oldest", after, limit: 2_000 },
    });
    yield* found.calls;
    after = found.next;
  } while (after !== null);
}
