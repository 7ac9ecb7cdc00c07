import { now } from "../../src/clock.ts";
import { type Nanos, nanosFromSql } from "../../src/core/money/nanos.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { AccountRule } from "../../src/core/tenancy/account-rule.ts";
import { topUp } from "../../src/server/ledger/top-up.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { testerOf } from "./actor.ts";
import { anyRate, type Operator } from "./operator.ts";

export interface PrepaidCustomer {
  readonly code: string;
  /** What is paid in at first, in the account's currency; "0": nothing. */
  readonly amount: string;
  /** In the account's currency, from the start on: calls may be priced with an older limit for a moment. */
  readonly credit: string;
  readonly rates: readonly Rate[];
  /** By what the switch says the customer's calls are known. */
  readonly match: AccountRule["match"];
}

/**
 * A prepaid customer with a tariff of its own: unless a test says otherwise Ada, at .60 a minute to Germany, with 1.
 */
export async function prepaidCustomer(operator: Operator, own: Partial<PrepaidCustomer> = {}): Promise<StoredAccount> {
  const { code = "ada", amount = "1", credit = "0" } = own;
  const { rates = [anyRate("49", "0.60")], match = { accountCode: code } } = own;
  const account = await operator.account(code, { payment: "prepaid", creditLimit: nanosFromSql(credit) });
  await operator.tariff(`prices of ${code}`, rates, [account]);
  await operator.rule(account, { match });
  if (amount !== "0") await pay(operator, amount, { code, reference: "first" });
  return account;
}

/** Pays into a prepaid account, Ada's unless it is said otherwise. */
export async function pay(
  { db, tenantId }: Operator,
  amount: string,
  { code = "ada", reference = amount }: { readonly code?: string; readonly reference?: string } = {},
): Promise<void> {
  const payment = { accountCode: code, amount: nanosFromSql(amount), reference, now: now() };
  await topUp(db, { tenantId, ...payment, actor: testerOf(tenantId), dryRun: false });
}

/** What is in the books of an operator's accounts, and what its sessions hold, in plain currency. */
export interface Books {
  /** In all wallets together. */
  readonly wallet: number;
  readonly overrun: number;
  readonly held: number;
  /** Sessions that are up, once for every account that pays for them. */
  readonly open: number;
  readonly calls: number;
  /** Talk time of the stored calls. */
  readonly seconds: number;
}

/** Sums of decimals of the database: as numbers they are exact up to 15 digits. */
export const booksOf = (operator: Operator): Promise<Books> =>
  operator.figures<Books>(
    `select coalesce((select -sum(amount) from balances where kind = 'wallet'), 0)::float8 as wallet,
       coalesce((select sum(amount) from balances where kind = 'overrun'), 0)::float8 as overrun,
       coalesce((select sum(held) from account_holds), 0)::float8 as held,
       coalesce((select sum(open_sessions) from account_holds), 0)::integer as open,
       (select count(*) from usage_events)::integer as calls,
       coalesce((select sum(talked_s) from usage_events), 0)::integer as seconds`,
  );

/** What is in all wallets together, to the nano. */
export async function walletsOf(operator: Operator): Promise<Nanos> {
  const { wallet } = await operator.figures<{ wallet: string }>(
    "select coalesce(-sum(amount), 0)::text as wallet from balances where kind = 'wallet'",
  );
  return nanosFromSql(wallet);
}
