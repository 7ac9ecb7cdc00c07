import { nanosToSql } from "../core/money/nanos.ts";
import type { AccountWithBalances } from "../server/ledger/account-balances.ts";

/** An account with all its balances, as documents of `--json` have it. */
export const accountJson = (account: AccountWithBalances): object => ({
  code: account.code,
  name: account.name,
  kind: account.kind,
  payment: account.payment,
  parent: account.parentCode,
  timeZone: account.timeZone,
  currency: account.currency,
  creditLimit: nanosToSql(account.creditLimit),
  balances: account.balances.map((balance) => ({ ...balance, amount: nanosToSql(balance.amount) })),
});
