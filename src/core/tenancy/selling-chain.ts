import { Problem } from "../problem.ts";
import type { Account } from "./account.ts";

/** Levels between a customer and the operator; deeper trees are a mistake, and each level is one more charge a call. */
export const CHAIN_LEVELS_MAX = 16;

/**
 * Who sells to whom, from the paying account up to the last that buys from the operator: each buys from the next.
 * Agents above the payer have no part in it: they sell in their seller's name. Errors: those of {@link accountsAbove}.
 */
export function sellingChain<Party extends Account>(
  accountId: string,
  accounts: ReadonlyMap<string, Party>,
): readonly Party[] {
  const [payer, ...above] = accountsAbove(accountId, accounts);
  return payer === undefined ? [] : [payer, ...above.filter(({ kind }) => kind !== "agent")];
}

/** The agents who sell to an account in its seller's name, the nearest first. Errors: of {@link accountsAbove}. */
export function agentsOf<Party extends Account>(
  accountId: string,
  accounts: ReadonlyMap<string, Party>,
): readonly Party[] {
  const [, ...above] = accountsAbove(accountId, accounts);
  const seller = above.findIndex(({ kind }) => kind !== "agent");
  return seller === -1 ? above : above.slice(0, seller);
}

/**
 * Who buys from a seller (null: the operator): the accounts directly under it, and those under its agents, who sell in
 * its name; an agent's own calls are sold by the same seller. `accounts` are all there are, or all of a subtree that has
 * the seller in it.
 */
export function buyersOf<Party extends Account>(sellerId: string | null, accounts: Iterable<Party>): readonly Party[] {
  const below = new Map<string | null, Party[]>();
  for (const account of accounts) {
    const siblings = below.get(account.parentId);
    if (siblings === undefined) below.set(account.parentId, [account]);
    else siblings.push(account);
  }
  const buyers: Party[] = [];
  const sellers: (string | null)[] = [sellerId];
  for (let level = sellers.shift(); level !== undefined; level = sellers.shift())
    for (const account of below.get(level) ?? []) {
      if (account.kind === "vendor") continue;
      buyers.push(account);
      if (account.kind === "agent") sellers.push(account.id);
    }
  return buyers;
}

/**
 * An account and all above it, up to the party directly under the operator. Errors: a parent that is missing, in
 * another book, neither reseller nor agent, or an account that is its own ancestor is a Problem `account-chain-broken`, because
 * charging one level less would be wrong money.
 */
function accountsAbove<Party extends Account>(
  accountId: string,
  accounts: ReadonlyMap<string, Party>,
): readonly Party[] {
  const line: Party[] = [];
  let next: string | null = accountId;
  while (next !== null) {
    const account: Party | undefined = accounts.get(next);
    const below = line.at(-1);
    if (!account) throw accountChainBroken(accountId, `account ${next} does not exist`);
    if (line.includes(account)) throw accountChainBroken(accountId, `account ${next} is its own ancestor`);
    if (below && account.kind !== "reseller" && account.kind !== "agent")
      throw accountChainBroken(accountId, `account ${next} is no reseller or agent`);
    if (below && account.bookId !== below.bookId)
      throw accountChainBroken(accountId, `account ${next} is in another book than ${below.id}`);
    if (line.length === CHAIN_LEVELS_MAX)
      throw accountChainBroken(accountId, `it has more than ${CHAIN_LEVELS_MAX} levels`);
    line.push(account);
    next = account.parentId;
  }
  return line;
}

/** The tree of accounts above one account cannot be walked up to the operator. */
const accountChainBroken = (accountId: string, fault: string): Problem =>
  new Problem("account-chain-broken", {
    what: `The selling chain of account ${accountId} is broken: ${fault}.`,
    fix: "Correct the parents of these accounts; their calls wait until then.",
  });
