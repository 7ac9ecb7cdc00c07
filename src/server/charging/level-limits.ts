import { takeTurn } from "../../core/charging/call-pace.ts";
import { countIn, type HoldCounters, withTurns } from "../../core/charging/hold-counters.ts";
import { ACCOUNT_SCOPE, type LimitScope, limitReached, type ScopeOf } from "../../core/charging/limit-scope.ts";
import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { Refusal } from "./charging-request.ts";
import type { AccountHold } from "./hold-store.ts";
import type { PriceLevel } from "./open-levels.ts";

type LimitedLevel = Pick<PriceLevel, "account" | "accountId" | "scopes">;
type Holds = ReadonlyMap<string, Pick<AccountHold, "openSessions" | "counters">>;

/** Why a call may not begin by the limits of who pays for it, whatever money there is; undefined: it may. */
export function limited(levels: readonly LimitedLevel[], holds: Holds, at: EpochMs): Refusal | undefined {
  for (const { account, accountId, scopes } of levels)
    for (const scope of scopes) {
      const reached = limitReached(scope, countOf(holds.get(accountId), scope), microsOf(at));
      if (reached !== null) return REFUSALS[reached](account, scope);
    }
  return undefined;
}

/** Why calls may not go where one goes: one of who pays for it blocks that group of destinations. */
export function blocked(levels: readonly LimitedLevel[]): Refusal | undefined {
  for (const { account, scopes } of levels)
    for (const scope of scopes) if (scope.isBlocked) return REFUSALS.blocked(account, scope);
  return undefined;
}

/** Gives a call that begins its turn in each scope of an account that has a pace. */
export function takeTurns(counters: HoldCounters, scopes: readonly LimitScope[], at: EpochMs): HoldCounters {
  let after = counters;
  for (const { key, limits } of scopes) {
    if (limits.pace === null) continue;
    const { turnsUntilUs } = countIn(after, key);
    // What a switch was told while the database was away has its turn, too, though there was none.
    after = withTurns(after, key, takeTurn(limits.pace, turnsUntilUs, microsOf(at)) ?? turnsUntilUs);
  }
  return after;
}

/** Keys of the scopes in which a session is counted beside its account's own. */
export const countedScopes = (scopes: readonly LimitScope[]): readonly string[] =>
  scopes.slice(1).map(({ key }) => key);

function countOf(hold: Pick<AccountHold, "openSessions" | "counters"> | undefined, { key }: LimitScope) {
  invariant(hold, "an account's hold is locked before its limits are looked at");
  const { openSessions, turnsUntilUs } = countIn(hold.counters, key);
  return { openSessions: key === ACCOUNT_SCOPE ? hold.openSessions : openSessions, turnsUntilUs };
}

const microsOf = (at: EpochMs): number => at * 1_000;

type Reached = NonNullable<ReturnType<typeof limitReached>>;

const REFUSALS: Readonly<Record<Reached, (account: StoredAccount, scope: LimitScope) => Refusal>> = {
  blocked: ({ code }, { of }) => ({
    code: "destination-barred",
    what: `Account "${code}" may not call ${placeOf(of)}.`,
    fix: "Take the block off in a setup file, or call elsewhere.",
  }),
  "open-sessions": ({ code }, { of, limits }) => ({
    code: "sessions-limited",
    what: `Account "${code}" has ${limits.openSessions} sessions open${withinOf(of)}, as many as it may have.`,
    fix: "End one of them, or raise the limit in a setup file.",
  }),
  pace: ({ code }, { of, limits }) => ({
    code: "calls-per-second-limited",
    what: `Account "${code}" begins more than ${limits.pace?.perSecond} calls a second${withinOf(of)}.`,
    fix: "Try again in a moment, or raise the limit in a setup file.",
  }),
};

const placeOf = (of: ScopeOf): string =>
  of.kind === "account"
    ? "at all"
    : of.kind === "group"
      ? `destinations of the group "${of.name}"`
      : `over "${of.name}"`;

const withinOf = (of: ScopeOf): string =>
  of.kind === "account" ? "" : of.kind === "group" ? ` to the group "${of.name}"` : ` on the trunk "${of.name}"`;
