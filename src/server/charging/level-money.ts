import type { Grant } from "../../core/charging/grant.ts";
import { countIn } from "../../core/charging/hold-counters.ts";
import { moneyLeft, type Spendable, spendable } from "../../core/charging/spendable.ts";
import { invariant } from "../../core/invariant.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { Refusal } from "./charging-request.ts";
import { type AccountHold, type Funds, loadFunds, NO_FUNDS } from "./hold-store.ts";
import type { PriceLevel } from "./open-levels.ts";
import type { Session } from "./session.ts";
import { limitsSpend, loadSpent, NOTHING_SPENT, type Spent } from "./spent-store.ts";
import type { SpentSums } from "./spent-sums.ts";

/** The money of accounts: in the ledger, held by sessions, and spent in periods that are limited. */
export interface Money {
  readonly holds: ReadonlyMap<string, AccountHold>;
  readonly funds: ReadonlyMap<string, Funds>;
  readonly spent: ReadonlyMap<string, Spent>;
}

/** A level with what it may hold for a session, and what keeps that from being more. */
export interface FundedLevel extends PriceLevel, Spendable {
  /** What the account's money allows, other calls' cost so far taken off where that is counted; null: it is trusted. */
  readonly left: Nanos | null;
}

/** Reads the money of accounts whose holds are locked. */
export async function loadMoney(
  tx: Tx,
  accounts: readonly StoredAccount[],
  {
    at,
    groups = new Map(),
    sums,
  }: {
    readonly at: EpochMs;
    readonly groups?: ReadonlyMap<string, DestinationGroup>;
    readonly sums: SpentSums;
  },
): Promise<Pick<Money, "funds" | "spent">> {
  const funds = await loadFunds(
    tx,
    accounts.map(({ id: accountId, bookId, currency }) => ({ accountId, bookId, currency })),
  );
  return { funds, spent: await loadSpent(tx, accounts, { at, groups, sums }) };
}

/** What a level may hold for this session. */
export function withMoney(level: PriceLevel, session: Session, { holds, funds, spent }: Money): FundedLevel {
  const { account, accountId } = level;
  const hold = holds.get(accountId);
  invariant(hold, `the hold of account ${accountId} is locked before a grant`);
  const othersHold = nanos(hold.held - ownHold(session, accountId));
  const own = session.holds.find((one) => one.accountId === accountId);
  const { groups: spentInGroups, ...spentInAll } = spent.get(accountId) ?? NOTHING_SPENT;
  const groups = level.scopes.flatMap(({ key, of, limits }) => {
    if (of.kind !== "group" || !limitsSpend(limits)) return [];
    const ownHere = own?.scopes?.includes(key) ? own.amount : 0n;
    const heldHere = nanos(countIn(hold.counters, key).held - ownHere);
    return [{ limits, spent: spentInGroups.get(of.name) ?? NOTHING_SPENT, othersHold: heldHere }];
  });
  const { payment, creditLimit, limits, whenCreditEnds } = account;
  const leastCost = whenCreditEnds === "refuse-calls" && own === undefined ? level.costOf(1) : null;
  const { wallet, owed } = funds.get(accountId) ?? NO_FUNDS;
  const policy = { limits, whenCreditEnds, leastCost };
  const purse = { payment, creditLimit, ...policy, wallet, owed, spent: spentInAll, othersHold, groups };
  const money = moneyLeft(purse);
  const left = money === null ? null : nanos(money - hold.counters.used + (own?.used ?? 0n));
  return { ...level, ...spendable(purse), left };
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
