import type { Grant } from "../../core/charging/grant.ts";
import { type Spendable, spendable } from "../../core/charging/spendable.ts";
import { invariant } from "../../core/invariant.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { Refusal } from "./charging-request.ts";
import { type AccountHold, type Funds, loadFunds, NO_FUNDS } from "./hold-store.ts";
import type { PriceLevel } from "./open-levels.ts";
import type { Session } from "./session.ts";
import { loadSpent, NOTHING_SPENT, type Spent } from "./spent-store.ts";

/** The money of accounts: in the ledger, held by sessions, and spent in periods that are limited. */
export interface Money {
  readonly holds: ReadonlyMap<string, AccountHold>;
  readonly funds: ReadonlyMap<string, Funds>;
  readonly spent: ReadonlyMap<string, Spent>;
}

/** A level with what it may hold for a session, and what keeps that from being more. */
export interface FundedLevel extends PriceLevel, Spendable {}

/** Reads the money of accounts whose holds are locked. */
export async function loadMoney(
  tx: Tx,
  accounts: readonly StoredAccount[],
  at: EpochMs,
): Promise<Pick<Money, "funds" | "spent">> {
  const funds = await loadFunds(
    tx,
    accounts.map(({ id: accountId, bookId, currency }) => ({ accountId, bookId, currency })),
  );
  const limited = accounts.filter(({ limits }) => limits.daySpend !== null || limits.monthSpend !== null);
  return { funds, spent: await loadSpent(tx, limited, at) };
}

/** What a level may hold for this session. */
export function withMoney(level: PriceLevel, session: Session, { holds, funds, spent }: Money): FundedLevel {
  const { account, accountId } = level;
  const hold = holds.get(accountId);
  invariant(hold, `the hold of account ${accountId} is locked before a grant`);
  const othersHold = nanos(hold.held - ownHold(session, accountId));
  const { wallet, owed } = funds.get(accountId) ?? NO_FUNDS;
  const purse = { ...account, wallet, owed, spent: spent.get(accountId) ?? NOTHING_SPENT, othersHold };
  return { ...level, ...spendable(purse) };
}

export const ownHold = ({ holds }: Pick<Session, "holds">, accountId: string): Nanos =>
  holds.find((hold) => hold.accountId === accountId)?.amount ?? NO_NANOS;

/** Why a level cannot pay even the first step of a call. */
export function notEven(levels: readonly FundedLevel[], { limitedAt, limitedBy }: Grant): Refusal {
  const level = levels.find(({ accountId }) => accountId === limitedAt);
  const code = level?.account.code ?? "";
  if (limitedBy === "balance" && level?.shortOf === "balance")
    return {
      code: "balance-exhausted",
      what: `The balance of account "${code}" does not pay for the first step of this call.`,
      fix: "Top the account up, or give it more credit.",
    };
  const what =
    limitedBy === "balance"
      ? `Account "${code}" has spent what it may in this day or month.`
      : "The limits of this call's accounts, or its price, allow it not even a second.";
  return {
    code: "spend-limited",
    what,
    fix: "Raise the limits of the account in a setup file, or wait for the next period.",
  };
}

export const sessionsLimited = ({ code, limits }: StoredAccount): Refusal => ({
  code: "sessions-limited",
  what: `Account "${code}" has ${limits.openSessions} sessions open, as many as it may have.`,
  fix: "End one of them, or raise the account's limit in a setup file.",
});
