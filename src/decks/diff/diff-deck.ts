import type { Rate } from "../../core/tariff/rate.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { DeckRow } from "../deck-row.ts";
import type { ChangeKind, DeckChange, DeckDiff, Withdrawal } from "./deck-diff.ts";
import { type DatedRow, diffCode } from "./diff-code.ts";
import { sameSlots } from "./rate-terms.ts";

export interface DiffPolicy {
  /** Past dates of changes hold as given (and are reported), or count as now. */
  readonly pastDates?: "as-given" | "now";
  /** When codes that a full deck lacks end. Default: the deck's first date that is not past, else now. */
  readonly missingClosedAt?: EpochMs;
}

export interface DiffInput {
  readonly rows: readonly DeckRow[];
  /** All rates of the tariff: past, in force and scheduled. Rates of a time window are left alone: decks have none. */
  readonly current: Iterable<Rate>;
  /** `full`: a code the deck lacks is closed. `amendment`: it is left alone. */
  readonly mode: "full" | "amendment";
  readonly now: EpochMs;
  readonly policy?: DiffPolicy;
}

/**
 * Compares a deck with the rates in force and scheduled, code by code, never by name. Answers each change and the
 * operations that bring the tariff to what the deck says; the same deck again gives no operations.
 */
export function diffDeck({ rows, current, mode, now, policy = {} }: DiffInput): DeckDiff {
  const { pastDates = "as-given", missingClosedAt } = policy;
  const timelines = byPlace(current);
  const rowsByPlace = groupRows(rows);
  const changes: DeckChange[] = [];
  const withdrawn: Withdrawal[] = [];
  const operations = { close: [], insert: [], rename: [] } as {
    [Key in keyof DeckDiff["operations"]]: DeckDiff["operations"][Key][number][];
  };
  let mergedRows = 0;
  const apply = (timeline: readonly Rate[], chain: readonly DatedRow[]): void => {
    const diff = diffCode(timeline, chain, { now, pastDates });
    changes.push(...diff.changes);
    operations.close.push(...diff.operations.close);
    operations.insert.push(...diff.operations.insert);
    operations.rename.push(...diff.operations.rename);
    withdrawn.push(...diff.withdrawn);
  };
  const held = new Set<string>();
  for (const [place, group] of rowsByPlace) {
    const timeline = timelines.get(place) ?? [];
    const { chain, dropped, merged, why } = buildChain(group, now);
    mergedRows += merged;
    changes.push(...dropped.map((row) => noChange(row, why === null ? "expired" : "error", { now, why })));
    if (chain.length > 0) apply(timeline, chain);
    if (chain.length > 0 || why !== null) held.add(place);
  }
  const closedAt = missingClosedAt ?? firstFutureDate(rows, now);
  let missingCodes = 0;
  if (mode === "full") {
    for (const [place, timeline] of timelines) {
      const last = timeline.at(-1) as Rate;
      if (held.has(place) || (last.effectiveTo !== null && last.effectiveTo <= closedAt)) continue;
      missingCodes += 1;
      const { prefix, origin = null, destination } = last;
      apply(timeline, [{ prefix, origin, destination, row: null, from: closedAt, to: null }]);
    }
  }
  const counts = countKinds(changes);
  return { changes, operations, counts, withdrawn, mergedRows, missingCodes, currentCodes: timelines.size };
}

/** Prices of one code for calls from one zone. */
const placeOf = ({ prefix, origin }: Pick<Rate, "prefix" | "origin">): string => `${prefix}|${origin ?? ""}`;

function byPlace(rates: Iterable<Rate>): Map<string, Rate[]> {
  const timelines = new Map<string, Rate[]>();
  for (const rate of rates) {
    if (rate.window !== null) continue;
    const timeline = timelines.get(placeOf(rate));
    if (timeline === undefined) timelines.set(placeOf(rate), [rate]);
    else timeline.push(rate);
  }
  for (const timeline of timelines.values()) timeline.sort((a, b) => a.effectiveFrom - b.effectiveFrom);
  return timelines;
}

