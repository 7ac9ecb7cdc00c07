import { epochMs } from "../src/core/time/epoch.ts";
import type { Database } from "../src/server/db/database.ts";
import type { CallFilter } from "../src/server/search/call-filter.ts";
import { searchCalls } from "../src/server/search/search-calls.ts";
import type { Figure } from "./bench.ts";

const DAY_MS = 86_400_000;
const MONTH_START = Date.UTC(2026, 1, 1);
const WHOLE_MONTH = { from: epochMs(MONTH_START), until: epochMs(MONTH_START + 28 * DAY_MS) };
const PAGE = { order: "newest", after: null, limit: 100 } as const;
/** Searches of each kind, and the known calls that they want. */
export const SEARCHES = 100;

/** Of one kind of search: what the i-th looks for, and what it has to find. */
interface Kind {
  readonly name: string;
  readonly filter: (i: number) => CallFilter;
  readonly isRight: (calls: number, filter: CallFilter) => boolean;
}

/** What is in the month: an account's ids, and a number that was called. */
export interface KnownCall {
  readonly book: string;
  readonly account: string;
  readonly called: string;
}

function kinds(known: readonly KnownCall[]): readonly Kind[] {
  const at = (i: number): KnownCall => known[i % known.length] as KnownCall;
  const exact = (called: string) => ({ kind: "exact", texts: [called, `=${called}`] }) as const;
  return [
    {
      name: "account and day",
      filter: (i) => {
        const from = epochMs(MONTH_START + (i % 27) * DAY_MS);
        const payers = { bookId: at(i).book, accountIds: [at(i).account] };
        return { from, until: epochMs(from + DAY_MS), payers };
      },
      isRight: () => true,
    },
    {
      name: "whole number, any time of the month",
      filter: (i) => ({ ...WHOLE_MONTH, called: exact(at(i).called) }),
      isRight: (calls) => calls >= 1,
    },
    {
      name: "number on either side",
      filter: (i) => ({ ...WHOLE_MONTH, number: exact(at(i).called) }),
      isRight: (calls) => calls >= 1,
    },
    {
      name: "beginning of a number",
      filter: (i) => {
        const from = at(i).called.slice(0, 8);
        const until = from.slice(0, -1) + String.fromCharCode(from.charCodeAt(7) + 1);
        return { ...WHOLE_MONTH, called: { kind: "prefix", ranges: [{ from, until }] } };
      },
      isRight: (calls) => calls >= 1,
    },
    {
      name: "part of a number, an hour",
      filter: (i) => {
        const from = epochMs(MONTH_START + i * 6 * 3_600_000);
        return { from, until: epochMs(from + 3_600_000), called: { kind: "contains", part: `${i % 10}77` } };
      },
      isRight: () => true,
    },
  ];
}

/**
 * Searches in February 2026, as the tenant. Floor and goal, 200 ms and 50 ms, are of the slowest in twenty, by account
 * and day and by number.
 */
export async function searchLatencies(db: Database, tenantId: string, known: readonly KnownCall[]): Promise<Searched> {
  const figures: Figure[] = [];
  let found = 0;
  for (const { name, filter, isRight } of kinds(known)) {
    const latencies: number[] = [];
    for (let i = 0; i < SEARCHES; i += 1) {
      const wanted = filter(i);
      const began = performance.now();
      const page = await searchCalls(db, { tenantId, filter: wanted, page: PAGE });
      latencies.push(performance.now() - began);
      found += page.calls.length;
      if (!isRight(page.calls.length, wanted)) throw new Error(`${name}: search ${i} found ${page.calls.length} calls`);
    }
    const sorted = latencies.toSorted((a, b) => a - b);
    const limits = name.startsWith("part") || name.startsWith("beginning") ? {} : { max: 200, goal: 50 };
    figures.push({ name: `${name}, p95`, value: sorted[Math.floor(SEARCHES * 0.95)] ?? 0, unit: "ms", ...limits });
  }
  return { figures, found };
}

export interface Searched {
  readonly figures: readonly Figure[];
  readonly found: number;
}
