import { type Nanos, nanos } from "../money/nanos.ts";
import type { EpochMs } from "../time/epoch.ts";

/** An open session, as one of the accounts that pay for it sees it. */
export interface HoldingSession {
  readonly id: string;
  readonly openedAt: EpochMs;
  /** What it holds of the account's money. */
  readonly held: Nanos;
}

/**
 * The sessions that an account no longer pays for, once its money is less than its sessions hold: those opened last,
 * until what the others hold fits into `available`. Calls that were there first go on; one that holds nothing costs
 * nothing, and stays.
 */
export function unpaidSessions(available: Nanos, sessions: readonly HoldingSession[]): readonly string[] {
  const latestFirst = [...sessions].sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1));
  let held = sessions.reduce((sum, session) => nanos(sum + session.held), nanos(0n));
  const unpaid: string[] = [];
  for (const session of latestFirst) {
    if (held <= available) break;
    if (session.held === 0n) continue;
    held = nanos(held - session.held);
    unpaid.push(session.id);
  }
  return unpaid;
}
