import { expect, test } from "vitest";
import { type Nanos, nanos } from "../money/nanos.ts";
import { type AccountLimits, NO_ACCOUNT_LIMITS, NO_SESSION_LIMITS } from "../tenancy/session-limits.ts";
import { type LimitScope, limitReached, scopesOf } from "./limit-scope.ts";

const group = (name: string, ...prefixes: readonly string[]) => ({ name, prefixes, except: [], destinations: [] });
const GROUPS = new Map([group("mobile", "447"), group("uk", "44")].map((each) => [each.name, each]));
const ofGroup = (name: string, isBlocked = false) => ({ ...NO_SESSION_LIMITS, group: name, isBlocked });
const LIMITS: AccountLimits = {
  ...NO_ACCOUNT_LIMITS,
  groups: [ofGroup("uk"), ofGroup("mobile", true), ofGroup("gone")],
};
const TRUNK = { id: "t-1", name: "pbx", limits: NO_SESSION_LIMITS };

test.each<[string, typeof TRUNK | null, readonly string[], string]>([
  // called, trunk, scopes, why
  ["442071234567", null, ["", "group/uk"], "the account's own, and the group that the call goes to"],
  ["447700900123", null, ["", "group/uk", "group/mobile"], "both groups, for a number may be in several"],
  ["4930123456", TRUNK, ["", "trunk/t-1"], "no group, but the trunk that it came in through"],
])("a call to %s has these limits (%s)", (calledText, trunk, keys) => {
  const scopes = scopesOf(LIMITS, { calledText, destination: "any" }, { groups: GROUPS, trunk });
  expect(scopes.map(({ key }) => key)).toEqual(keys);
  expect(scopes.filter(({ isBlocked }) => isBlocked).map(({ of }) => of)).toEqual(
    keys.includes("group/mobile") ? [{ kind: "group", name: "mobile" }] : [],
  );
});

const scope = (limits: Partial<LimitScope["limits"]>, isBlocked = false): LimitScope => ({
  ...{ key: "", of: { kind: "account" }, limits: { ...NO_SESSION_LIMITS, ...limits }, isBlocked },
});
const ONE_A_SECOND = { perSecond: 1, burst: 1 };

test.each<[LimitScope, number, number, string | null, string]>([
  // scope, open sessions, turns taken until (us), reached, why
  [scope({}), 1_000, 9_000_000, null, "nothing is limited"],
  [scope({}, true), 0, 0, "blocked", "no call may go there"],
  [scope({ openSessions: 2 }), 1, 0, null, "one more is the second"],
  [scope({ openSessions: 2 }), 2, 0, "open-sessions", "as many as may be are open"],
  [scope({ openSessions: 0 }), 0, 0, "open-sessions", "none may be"],
  [scope({ pace: ONE_A_SECOND }), 0, 5_000_000, null, "its turn has come"],
  [scope({ pace: ONE_A_SECOND }), 0, 5_000_001, "pace", "its turn has not come"],
  [scope({ pace: ONE_A_SECOND, openSessions: 0 }), 0, 9_000_000, "open-sessions", "what lasts longer goes first"],
])("a scope with %j, %i open, turns until %i: %s (%s)", (limited, openSessions, turnsUntilUs, reached) => {
  expect(limitReached(limited, { openSessions, turnsUntilUs }, 5_000_000)).toBe(reached);
});

test("limits of spend are not looked at here: they shorten the grant", () => {
  const none: Nanos = nanos(0n);
  expect(limitReached(scope({ daySpend: none, monthSpend: none }), { openSessions: 0, turnsUntilUs: 0 }, 0)).toBe(null);
});
