import { Problem } from "../problem.ts";
import type { Account } from "./account.ts";

/** Levels between a customer and the operator; deeper trees are a mistake, and each level is one more charge a call. */
export const CHAIN_LEVELS_MAX = 16;

/**
 * Who sells to whom, from the paying account up to the party directly under the operator: each buys from the next, the
 * last from the operator. Errors: a parent that is missing, in another book, no reseller, or an account that is its own
 * ancestor is a Problem `account-chain-broken`, because charging one level less would be wrong money.
 */
export function sellingChain(accountId: string, accounts: ReadonlyMap<string, Account>): readonly Account[] {
  const chain: Account[] = [];
  let next: string | null = accountId;
  while (next !== null) {
    const account: Account | undefined = accounts.get(next);
    const buyer = chain.at(-1);
    if (!account) throw accountChainBroken(accountId, `account ${next} does not exist`);
    if (chain.includes(account)) throw accountChainBroken(accountId, `account ${next} is its own ancestor`);
    if (buyer && account.kind !== "reseller") throw accountChainBroken(accountId, `account ${next} is no reseller`);
    if (buyer && account.bookId !== buyer.bookId)
      throw accountChainBroken(accountId, `account ${next} is in another book than ${buyer.id}`);
    if (chain.length === CHAIN_LEVELS_MAX)
      throw accountChainBroken(accountId, `it has more than ${CHAIN_LEVELS_MAX} levels`);
    chain.push(account);
    next = account.parentId;
  }
  return chain;
}

/** The tree of accounts above one account cannot be walked up to the operator. */
const accountChainBroken = (accountId: string, fault: string): Problem =>
  new Problem("account-chain-broken", {
    what: `The selling chain of account ${accountId} is broken: ${fault}.`,
    fix: "Correct the parents of these accounts; their calls wait until then.",
  });
