import { moveShare } from "../../core/charging/hold-counters.ts";
import { invariant } from "../../core/invariant.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import type { AccountHold } from "./hold-store.ts";
import type { Session } from "./session.ts";

/** Gives back all that open sessions hold of accounts that are locked; answers what that was, by account. */
export function releaseHolds(
  holds: ReadonlyMap<string, AccountHold>,
  sessions: readonly Session[],
): ReadonlyMap<string, Nanos> {
  const released = new Map<string, Nanos>();
  for (const held of sessions.flatMap((session) => session.holds)) {
    const { accountId, amount } = held;
    const hold = holds.get(accountId);
    invariant(hold, `the hold of account ${accountId} is locked before it is released`);
    hold.held = nanos(hold.held - amount);
    hold.openSessions -= 1;
    hold.counters = moveShare(hold.counters, held, undefined);
    released.set(accountId, nanos((released.get(accountId) ?? NO_NANOS) + amount));
  }
  return released;
}