function groupRows(rows: readonly DeckRow[]): Map<string, DeckRow[]> {
  const groups = new Map<string, DeckRow[]>();
  for (const row of rows) {
    const group = groups.get(placeOf(row));
    if (group === undefined) groups.set(placeOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

interface Chain {
  readonly chain: readonly DatedRow[];
  /** Rows that do nothing: expired, or all rows of the code when they contradict each other. */
  readonly dropped: readonly DeckRow[];
  readonly merged: number;
  readonly why: string | null;
}

/**
 * Rows of one code by date. Equal rows of one date merge. "Closed" and a price on one date is a code that moved to
 * another destination: the price counts. Two prices on one date contradict each other, and the code is left as it is.
 */
function buildChain(rows: readonly DeckRow[], now: EpochMs): Chain {
  const live = rows.filter((row) => row.effectiveTo === null || row.effectiveTo > now);
  const byDate = new Map<EpochMs, DeckRow>();
  let merged = 0;
  for (const row of live) {
    const from = row.effectiveFrom ?? now;
    const known = byDate.get(from);
    const why = known === undefined ? null : contradiction(known, row);
    if (why !== null) return { chain: [], dropped: rows, merged: 0, why };
    if (known !== undefined) merged += 1;
    if (known === undefined || known.kind === "closed") byDate.set(from, row);
  }
  const dates = [...byDate.keys()].sort((a, b) => a - b);
  const chain = dates.map((from, index): DatedRow => {
    const row = byDate.get(from) as DeckRow;
    const next = dates[index + 1] ?? null;
    const own = row.kind === "closed" ? null : row.effectiveTo;
    const to = own === null ? next : next === null ? own : epochMs(Math.min(own, next));
    const { prefix, origin, destination } = row;
    return { prefix, origin, destination, row, from, to };
  });
  const backwards = chain.find(({ from, to }) => to !== null && to <= from);
  if (backwards !== undefined)
    return { chain: [], dropped: rows, merged: 0, why: "its end date is not after its start" };
  return { chain, dropped: rows.filter((row) => !live.includes(row)), merged, why: null };
}

function contradiction(a: DeckRow, b: DeckRow): string | null {
  if (a.kind === "closed" || b.kind === "closed") return null;
  const same =
    a.kind === b.kind &&
    a.unitS === b.unitS &&
    a.ratePerUnit.units === b.ratePerUnit.units &&
    a.ratePerUnit.scale === b.ratePerUnit.scale &&
    a.increments.firstS === b.increments.firstS &&
    a.increments.nextS === b.increments.nextS &&
    a.connectFee.units === b.connectFee.units &&
    a.connectFee.scale === b.connectFee.scale &&
    sameSlots(a.slots ?? [], b.slots ?? []) &&
    a.effectiveTo === b.effectiveTo;
  return same ? null : `rows ${a.line} and ${b.line} price it differently from the same date on`;
}

const noChange = (row: DeckRow, kind: ChangeKind, { now, why }: { now: EpochMs; why: string | null }): DeckChange => ({
  kind,
  prefix: row.prefix,
  origin: row.origin,
  destination: row.destination,
  renamedFrom: null,
  line: row.line,
  effectiveFrom: row.effectiveFrom ?? now,
  previous: null,
  before: null,
  after: null,
  changed: [],
  isBackdated: false,
  why,
});

function firstFutureDate(rows: readonly DeckRow[], now: EpochMs): EpochMs {
  let first: EpochMs | null = null;
  for (const { effectiveFrom } of rows) {
    if (effectiveFrom !== null && effectiveFrom >= now && (first === null || effectiveFrom < first))
      first = effectiveFrom;
  }
  return first ?? now;
}

function countKinds(changes: readonly DeckChange[]): Record<ChangeKind, number> {
  const counts: Record<ChangeKind, number> = {
    new: 0,
    increase: 0,
    decrease: 0,
    unchanged: 0,
    closed: 0,
    blocked: 0,
    reopened: 0,
    expired: 0,
    error: 0,
  };
  for (const { kind } of changes) counts[kind] += 1;
  return counts;
}
