import type { Nanos } from "../money/nanos.ts";
import { type CalledPlace, type DestinationGroup, isInGroup } from "../tenancy/destination-group.ts";
import type { AccountLimits, SessionLimits } from "../tenancy/session-limits.ts";
import { takeTurn } from "./call-pace.ts";
import { hasAllSessionsOpen } from "./session-room.ts";

/** Which calls of an account are limited together: all of them, those to a group of destinations, those of a trunk. */
export type ScopeOf =
  | { readonly kind: "account" }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "trunk"; readonly name: string };

/** One set of limits that a session is under at one of its payers. */
export interface LimitScope {
  /** What its sessions are counted under, with the account. */
  readonly key: string;
  readonly of: ScopeOf;
  readonly limits: SessionLimits;
  readonly isBlocked: boolean;
}

/** What is counted of the sessions of a scope. */
export interface ScopeCount {
  readonly openSessions: number;
  /** Held by them, in the account's currency. */
  readonly held: Nanos;
  /** See {@link takeTurn}; 0: every call has had its turn. */
  readonly turnsUntilUs: number;
}

/** What the account's own scope is counted under. */
export const ACCOUNT_SCOPE = "";

/** A trunk with limits, where its calls are counted. */
export interface LimitedTrunk {
  readonly id: string;
  readonly name: string;
  readonly limits: SessionLimits;
}

/**
 * The scopes of a call at an account that pays for it: the account's own first, then those of its groups that the call
 * goes to, then the trunk's. A group that the account has limits for and that is no more has none.
 */
export function scopesOf(
  limits: AccountLimits,
  place: CalledPlace,
  { groups, trunk }: { readonly groups: ReadonlyMap<string, DestinationGroup>; readonly trunk: LimitedTrunk | null },
): readonly LimitScope[] {
  const own: LimitScope = { key: ACCOUNT_SCOPE, of: { kind: "account" }, limits, isBlocked: false };
  const ofGroups = limits.groups.flatMap((ofGroup): LimitScope[] => {
    const group = groups.get(ofGroup.group);
    if (group === undefined || !isInGroup(group, place)) return [];
    const { name } = group;
    return [{ key: `group/${name}`, of: { kind: "group", name }, limits: ofGroup, isBlocked: ofGroup.isBlocked }];
  });
  if (trunk === null) return [own, ...ofGroups];
  const { id, name, limits: ofTrunk } = trunk;
  return [own, ...ofGroups, { key: `trunk/${id}`, of: { kind: "trunk", name }, limits: ofTrunk, isBlocked: false }];
}

/** Why a call may not begin in a scope, whatever money there is; null: it may. All microseconds. */
export function limitReached(
  { limits, isBlocked }: LimitScope,
  { openSessions, turnsUntilUs }: Pick<ScopeCount, "openSessions" | "turnsUntilUs">,
  atUs: number,
): "blocked" | "open-sessions" | "pace" | null {
  if (isBlocked) return "blocked";
  if (hasAllSessionsOpen(limits, openSessions)) return "open-sessions";
  return limits.pace !== null && takeTurn(limits.pace, turnsUntilUs, atUs) === null ? "pace" : null;
}
