import type { TierTable } from "../rating/tier.ts";
import type { EpochMs } from "../time/epoch.ts";
import type { Service } from "../usage/service-units.ts";
import type { CallDirection } from "../usage/switch-call.ts";
import type { Cycle } from "./cycle.ts";

/** Which calls something is for. */
export interface CallScope {
  /** Called numbers begin with one of them: digits, or "=" and the digits of a short code. Empty: all numbers. */
  readonly prefixes: readonly string[];
  /** But not with one of these, where it is the longer one. */
  readonly except: readonly string[];
  /** Destinations of the tariff, by their exact names. Empty: all. */
  readonly destinations: readonly string[];
  /** Empty: all. */
  readonly directions: readonly CallDirection[];
}

/** Something that calls use up, one after the other. */
interface Accumulating {
  /** What the pool's state keeps it under; the same for as long as it is the same thing. */
  readonly key: string;
  readonly name: string;
  /** The accounts whose calls use it up. */
  readonly accountIds: ReadonlySet<string>;
  readonly scope: CallScope;
  /** When it is in force, half-open; calls count by their answer. */
  readonly from: EpochMs;
  /** Infinity: for good. */
  readonly to: EpochMs;
  readonly cycle: Cycle;
  /** The lowest goes first. */
  readonly priority: number;
}

/** What an allowance is of: the units of a service, calls, or money of any service. */
export type AllowanceUnit = "seconds" | "messages" | "octets" | "calls" | "amount";

/** Seconds, messages, octets, calls or money that a cycle gives for nothing. */
export interface Allowance extends Accumulating {
  /** `amount`: nanos of the account's currency. */
  readonly unit: AllowanceUnit;
  readonly quantity: bigint;
  /** What is left of a cycle lives on for some more of them; null: it is lost. */
  readonly rollover: Rollover | null;
  /** Whether a call that it covers whole still pays the connection fee. */
  readonly paysConnectFee: boolean;
  /** Whether a call that it covers whole owes no surcharges; left out: it owes them. */
  readonly waivesSurcharges?: true;
}

export interface Rollover {
  /** How many cycles after its own a leftover may still be used in. */
  readonly cycles: number;
  /** The most that is carried from one cycle into the next; null: no limit. */
  readonly cap: bigint | null;
}

/** Prices that depend on what was used before in the cycle. */
export interface Tiers extends Accumulating {
  readonly table: TierTable;
}

/**
 * Everything cumulative that one pool has in one month. A *pool* is the accounts that use up allowances or tiers
 * together: mostly one account, more where one shares with others of its book. Each list by priority, then key.
 */
export interface PoolRules {
  /** The clock on which cycles begin: that of all accounts of the pool. */
  readonly timeZone: string;
  readonly allowances: readonly Allowance[];
  readonly tiers: readonly Tiers[];
}

/** A call as far as it decides what is for it. */
export interface ScopedCall {
  readonly accountId: string;
  readonly service: Service;
  readonly answeredAt: EpochMs;
  /** As stored: digits, or "=" and what is no E.164 number. */
  readonly calledText: string;
  readonly destination: string;
  readonly direction: CallDirection;
}

/** The one service whose usage can use an allowance up; null: each of them. */
const SERVICE_OF = { seconds: "voice", calls: "voice", messages: "sms", octets: "data", amount: null } as const;

/** Whether an allowance pays for usage of a service at all. */
export const pays = (unit: AllowanceUnit, service: Service): boolean =>
  SERVICE_OF[unit] === null || SERVICE_OF[unit] === service;

export function isFor({ accountIds, from, to, scope }: Accumulating, call: ScopedCall): boolean {
  if (!accountIds.has(call.accountId) || call.answeredAt < from || call.answeredAt >= to) return false;
  const { prefixes, except, destinations, directions } = scope;
  if (directions.length > 0 && !directions.includes(call.direction)) return false;
  if (destinations.length > 0 && !destinations.includes(call.destination)) return false;
  return (
    longestPrefix(prefixes, call.calledText, prefixes.length === 0) > longestPrefix(except, call.calledText, false)
  );
}

/** Length of the longest prefix that a number begins with; -1: none. */
const longestPrefix = (prefixes: readonly string[], called: string, anyNumber: boolean): number =>
  prefixes.reduce(
    (most, prefix) => (called.startsWith(prefix) ? Math.max(most, prefix.length) : most),
    anyNumber ? 0 : -1,
  );
