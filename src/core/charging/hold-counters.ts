import { type Nanos, NO_NANOS, nanos, nanosFromSql, nanosToSql } from "../money/nanos.ts";
import type { ScopeCount } from "./limit-scope.ts";

/**
 * What is counted of an account's open sessions beside how many they are and what they hold: for limits of groups and
 * trunks, for the pace of calls, and for warnings of a low balance. Most accounts have nothing of it.
 */
export interface HoldCounters {
  /** What open sessions have cost so far, by their reports; only of an account that is warned. */
  readonly used: Nanos;
  /** The lowest threshold that the balance is below, as it was seen last; null: none. */
  readonly below: Nanos | null;
  /** What it could still spend when it was last told to be out of money; null: it has more since, or never was. */
  readonly exhausted: Nanos | null;
  /** By their keys; one in which nothing is open has but its turns. */
  readonly scopes: ReadonlyMap<string, ScopeCount>;
}

export const NO_COUNTERS: HoldCounters = { used: NO_NANOS, below: null, exhausted: null, scopes: new Map() };

const NO_COUNT: ScopeCount = { openSessions: 0, held: NO_NANOS, turnsUntilUs: 0 };

/** A session's part in the counters of an account. */
export interface CountedShare {
  /** Held of the account's money. */
  readonly amount: Nanos;
  /** See {@link HoldCounters.used}; left out: it is not counted. */
  readonly used?: Nanos;
  /** The scopes that it is counted in, but for the account's own; left out: none. */
  readonly scopes?: readonly string[];
}

export const countIn = ({ scopes }: HoldCounters, key: string): ScopeCount => scopes.get(key) ?? NO_COUNT;

/**
 * The counters with a session's share in place of what it had before; undefined: it has none. Law, tested: once every
 * session has ended nothing is counted.
 */
export function moveShare(
  counters: HoldCounters,
  before: CountedShare | undefined,
  after: CountedShare | undefined,
): HoldCounters {
  const leaves = before?.scopes ?? [];
  const enters = after?.scopes ?? [];
  const usedMore = (after?.used ?? 0n) - (before?.used ?? 0n);
  if (leaves.length === 0 && enters.length === 0)
    return usedMore === 0n ? counters : { ...counters, used: nanos(counters.used + usedMore) };
  const scopes = new Map(counters.scopes);
  const add = (key: string, sessions: number, amount: bigint) => {
    const count = scopes.get(key) ?? NO_COUNT;
    const openSessions = count.openSessions + sessions;
    scopes.set(key, { ...count, openSessions, held: nanos(count.held + amount) });
  };
  for (const key of leaves) add(key, -1, -(before?.amount ?? 0n));
  for (const key of enters) add(key, 1, after?.amount ?? 0n);
  return { ...counters, used: nanos(counters.used + usedMore), scopes };
}

/** The counters with the turn of one more call of a scope. */
export function withTurns(counters: HoldCounters, key: string, turnsUntilUs: number): HoldCounters {
  const scopes = new Map(counters.scopes);
  scopes.set(key, { ...(scopes.get(key) ?? NO_COUNT), turnsUntilUs });
  return { ...counters, scopes };
}

/** Counters as they are stored: what is zero, or over, is left out. */
export interface HoldCountersJson {
  readonly used?: string;
  readonly below?: string;
  readonly exhausted?: string;
  readonly scopes?: Readonly<
    Record<string, { readonly open?: number; readonly held?: string; readonly turnsUntilUs?: number }>
  >;
}

export function countersFromJson({ used, below, exhausted, scopes }: HoldCountersJson): HoldCounters {
  if (used === undefined && below === undefined && exhausted === undefined && scopes === undefined) return NO_COUNTERS;
  return {
    used: used === undefined ? NO_NANOS : nanosFromSql(used),
    below: below === undefined ? null : nanosFromSql(below),
    exhausted: exhausted === undefined ? null : nanosFromSql(exhausted),
    scopes: new Map(
      Object.entries(scopes ?? {}).map(([key, { open = 0, held, turnsUntilUs = 0 }]) => [
        key,
        { openSessions: open, held: held === undefined ? NO_NANOS : nanosFromSql(held), turnsUntilUs },
      ]),
    ),
  };
}

export function countersToJson({ used, below, exhausted, scopes }: HoldCounters): HoldCountersJson {
  const stored = [...scopes].flatMap(([key, { openSessions, held, turnsUntilUs }]) => {
    const counted = openSessions > 0 && { open: openSessions, held: nanosToSql(held) };
    const turns = turnsUntilUs > 0 && { turnsUntilUs };
    return counted || turns ? [[key, { ...counted, ...turns }] as const] : [];
  });
  return {
    ...(used !== 0n && { used: nanosToSql(used) }),
    ...(below !== null && { below: nanosToSql(below) }),
    ...(exhausted !== null && { exhausted: nanosToSql(exhausted) }),
    ...(stored.length > 0 && { scopes: Object.fromEntries(stored) }),
  };
}
