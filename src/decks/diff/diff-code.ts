import type { Rate } from "../../core/tariff/rate.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { DeckRow } from "../deck-row.ts";
import type { ChangeKind, DeckChange, DeckOperations, Withdrawal } from "./deck-diff.ts";
import { changedTerms, isIncrease, sameTerms } from "./rate-terms.ts";
import { joinSame, rateAt, rateBefore, sameBetween, since, type Timeline, until } from "./timeline.ts";

/** A deck row with its dates settled. The rows of one code, by date, form a chain; each ends where the next begins. */
export interface DatedRow {
  readonly prefix: string;
  readonly origin: string | null;
  readonly destination: string;
  /** null: a full deck does not have the code. */
  readonly row: DeckRow | null;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

export interface CodeDiff {
  readonly changes: readonly DeckChange[];
  readonly operations: DeckOperations;
  readonly withdrawn: readonly Withdrawal[];
}

/**
 * Lays the chain of one code over its rates. The chain takes over at its first date: the rate in force then ends there,
 * and rates that would begin later are withdrawn. Two exceptions keep the past as it was billed: where the chain agrees
 * with what is in force now it starts now, and under `pastDates: "now"` it never starts earlier.
 */
export function diffCode(
  current: Timeline,
  chain: readonly DatedRow[],
  { now, pastDates }: { now: EpochMs; pastDates: "as-given" | "now" },
): CodeDiff {
  const standing = rateAt(current, now);
  const rates = chain.map((entry) => chainRate(entry, rateAt(current, entry.from), standing));
  const given = rates.filter((rate) => rate !== null);
  const first = (chain[0] as DatedRow).from;
  const agreed = rateAt(given, now);
  const isSettled = standing === null || agreed === null ? standing === agreed : sameTerms(standing, agreed);
  const start = first < now && (isSettled || pastDates === "now") ? now : first;
  const kept = until(current, start);
  const wanted = [...kept.slice(0, -1), ...joinSame([...kept.slice(-1), ...since(given, start)])];
  const changes = chain.map((entry, index) => {
    const at = epochMs(Math.max(entry.from, start));
    const previous = index === 0 || entry.from <= start ? rateBefore(current, at) : (rates[index - 1] ?? null);
    return describe({ entry, at, previous, after: rates[index] ?? null, current, now });
  });
  const { close, insert } = sameBetween(current, wanted, start, null)
    ? { close: [], insert: [] }
    : toOperations(current, wanted);
  const newest = chain.at(-1) as DatedRow;
  const named = insert.map((rate) =>
    isNamedBy(newest, rate, now) ? { ...rate, destination: newest.destination } : rate,
  );
  return {
    changes,
    operations: { close, insert: named, rename: renames(current, newest, now) },
    withdrawn: close.length === 0 ? [] : withdrawals(current, chain, wanted, now),
  };
}

/** Scheduled rates that are gone, but for those that a row of their date replaces, and those of a code that closes. */
function withdrawals(current: Timeline, chain: readonly DatedRow[], wanted: Timeline, now: EpochMs): Withdrawal[] {
  return current.flatMap((rate) => {
    const { effectiveFrom: from } = rate;
    const row = chain.findLast((entry) => entry.from <= from)?.row ?? null;
    if (from <= now || row === null || row.kind === "closed" || chain.some((entry) => entry.from === from)) return [];
    const instead = rateAt(wanted, from);
    return instead !== null && sameTerms(instead, rate) ? [] : [{ rate, line: row.line }];
  });
}

/** The rate a row makes; null for one that closes the code. */
function chainRate({ row, origin, from, to }: DatedRow, model: Rate | null, standing: Rate | null): Rate | null {
  if (row === null || row.kind === "closed") return null;
  const rate: Rate = {
    prefix: row.prefix,
    destination: row.destination,
    blocked: row.kind === "blocked",
    ratePerUnit: row.ratePerUnit,
    unitS: row.unitS,
    increments: row.increments,
    slots: row.slots ?? [],
    connectFee: row.connectFee,
    // A deck does not speak of these four: what the operator set stays.
    minimumS: model?.minimumS ?? 0,
    freeS: model?.freeS ?? 0,
    minimumCost: model?.minimumCost ?? null,
    maximumCost: model?.maximumCost ?? null,
    window: null,
    ...(origin === null ? {} : { origin }),
    effectiveFrom: from,
    effectiveTo: to,
  };
  if (row.slots !== null) return rate;
  // Nor does one without a column of next prices speak of slots: they stay as long as the price does.
  const slots = [model, standing].find((known) => known !== null && sameTerms({ ...known, slots: [] }, rate))?.slots;
  return slots === undefined ? rate : { ...rate, slots };
}

/** Turns the stored rates into the wanted ones. A rate keeps its start; only its end may come nearer. */
function toOperations(current: Timeline, wanted: Timeline): Omit<DeckOperations, "rename"> {
  const close: DeckOperations["close"][number][] = [];
  const insert = new Map(wanted.map((rate) => [rate.effectiveFrom, rate]));
  for (const rate of current) {
    const { prefix, window, origin = null, effectiveFrom, effectiveTo } = rate;
    const next = insert.get(effectiveFrom);
    if (next === undefined || !sameTerms(next, rate)) {
      close.push({ prefix, window, origin, effectiveFrom, at: effectiveFrom });
      continue;
    }
    insert.delete(effectiveFrom);
    if (next.effectiveTo === effectiveTo) continue;
    if (next.effectiveTo !== null && (effectiveTo === null || next.effectiveTo < effectiveTo)) {
      close.push({ prefix, window, origin, effectiveFrom, at: next.effectiveTo });
    } else if (effectiveTo !== null) insert.set(effectiveTo, { ...next, effectiveFrom: effectiveTo });
  }
  return { close, insert: [...insert.values()] };
}

/** The newest name goes to the rate in force and to later ones, stored or inserted. */
const isNamedBy = ({ destination, row }: DatedRow, rate: Rate, now: EpochMs): boolean =>
  row !== null && destination !== "" && (rate.effectiveTo === null || rate.effectiveTo > now);

const renames = (current: Timeline, newest: DatedRow, now: EpochMs): DeckOperations["rename"] =>
  current
    .filter((rate) => isNamedBy(newest, rate, now) && rate.destination !== newest.destination)
    .map(({ prefix, window, origin = null, effectiveFrom }) => {
      return { prefix, window, origin, effectiveFrom, destination: newest.destination };
    });

interface Described {
  readonly entry: DatedRow;
  /** When the row takes effect. */
  readonly at: EpochMs;
  readonly previous: Rate | null;
  readonly after: Rate | null;
  readonly current: Timeline;
  readonly now: EpochMs;
}

function describe({ entry, at, previous, after, current, now }: Described): DeckChange {
  const before = rateAt(current, at);
  const asPlanned =
    (entry.to !== null && entry.to <= at) || sameBetween(current, after === null ? [] : [after], at, entry.to);
  const kind = asPlanned ? "unchanged" : changeKind({ previous, before, after, current });
  const compared = previous ?? before;
  const overlapsPast =
    at < now &&
    current.some(({ effectiveFrom, effectiveTo }) => effectiveFrom < now && (effectiveTo === null || effectiveTo > at));
  const oldName = before?.destination ?? entry.destination;
  return {
    kind,
    prefix: entry.prefix,
    origin: entry.origin,
    destination: entry.destination,
    renamedFrom: oldName === entry.destination || entry.destination === "" ? null : oldName,
    line: entry.row?.line ?? null,
    effectiveFrom: at,
    previous,
    before,
    after,
    changed: kind === "unchanged" || compared === null || after === null ? [] : changedTerms(compared, after),
    isBackdated: kind !== "unchanged" && overlapsPast,
    why: null,
  };
}

/** Of a row that changes something. A scheduled change that is called off is judged by what had been scheduled. */
function changeKind({
  previous,
  before,
  after,
  current,
}: Pick<Described, "previous" | "after" | "current"> & { before: Rate | null }): ChangeKind {
  if (after === null) return "closed";
  if (after.blocked) return "blocked";
  const reference = previous === null || sameTerms(previous, after) ? (before ?? previous) : previous;
  if (reference === null) return current.length === 0 ? "new" : "reopened";
  if (reference.blocked) return "reopened";
  return isIncrease(reference, after) ? "increase" : "decrease";
}
